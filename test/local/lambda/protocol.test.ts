import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureRecord } from '../../../local/lambda/async-queue.ts';
import { bundleFunctions } from '../../../local/lambda/bundle.ts';
import { lambdaWire } from '../../../local/lambda/protocol.ts';
import { LambdaService } from '../../../local/lambda/service.ts';
import { fixtureModel, SOON, sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

const { functions } = fixtureModel();
const discarded: FailureRecord[] = [];
let bundles: Awaited<ReturnType<typeof bundleFunctions>>;
let service: LambdaService;
let served: Served;
let client: LambdaClient;

beforeAll(async () => {
  bundles = await bundleFunctions(functions);
  service = new LambdaService({
    functions,
    bundles,
    asyncRetryDelaysMs: [1, 1],
    discard: (_, record) => discarded.push(record),
    report: () => undefined,
  });
  served = await serveAlone({ lambda: lambdaWire(service) });
  client = new LambdaClient(sdkSettings(served.url));
});
afterAll(async () => {
  client.destroy();
  await served.close();
  await service.close();
  await bundles.remove();
});

const invoke = async (FunctionName: string, payload: unknown, more: object = {}) => {
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload), ...more }));
  return { ...answer, text: Buffer.from(answer.Payload ?? []).toString() };
};

describe('Lambda by the stock client', () => {
  it('answers an invocation', async () => {
    const answer = await invoke('fix-EchoFunction', { hello: 'wörld' }, { Qualifier: 'live' });

    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '1' });
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.text).event).toEqual({ hello: 'wörld' });
  });

  it('answers 200 with FunctionError for what the function throws', async () => {
    const answer = await invoke('fix-FaultyFunction', { do: 'throw' });

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(answer.text)).toMatchObject({ errorType: 'TroubleError', errorMessage: 'as told' });
  });

  it('queues an Event', async () => {
    const answer = await invoke('fix-FaultyFunction', { do: 'throw' }, { InvocationType: 'Event' });

    expect(answer.StatusCode).toBe(202);
    await expect.poll(() => discarded, SOON).toMatchObject([{ requestContext: { approximateInvokeCount: 3 } }]);
  });

  it('names the error of an unknown function', async () => {
    await expect(invoke('nobody', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: nobody',
    });
  });

  it('refuses what is too large', async () => {
    const tooLarge = invoke('fix-EchoFunction', 'x'.repeat(6 * 1024 * 1024));

    await expect(tooLarge).rejects.toMatchObject({ name: 'RequestTooLargeException' });
  });
});
