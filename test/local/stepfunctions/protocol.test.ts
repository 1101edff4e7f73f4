import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../local/clock.ts';
import { stepFunctionsWire } from '../../../local/stepfunctions/protocol.ts';
import { StepFunctions } from '../../../local/stepfunctions/service.ts';
import { machine, single } from './support.ts';

const SEND = 'arn:aws:states:::sqs:sendMessage';

let server: Server;
let client: SFNClient;
let service: StepFunctions;
let token: Promise<string>;

beforeEach(async () => {
  let sent: (token: string) => void;
  token = new Promise((resolve) => {
    sent = resolve;
  });
  service = new StepFunctions({
    clock: systemClock,
    region: 'us-west-2',
    account: '000000000000',
    integrations: {
      [SEND]: async (args) => {
        sent((args as { MessageBody: string }).MessageBody);
        return {};
      },
    },
  });
  const wire = stepFunctionsWire(service);
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await wire(
      {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      },
      { loseAnswer: () => response.destroy() },
    );
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  client = new SFNClient({
    region: 'us-west-2',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await service.close();
  await new Promise((closed) => server.close(closed));
});

const create = async (definition: string, name = 'm') => {
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name, definition, roleArn: 'arn:aws:iam::000000000000:role/r' }),
  );
  return stateMachineArn as string;
};

const ended = async (executionArn: string) => {
  for (;;) {
    const seen = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (seen.status !== 'RUNNING') return seen;
  }
};

const asking = single({
  Type: 'Task',
  Resource: `${SEND}.waitForTaskToken`,
  Arguments: { MessageBody: '{% $states.context.Task.Token %}' },
  HeartbeatSeconds: 60,
});

describe('the stock SDK client', () => {
  it('creates, runs, describes, lists and deletes', async () => {
    const before = Date.now();
    const stateMachineArn = await create(single({ Type: 'Pass', Output: { ok: '{% $states.input.a %}' } }));
    const { executionArn, startDate } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'a', input: '{"a":1}' }),
    );
    const seen = await ended(executionArn as string);
    const history = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    const listed = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }));
    const machines = await client.send(new ListStateMachinesCommand({}));
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));

    expect(startDate?.getTime()).toBeGreaterThanOrEqual(before);
    expect(seen).toMatchObject({ status: 'SUCCEEDED', output: '{"ok":1}', startDate, stopDate: expect.any(Date) });
    expect(history.events?.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
    expect(history.events?.[0]?.timestamp).toEqual(startDate);
    expect(listed.executions).toMatchObject([{ executionArn, name: 'a', status: 'SUCCEEDED' }]);
    expect(machines.stateMachines).toMatchObject([{ stateMachineArn, name: 'm', type: 'STANDARD' }]);
    expect(described).toMatchObject({ name: 'm', status: 'ACTIVE', creationDate: expect.any(Date) });

    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
  });

  it('pages through a history', async () => {
    const stateMachineArn = await create(
      machine({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } } }),
    );
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    await ended(executionArn as string);
    const ids: unknown[] = [];
    for await (const page of paginateGetExecutionHistory(
      { client, pageSize: 4 },
      { executionArn, reverseOrder: true },
    )) {
      ids.push(page.events?.map(({ id }) => id));
    }

    expect(ids).toEqual([
      [6, 5, 4, 3],
      [2, 1],
    ]);
  });

  it('returns a task’s token, keeps it alive, and stops what waits', async () => {
    const stateMachineArn = await create(asking);
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    const taskToken = await token;
    await client.send(new SendTaskHeartbeatCommand({ taskToken }));
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '{"yes":true}' }));

    expect(await ended(executionArn as string)).toMatchObject({ status: 'SUCCEEDED', output: '{"yes":true}' });
    await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    await expect(client.send(new SendTaskFailureCommand({ taskToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidToken',
    });
  });

  it('fails a task and stops an execution', async () => {
    const stateMachineArn = await create(asking);
    const failing = await client.send(new StartExecutionCommand({ stateMachineArn }));
    await client.send(new SendTaskFailureCommand({ taskToken: await token, error: 'E', cause: 'C' }));
    const stopping = await client.send(new StartExecutionCommand({ stateMachineArn }));
    const { stopDate } = await client.send(
      new StopExecutionCommand({ executionArn: stopping.executionArn, error: 'Operator', cause: 'asked' }),
    );

    expect(await ended(failing.executionArn as string)).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' });
    expect(await ended(stopping.executionArn as string)).toMatchObject({
      status: 'ABORTED',
      error: 'Operator',
      stopDate,
    });
  });

  it.each([
    ['InvalidDefinition', () => create('{"States":{}}'), 'These fields are required: [StartAt] at /'],
    ['InvalidName', () => create(asking, 'a b'), "Invalid Name: 'a b'"],
    [
      'StateMachineDoesNotExist',
      () =>
        client.send(
          new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:us-west-2:000000000000:stateMachine:x' }),
        ),
      'State Machine Does Not Exist',
    ],
    [
      'InvalidExecutionInput',
      async () => client.send(new StartExecutionCommand({ stateMachineArn: await create(asking), input: 'no' })),
      'Invalid State Machine Execution Input',
    ],
    [
      'ExecutionDoesNotExist',
      () => client.send(new DescribeExecutionCommand({ executionArn: 'arn' })),
      "Execution Does Not Exist: 'arn'",
    ],
    [
      'UnknownOperationException',
      () => client.send(new UpdateStateMachineCommand({ stateMachineArn: 'arn' })),
      'UpdateStateMachine',
    ],
    [
      'ValidationException',
      () => client.send(new CreateStateMachineCommand({ name: 'm', definition: asking, roleArn: 'r', publish: true })),
      'publish',
    ],
  ])('is told %s', async (name, call, message) => {
    await expect(call()).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('is told that a name is taken', async () => {
    const stateMachineArn = await create(asking);
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'a', input: '1' }));
    const again = client.send(new StartExecutionCommand({ stateMachineArn, name: 'a', input: '2' }));

    await expect(again).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${executionArn}'`,
    });
  });
});
