import { afterEach, describe, expect, it } from 'vitest';
import { startEndpoint } from '../../../local/endpoint/endpoint.ts';
import { PortTakenError } from '../../../local/endpoint/listen.ts';
import { routeCall } from '../../../local/endpoint/router.ts';
import { jsonAnswer, type WireRequest } from '../../../local/endpoint/wire.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

const request = (headers: Record<string, string>, body = '', path = '/'): WireRequest => ({
  method: 'POST',
  path,
  headers,
  body: Buffer.from(body),
});

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

describe('routeCall', () => {
  it.each([
    [
      request({ 'x-amz-target': 'AWSStepFunctions.StartExecution' }),
      { service: 'states', operation: 'StartExecution' },
    ],
    [request({ 'x-amz-target': 'AWSEvents.PutEvents' }), { service: 'events', operation: 'PutEvents' }],
    [request({ 'x-amz-target': 'DynamoDB_20120810.PutItem' }), { service: 'dynamodb', operation: 'PutItem' }],
    [request({ 'x-amz-target': 'AmazonSQS.SendMessage' }), { service: 'sqs', operation: 'SendMessage' }],
    [
      request(FORM, 'Action=StartMigration&Version=2015-02-02'),
      { service: 'elasticache', operation: 'StartMigration' },
    ],
    [request({}, '{}', '/2015-03-31/functions/f/invocations'), { service: 'lambda', operation: 'Invoke' }],
    [request({ 'x-amz-target': 'Kinesis_20131202.PutRecord' }), undefined],
    [
      request(FORM, 'Action=DescribeStacks&Version=2010-05-15'),
      { service: 'cloudformation', operation: 'DescribeStacks' },
    ],
    [request(FORM, 'Action=GetCallerIdentity&Version=2011-06-15'), { service: 'sts', operation: 'GetCallerIdentity' }],
    [request(FORM, 'Action=ListUsers&Version=2010-05-08'), undefined],
    [request({}, '', '/bucket/key'), undefined],
  ])('%#', (asked, routed) => {
    expect(routeCall(asked)).toEqual(routed);
  });
});

describe('the endpoint', () => {
  let served: Served | undefined;
  afterEach(() => served?.close());

  const post = (url: string, headers: Record<string, string>, body = '{}') =>
    fetch(url, { method: 'POST', headers, body });

  it("says what it does not play, by whom it was signed, in the client's protocol", async () => {
    served = await serveAlone({});
    const authorization =
      'AWS4-HMAC-SHA256 Credential=k/20260101/us-west-2/iam/aws4_request, SignedHeaders=host, Signature=0';

    const response = await post(served.url, { ...FORM, authorization }, 'Action=ListUsers&Version=2010-05-08');

    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/<Code>UnknownOperationException<\/Code>.*of iam/);
    const json = await post(served.url, { 'x-amz-target': 'Kinesis_20131202.PutRecord' });
    expect(await json.json()).toMatchObject({
      __type: 'UnknownOperationException',
      message: expect.stringContaining('Kinesis_20131202.PutRecord'),
    });
  });

  it('is not available before its services are', async () => {
    const endpoint = await startEndpoint({ port: 0, report: () => undefined });

    const response = await post(endpoint.url, { 'x-amz-target': 'AWSEvents.PutEvents' });

    expect(response.status).toBe(503);
    await endpoint.close();
  });

  it('turns a failure of its own into a 500, and reports it', async () => {
    served = await serveAlone({ events: () => Promise.reject(new Error('broken')) });

    const response = await post(served.url, { 'x-amz-target': 'AWSEvents.PutEvents' });

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ __type: 'InternalFailure', message: 'broken' });
    expect(served.reported).toEqual([new Error('broken')]);
  });

  it('breaks the connection when a service loses its answer', async () => {
    served = await serveAlone({
      events: async (_, context) => {
        context.loseAnswer();
        return jsonAnswer({});
      },
    });

    await expect(post(served.url, { 'x-amz-target': 'AWSEvents.PutEvents' })).rejects.toThrow('fetch failed');
  });

  it('counts the calls of each operation for the fault policy', async () => {
    const seen: string[] = [];
    served = await serveAlone(
      {},
      {
        faults: ({ service, operation, nth }) => {
          seen.push(`${service} ${operation} ${nth}`);
          return 'fail';
        },
      },
    );

    await post(served.url, { 'x-amz-target': 'AmazonSQS.SendMessage' });
    await post(served.url, { 'x-amz-target': 'AmazonSQS.SendMessage' });
    const form = await post(served.url, FORM, 'Action=StartMigration&Version=2015-02-02');

    expect(seen).toEqual(['sqs SendMessage 1', 'sqs SendMessage 2', 'elasticache StartMigration 1']);
    expect(form.status).toBe(500);
    expect(await form.text()).toContain('<Code>InternalFailure</Code>');
  });

  it('tells the fault policy who calls, and waits for what it says', async () => {
    const { promise: verdict, resolve: decide } = Promise.withResolvers<'none'>();
    const callers: unknown[] = [];
    served = await serveAlone(
      {},
      {
        faults: ({ caller }) => {
          callers.push(caller);
          return verdict;
        },
      },
    );
    const authorization =
      'AWS4-HMAC-SHA256 Credential=SomeFunction/20260101/us-west-2/events/aws4_request, SignedHeaders=host, Signature=0';
    const answered = post(served.url, { 'x-amz-target': 'AWSEvents.PutEvents', authorization }).then(() => 'answered');

    expect(await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 50, 'waits'))])).toBe('waits');
    decide('none');
    expect(await answered).toBe('answered');
    expect(callers).toEqual(['SomeFunction']);
  });

  it('loses a call before anything happens', async () => {
    let calls = 0;
    const events = async () => {
      calls++;
      return jsonAnswer({});
    };
    served = await serveAlone({ events }, { faults: () => 'lose' });

    await expect(post(served.url, { 'x-amz-target': 'AWSEvents.PutEvents' })).rejects.toThrow('fetch failed');
    expect(calls).toBe(0);
  });

  it('says which variable changes a taken port', async () => {
    served = await serveAlone({});

    const second = startEndpoint({ port: served.port, report: () => undefined });

    await expect(second).rejects.toThrow(PortTakenError);
    await expect(second).rejects.toThrow(`Port ${served.port} is taken by another program: set AWS_PORT`);
  });

  it('closes with open connections, more than once', async () => {
    const endpoint = await startEndpoint({ port: 0, report: () => undefined });
    await post(endpoint.url, {});

    await Promise.all([endpoint.close(), endpoint.close()]);

    await expect(post(endpoint.url, {})).rejects.toThrow();
  });
});
