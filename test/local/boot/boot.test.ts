import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type EmbeddedAws, startEmbeddedAws } from '../../../local/boot.ts';
import type { Delivery } from '../../../local/eventbridge/delivery.ts';
import type { BusEvent } from '../../../local/eventbridge/event.ts';
import { FIXTURE, SOON, sdkSettings } from '../fixture/fixture.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the embedded AWS', () => {
  const reported: unknown[] = [];
  const heard: { event: BusEvent; bus: string }[] = [];
  let verdict: (delivery: Delivery) => 'deliver' | 'lose' | 'repeat' | 'fail' = () => 'deliver';
  let aws: EmbeddedAws;
  let sfn: SFNClient;
  let events: EventBridgeClient;
  let dynamo: DynamoDBClient;
  beforeAll(async () => {
    aws = await startEmbeddedAws({
      template: FIXTURE,
      parameters: { Patience: '1' },
      lambda: { asyncRetryDelaysMs: [1, 1] },
      deliveries: (delivery) => verdict(delivery),
      report: (error) => reported.push(error),
    });
    aws.onEvent((event, bus) => heard.push({ event, bus }));
    sfn = new SFNClient(sdkSettings(aws.awsEndpoint));
    events = new EventBridgeClient(sdkSettings(aws.awsEndpoint));
    dynamo = new DynamoDBClient(sdkSettings(aws.awsEndpoint));
  });
  afterAll(async () => {
    for (const client of [sfn, events, dynamo]) client.destroy();
    await aws.end();
    expect(reported).toEqual([]);
  });

  const run = async (input: object, name: string) => {
    const stateMachineArn = aws.resources.Machine as string;
    const started = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
    const executionArn = started.executionArn as string;
    const describeIt = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(async () => (await describeIt()).status, SOON).not.toBe('RUNNING');
    return describeIt();
  };

  it('says what is where', () => {
    expect(aws.apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(aws.outputs).toMatchObject({
      ApiUrl: aws.apiUrl,
      RefusedUrl: `${aws.awsEndpoint}/000000000000/elasticache-migrator-Refused`,
    });
    expect(aws.resources).toMatchObject({ EchoFunction: 'elasticache-migrator-EchoFunction' });
  });

  it('answers over HTTP what the function says', async () => {
    const response = await fetch(`${aws.apiUrl}/echo/7?a=1`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });

    const { event, context, environment } = (await response.json()) as {
      event: { pathParameters: object };
      context: object;
      environment: object;
    };
    expect(event).toMatchObject({ routeKey: 'POST /echo/{id}', pathParameters: { id: '7' }, body: '{}' });
    expect(context).toMatchObject({ functionVersion: '1' });
    expect(environment).toMatchObject({ AWS_ENDPOINT_URL: aws.awsEndpoint, TABLE_NAME: aws.resources.Table });
  });

  it.each([
    ['throw', 500],
    ['hang', 500],
    ['exit', 500],
    ['status', 201],
  ])('answers over HTTP when a function is told to %s', async (act, status) => {
    expect((await fetch(`${aws.apiUrl}/faulty?do=${act}`)).status).toBe(status);
  });

  it('runs a machine over functions, buses and other machines, and tells the default bus', async () => {
    const { status, output, executionArn = '' } = await run({ say: 'moin' }, 'one');

    const other = 'arn:aws:states:us-west-2:000000000000:execution:elasticache-migrator-OtherMachine:one';
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: JSON.stringify(other) });
    expect(heard.find(({ event }) => event['detail-type'] === 'Echoed')).toMatchObject({
      bus: 'elasticache-migrator-bus',
      event: { source: 'fixture', detail: { echo: 'moin' }, resources: [aws.resources.Machine, executionArn] },
    });
    const changes = heard.filter(({ event }) => event.resources[0] === executionArn);
    expect(changes.map(({ event }) => (event.detail as { status: string }).status)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(changes[0]).toMatchObject({
      bus: 'default',
      event: { source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change' },
    });
    const table = { TableName: aws.resources.Table as string };
    await expect
      .poll(async () => (await dynamo.send(new ScanCommand(table))).Items, SOON)
      .toEqual([{ pk: { S: executionArn }, kind: { S: 'ended' } }]);
  });

  it('fails a machine as Step Functions names the errors', async () => {
    aws.stepFunctions.startExecution({
      stateMachineArn: aws.resources.OtherMachine as string,
      name: 'two',
      input: '"other"',
    });

    const { status, error, cause } = await run({ say: 'x' }, 'two');

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'StepFunctions.ExecutionAlreadyExistsException' });
    expect(cause).toMatch(
      /^Execution Already Exists: 'arn.*:two' \(Service: AWSStepFunctions, Status Code: 400, Request ID: /,
    );
  });

  it('has a history for it', async () => {
    const executionArn = `${(aws.resources.Machine as string).replace(':stateMachine:', ':execution:')}:one`;
    const { events: history = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(
      history
        .filter(({ type }) => type === 'TaskScheduled')
        .map(({ taskScheduledEventDetails: task }) => `${task?.resourceType}:${task?.resource}`),
    ).toEqual(['lambda:invoke', 'events:putEvents', 'states:startExecution']);
  });

  const trouble = (detail: object) =>
    events.send(
      new PutEventsCommand({
        Entries: [
          { EventBusName: aws.resources.Bus, Source: 't', DetailType: 'Trouble', Detail: JSON.stringify(detail) },
        ],
      }),
    );

  it('hands an event that its function refuses to the OnFailure destination', async () => {
    await trouble({ do: 'throw' });

    await expect.poll(() => aws.queues.messages(aws.resources.Refused as string), SOON).toHaveLength(1);
    const [message] = aws.queues.messages(aws.resources.Refused as string);
    expect(JSON.parse(message?.body as string)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { 'detail-type': 'Trouble', detail: { do: 'throw' } },
      responsePayload: { errorType: 'TroubleError' },
    });
  });

  it('hands an event that cannot be delivered to the dead-letter queue', async () => {
    verdict = () => 'fail';
    await trouble({});

    await expect.poll(() => aws.queues.messages('elasticache-migrator-Undelivered'), SOON).toHaveLength(1);
    verdict = () => 'deliver';
    const [message] = aws.queues.messages('elasticache-migrator-Undelivered');
    expect(message?.attributes).toMatchObject({
      TARGET_ARN: { DataType: 'String', StringValue: expect.stringContaining('FaultyFunction:live') },
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
  });
});

describe('startEmbeddedAws and end', () => {
  it('leave no process and no port behind', async () => {
    const aws = await startEmbeddedAws({ template: FIXTURE, lambda: { warm: ['EchoFunction', 'NoteFunction'] } });
    const pids = aws.lambda.pids();
    expect(pids).toHaveLength(2);

    await Promise.all([aws.end(), aws.end()]);
    await aws.end();

    expect(pids.filter(isAlive)).toEqual([]);
    await expect(fetch(aws.apiUrl)).rejects.toThrow('fetch failed');
    await expect(fetch(aws.awsEndpoint)).rejects.toThrow('fetch failed');
  });

  it('leave no process behind even when this one is killed', async () => {
    const script = fileURLToPath(new URL('../fixture/boot-and-wait.ts', import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [printed] = await once(child.stdout, 'data');
    const pids = JSON.parse(String(printed)) as number[];
    expect(pids).toHaveLength(3);

    child.kill('SIGKILL');

    await expect.poll(() => pids.filter(isAlive), SOON).toEqual([]);
  });

  it('end what is running', async () => {
    const aws = await startEmbeddedAws({ template: FIXTURE });
    const hanging = fetch(`${aws.apiUrl}/faulty?do=hang`).catch((error: Error) => error.message);
    await expect.poll(() => aws.lambda.pids(), SOON).toHaveLength(1);

    await aws.end();

    expect(await hanging).toBe('fetch failed');
    expect(aws.lambda.pids()).toEqual([]);
  });

  it.each([
    ['apiPort', 'PORT'],
    ['awsPort', 'AWS_PORT'],
  ])('say which variable changes a taken port: %s', async (option, variable) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };

    await expect(startEmbeddedAws({ template: FIXTURE, [option]: port })).rejects.toThrow(
      `Port ${port} is taken by another program: set ${variable} `,
    );
    other.close();
  });

  it('tear down when the boot is aborted', async () => {
    const aborter = new AbortController();
    const booting = startEmbeddedAws({ template: FIXTURE, signal: aborter.signal });
    aborter.abort(new Error('Ctrl-C'));
    await expect(booting).rejects.toThrow('Ctrl-C');
  });

  it('name the state machine that Step Functions refuses', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'boot-test-'));
    const template = join(directory, 'template.yaml');
    const machine =
      '{ Type: AWS::Serverless::StateMachine, Properties: { Definition: { StartAt: Nowhere, States: {} } } }';
    writeFileSync(template, `Resources: { Broken: ${machine} }`);

    await expect(startEmbeddedAws({ template })).rejects.toThrow(/^Broken: Invalid State Machine Definition/);

    rmSync(directory, { recursive: true });
  });

  it('tear down when the template is wrong', async () => {
    await expect(startEmbeddedAws({ template: FIXTURE, parameters: { Greeting: '!' } })).rejects.toThrow(
      'Parameter Greeting',
    );
  });
});
