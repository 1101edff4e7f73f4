import { describe, expect, it } from 'vitest';
import { InvalidOutput, InvalidToken, TaskDoesNotExist, TaskTimedOut } from '../../../local/stepfunctions/errors.ts';
import { type Integration, TaskError } from '../../../local/stepfunctions/service.ts';
import { laboratory, machine, observe, runMachine, single } from './support.ts';

const CALL = 'arn:aws:states:::lambda:invoke';
const SEND = 'arn:aws:states:::sqs:sendMessage';
const hangs: Integration = () => new Promise(() => {});

const types = (history: { type?: string | undefined }[]) => history.map(({ type }) => type);

describe('a task', () => {
  it('is called with its Arguments, or with its input when it has none', async () => {
    const seen: unknown[] = [];
    const integrations = {
      [CALL]: async (args: unknown) => {
        seen.push(args);
        return null;
      },
    };
    await runMachine(
      single({ Type: 'Task', Resource: CALL, Arguments: { n: '{% $states.input.n + 1 %}' } }),
      integrations,
      { input: { n: 1 } },
    );
    await runMachine(single({ Type: 'Task', Resource: CALL }), integrations, { input: { n: 1 } });

    expect(seen).toEqual([{ n: 2 }, { n: 1 }]);
  });

  it('is told who calls, and can do nothing to the execution’s own values', async () => {
    const run = await runMachine(
      single({
        Type: 'Task',
        Resource: CALL,
        Arguments: { list: '{% $states.input.list %}' },
        Output: ['{% $states.result %}', '{% $states.input %}'],
      }),
      {
        [CALL]: async (args, call) => {
          (args as { list: number[] }).list.push(9);
          return { arn: call.executionArn, machine: call.stateMachineArn, now: call.clock.now() };
        },
      },
      { input: { list: [1] }, name: 'e', machineName: 'm' },
    );

    expect(run.output).toEqual([
      {
        arn: 'arn:aws:states:us-west-2:000000000000:execution:m:e',
        machine: 'arn:aws:states:us-west-2:000000000000:stateMachine:m',
        now: Date.UTC(2026, 0, 1),
      },
      { list: [1] },
    ]);
  });

  it('fails as its integration says', async () => {
    const run = await runMachine(single({ Type: 'Task', Resource: CALL }), {
      [CALL]: async () => {
        throw new TaskError('MyError', '{"errorType":"MyError"}');
      },
    });

    expect(run).toMatchObject({ status: 'FAILED', error: 'MyError', cause: '{"errorType":"MyError"}' });
  });

  it('ends the execution when the integration itself is broken, with the place in the cause', async () => {
    const run = await runMachine(single({ Type: 'Task', Resource: CALL, Retry: [{ ErrorEquals: ['States.ALL'] }] }), {
      [CALL]: () => {
        throw new TypeError('no such thing');
      },
    });

    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Runtime', transitions: 1 });
    expect(run.cause).toContain('TypeError: no such thing');
  });

  it.each([
    ['no JSON', { big: 1n }],
    ['nothing', undefined],
  ])('survives an integration that answers %s', async (what, answer) => {
    const run = await runMachine(single({ Type: 'Task', Resource: CALL }), { [CALL]: async () => answer });

    expect(run).toMatchObject(what === 'nothing' ? { output: null } : { status: 'FAILED', error: 'States.Runtime' });
  });

  it('may have a function’s ARN as its resource: the input is the payload, and the payload the result', async () => {
    const arn = 'arn:aws:lambda:us-west-2:000000000000:function:f:live';
    const run = await runMachine(
      single({ Type: 'Task', Resource: arn, TimeoutSeconds: 9 }),
      { [CALL]: async (args) => ({ Payload: { echo: args }, StatusCode: 200 }) },
      { input: { a: 1 } },
    );

    expect(run.output).toEqual({ echo: { FunctionName: arn, Payload: { a: 1 } } });
    expect(types(run.history).slice(2, 5)).toEqual([
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
    ]);
    expect(run.history[2]?.lambdaFunctionScheduledEventDetails).toEqual({
      resource: arn,
      input: '{"a":1}',
      inputDetails: { truncated: false },
      timeoutInSeconds: 9,
    });
  });
});

describe('TimeoutSeconds', () => {
  it('ends the wait, tells the integration, and drops what comes later', async () => {
    const world: string[] = [];
    const slow: Integration = (_, { signal, clock }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => world.push('nobody waits'));
        clock.after(60_000, () => {
          world.push('done all the same');
          resolve('late');
        });
      });
    const run = await runMachine(
      machine({
        StartAt: 'Call',
        States: {
          Call: {
            Type: 'Task',
            Resource: CALL,
            TimeoutSeconds: 5,
            Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Caught' }],
            End: true,
          },
          Caught: { Type: 'Pass', End: true },
        },
      }),
      { [CALL]: slow },
    );

    expect(run).toMatchObject({
      status: 'SUCCEEDED',
      path: ['Call', 'Caught'],
      output: { Error: 'States.Timeout', Cause: '' },
      durationMs: 5000,
    });
    expect(world).toEqual(['nobody waits', 'done all the same']);
  });

  it('may be an expression, and must then be a positive integer', async () => {
    const state = { Type: 'Task', Resource: CALL, TimeoutSeconds: '{% $states.input %}' };
    const run = await runMachine(single(state), { [CALL]: hangs }, { input: 7 });
    const refused = await runMachine(single(state), { [CALL]: hangs }, { input: 0 });

    expect(run).toMatchObject({ error: 'States.Timeout', cause: undefined, durationMs: 7000 });
    expect(run.history[2]?.taskScheduledEventDetails?.timeoutInSeconds).toBe(7);
    expect(refused.error).toBe('States.QueryEvaluationError');
  });

  it('of the machine ends the execution as timed out, wherever it is', async () => {
    const aborted: boolean[] = [];
    const run = await runMachine(
      machine({
        TimeoutSeconds: 30,
        StartAt: 'S',
        States: { S: { Type: 'Task', Resource: CALL, End: true, Retry: [{ ErrorEquals: ['States.ALL'] }] } },
      }),
      {
        [CALL]: (_, { signal }) => {
          signal.addEventListener('abort', () => aborted.push(true));
          return new Promise(() => {});
        },
      },
    );

    expect(run).toMatchObject({ status: 'TIMED_OUT', error: undefined, cause: undefined, durationMs: 30_000 });
    expect(run.history.at(-1)).toMatchObject({
      type: 'ExecutionTimedOut',
      previousEventId: 0,
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    });
    expect(aborted).toEqual([true]);
    expect(run.clock.pending).toBe(0);
  });
});

describe('.waitForTaskToken', () => {
  const asking = (fields: object = {}) =>
    machine({
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: `${SEND}.waitForTaskToken`,
          Arguments: { MessageBody: { token: '{% $states.context.Task.Token %}' } },
          End: true,
          ...fields,
        },
        Caught: { Type: 'Pass', End: true },
      },
    });
  const catching = (...ErrorEquals: string[]) => ({ Catch: [{ ErrorEquals, Next: 'Caught' }] });

  /** Starts the machine with a queue that remembers the tokens. */
  const start = async (fields: object, send: Integration = async () => ({ MessageId: 'm-1' })) => {
    const tokens: string[] = [];
    const lab = laboratory({
      [SEND]: (args, call) => {
        tokens.push((args as { MessageBody: { token: string } }).MessageBody.token);
        return send(args, call);
      },
    });
    const definition = asking({ ...catching('Never'), ...fields });
    const { stateMachineArn } = lab.service.createStateMachine({ name: 'm', definition });
    const { executionArn } = lab.service.startExecution({ stateMachineArn });
    await lab.clock.advance(0);
    return { ...lab, tokens, executionArn, seen: () => observe(lab, executionArn) };
  };
  const only = (tokens: string[]): string => tokens[0] as string;

  it('waits for the token’s return, whose output is the result', async () => {
    const { service, clock, tokens, seen } = await start({});
    await clock.advance(86_400_000);
    expect(seen().status).toBe('RUNNING');
    service.sendTaskSuccess({ taskToken: only(tokens), output: '{"answer":42}' });
    await clock.runUntilIdle();

    expect(seen()).toMatchObject({ status: 'SUCCEEDED', output: { answer: 42 } });
    expect(types(seen().history)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('fails as SendTaskFailure says, and shows null to a Catch for what it leaves out', async () => {
    const { service, clock, tokens, seen } = await start(catching('States.ALL'));
    service.sendTaskFailure({ taskToken: only(tokens) });
    await clock.runUntilIdle();

    expect(seen()).toMatchObject({ status: 'SUCCEEDED', output: { Error: null, Cause: null } });
    expect(seen().history.find(({ type }) => type === 'TaskFailed')?.taskFailedEventDetails).toEqual({
      resourceType: 'sqs',
      resource: 'sendMessage.waitForTaskToken',
    });
  });

  it('fails at once when the call itself fails, and the token is spent', async () => {
    const { service, tokens, seen } = await start({}, async () => {
      throw new TaskError('SQS.QueueDoesNotExistException', 'no queue');
    });

    expect(seen()).toMatchObject({ status: 'FAILED', error: 'SQS.QueueDoesNotExistException' });
    expect(() => service.sendTaskHeartbeat({ taskToken: only(tokens) })).toThrow(TaskTimedOut);
  });

  it('takes a return that comes before the call’s own answer', async () => {
    const { service, clock, tokens, seen } = await start({}, () => new Promise(() => {}));
    service.sendTaskSuccess({ taskToken: only(tokens), output: '1' });
    await clock.runUntilIdle();

    expect(seen()).toMatchObject({ status: 'SUCCEEDED', output: 1 });
    expect(types(seen().history)).not.toContain('TaskSubmitted');
  });

  it('times out, and then knows its token no more', async () => {
    const { service, clock, tokens, seen } = await start({ TimeoutSeconds: 600, ...catching('States.Timeout') });
    await clock.runUntilIdle();

    expect(seen()).toMatchObject({ status: 'SUCCEEDED', path: ['Ask', 'Caught'], durationMs: 600_000 });
    expect(() => service.sendTaskSuccess({ taskToken: only(tokens), output: '1' })).toThrow(TaskTimedOut);
  });

  it('lives from heartbeat to heartbeat', async () => {
    const { service, clock, tokens, seen } = await start({
      TimeoutSeconds: 100,
      HeartbeatSeconds: 10,
      ...catching('States.HeartbeatTimeout'),
    });
    for (let beat = 0; beat < 5; beat += 1) {
      await clock.advance(9000);
      service.sendTaskHeartbeat({ taskToken: only(tokens) });
    }
    await clock.runUntilIdle();

    expect(seen()).toMatchObject({ status: 'SUCCEEDED', path: ['Ask', 'Caught'], durationMs: 55_000 });
    expect(seen().output).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(seen().history.find(({ type }) => type === 'TaskTimedOut')?.taskTimedOutEventDetails).toEqual({
      resourceType: 'sqs',
      resource: 'sendMessage.waitForTaskToken',
      error: 'States.Timeout',
    });
  });

  it.each([['States.Timeout'], ['States.HeartbeatTimeout'], ['States.ALL']])(
    'has a missed heartbeat matched by %s',
    async (name) => {
      const { clock, seen } = await start({ HeartbeatSeconds: 10, ...catching(name) });
      await clock.runUntilIdle();

      expect(seen().path).toEqual(['Ask', 'Caught']);
    },
  );

  it('gives each attempt a token of its own', async () => {
    const { service, clock, tokens, seen } = await start({ Retry: [{ ErrorEquals: ['Again'] }], ...catching('Never') });
    service.sendTaskFailure({ taskToken: only(tokens), error: 'Again' });
    await clock.advance(1000);
    expect(new Set(tokens).size).toBe(2);
    expect(() => service.sendTaskSuccess({ taskToken: only(tokens), output: '1' })).toThrow(TaskTimedOut);
    service.sendTaskSuccess({ taskToken: tokens[1] as string, output: '2' });
    await clock.runUntilIdle();

    expect(seen()).toMatchObject({ status: 'SUCCEEDED', output: 2 });
  });

  it('refuses what is no token, a token of another world, and an output that is no JSON', async () => {
    const { service, tokens, seen } = await start({});
    const foreign = Buffer.from('{"executionArn":"arn:aws:states:x","id":"1"}').toString('base64url');

    expect(() => service.sendTaskSuccess({ taskToken: 'nonsense', output: '1' })).toThrow(InvalidToken);
    expect(() => service.sendTaskHeartbeat({ taskToken: foreign })).toThrow(TaskDoesNotExist);
    expect(() => service.sendTaskSuccess({ taskToken: only(tokens), output: 'not json' })).toThrow(InvalidOutput);
    expect(seen().status).toBe('RUNNING');
  });
});
