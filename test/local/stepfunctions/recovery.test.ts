import { describe, expect, it } from 'vitest';
import { type Integration, TaskError } from '../../../local/stepfunctions/service.ts';
import { machine, runMachine } from './support.ts';

const CALL = 'arn:aws:states:::lambda:invoke';

/** Fails with the given errors in turn, then answers. */
const failing = (...errors: string[]): Record<string, Integration> => {
  let calls = 0;
  return {
    [CALL]: async () => {
      const error = errors[calls++];
      if (error !== undefined) throw new TaskError(error, `cause of ${error}`);
      return { calls };
    },
  };
};

const task = (recovery: object, others: object = {}) =>
  machine({
    StartAt: 'Call',
    States: {
      Call: { Type: 'Task', Resource: CALL, End: true, ...recovery },
      Caught: { Type: 'Pass', Output: { caught: '{% $states.input %}' }, End: true },
      ...others,
    },
  });

/** Keeps Caught reachable where a test is about Retry alone. */
const never = { Catch: [{ ErrorEquals: ['Never'], Next: 'Caught' }] };

const delays = (history: { type?: string | undefined; timestamp?: Date | undefined }[]) => {
  const scheduled = history.filter(({ type }) => type === 'TaskScheduled').map(({ timestamp }) => Number(timestamp));
  return scheduled.slice(1).map((at, i) => (at - Number(scheduled[i])) / 1000);
};

describe('Retry', () => {
  it('has defaults: three attempts after 1, 2 and 4 seconds', async () => {
    const run = await runMachine(task({ Retry: [{ ErrorEquals: ['A'] }], ...never }), failing('A', 'A', 'A', 'A'));

    expect(run).toMatchObject({ status: 'FAILED', error: 'A', cause: 'cause of A', transitions: 4 });
    expect(delays(run.history)).toEqual([1, 2, 4]);
  });

  it('backs off from the interval by the rate up to the greatest delay', async () => {
    const Retry = [
      {
        ErrorEquals: ['A'],
        IntervalSeconds: 3,
        BackoffRate: 3,
        MaxDelaySeconds: 20,
        MaxAttempts: 4,
        JitterStrategy: 'NONE',
      },
    ];
    const run = await runMachine(task({ Retry, ...never }), failing('A', 'A', 'A', 'A'));

    expect(run).toMatchObject({ status: 'SUCCEEDED', output: { calls: 5 }, transitions: 5 });
    expect(delays(run.history)).toEqual([3, 9, 20, 20]);
  });

  it('draws the delay from zero to its full length with full jitter', async () => {
    const random = [0, 0.25, 0.999];
    const run = await runMachine(
      task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 4, JitterStrategy: 'FULL' }], ...never }),
      failing('A', 'A', 'A'),
      { random: () => random.shift() ?? 1 },
    );

    expect(delays(run.history)).toEqual([0, 2, 15.984]);
  });

  it('does not retry at all with no attempts', async () => {
    const run = await runMachine(task({ Retry: [{ ErrorEquals: ['A'], MaxAttempts: 0 }], ...never }), failing('A'));

    expect(run).toMatchObject({ status: 'FAILED', error: 'A', transitions: 1 });
  });

  it('counts for each retrier apart', async () => {
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 1 },
      { ErrorEquals: ['B', 'C'], MaxAttempts: 2 },
    ];
    const spent = await runMachine(task({ Retry, ...never }), failing('A', 'B', 'A'));
    const enough = await runMachine(task({ Retry, ...never }), failing('B', 'A', 'C'));

    expect(spent).toMatchObject({ status: 'FAILED', error: 'A', transitions: 3 });
    expect(enough).toMatchObject({ status: 'SUCCEEDED', transitions: 4 });
  });

  it('does not fall through to a later retrier when the first that matches is spent', async () => {
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
    ];
    const run = await runMachine(task({ Retry, ...never }), failing('A', 'A'));

    expect(run).toMatchObject({ status: 'FAILED', error: 'A', transitions: 2 });
  });

  it('counts anew each time the state is entered', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'Start',
        States: {
          Start: { Type: 'Pass', Assign: { turn: 1 }, Next: 'Call' },
          Call: {
            Type: 'Task',
            Resource: CALL,
            Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }],
            Assign: { turn: '{% $turn + 1 %}' },
            Next: 'Again',
          },
          Again: { Type: 'Choice', Choices: [{ Condition: '{% $turn <= 2 %}', Next: 'Call' }], Default: 'End' },
          End: { Type: 'Succeed' },
        },
      }),
      (() => {
        let calls = 0;
        return {
          [CALL]: async () => {
            calls += 1;
            if (calls % 2 === 1) throw new TaskError('A');
            return {};
          },
        };
      })(),
    );

    expect(run).toMatchObject({ status: 'SUCCEEDED', path: ['Start', 'Call', 'Again', 'Call', 'Again', 'End'] });
    expect(run.transitions).toBe(8);
  });

  it('shows the count of retries to the next attempt', async () => {
    const seen: unknown[] = [];
    const run = await runMachine(
      task({ Arguments: '{% $states.context.State.RetryCount %}', Retry: [{ ErrorEquals: ['States.ALL'] }], ...never }),
      {
        [CALL]: async (args) => {
          seen.push(args);
          if (seen.length < 3) throw new TaskError('A');
          return 'done';
        },
      },
    );

    expect(run.output).toBe('done');
    expect(seen).toEqual([0, 1, 2]);
  });

  it('tries again when the result breaks the Output, and calls again for it', async () => {
    const run = await runMachine(
      task({
        Output: '{% $states.result.calls > 1 ? $states.result : $states.result.absent %}',
        Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], IntervalSeconds: 1 }],
        ...never,
      }),
      failing(),
    );

    expect(run).toMatchObject({ status: 'SUCCEEDED', output: { calls: 2 }, transitions: 2 });
    expect(run.history.filter(({ type }) => type === 'EvaluationFailed')).toHaveLength(1);
  });
});

describe('Catch', () => {
  it('hands Error and Cause on, after the retries', async () => {
    const run = await runMachine(
      task({
        Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }],
        Catch: [
          { ErrorEquals: ['B'], Next: 'Caught' },
          { ErrorEquals: ['States.ALL'], Next: 'Caught' },
        ],
      }),
      failing('A', 'A'),
    );

    expect(run.output).toEqual({ caught: { Error: 'A', Cause: 'cause of A' } });
    expect(run.path).toEqual(['Call', 'Caught']);
  });

  it('has its own Assign and Output, which see errorOutput and not the state’s', async () => {
    const run = await runMachine(
      task(
        {
          Assign: { x: 'of the result' },
          Output: 'of the result',
          Catch: [
            {
              ErrorEquals: ['A'],
              Next: 'Show',
              Assign: { x: '{% $states.errorOutput.Error %}' },
              Output: { cause: '{% $states.errorOutput.Cause %}', input: '{% $states.input %}' },
            },
            { ErrorEquals: ['States.ALL'], Next: 'Caught' },
          ],
        },
        { Show: { Type: 'Pass', Output: { x: '{% $x %}', input: '{% $states.input %}' }, End: true } },
      ),
      failing('A'),
      { input: 1 },
    );

    expect(run.output).toEqual({ x: 'A', input: { cause: 'cause of A', input: 1 } });
  });

  it('catches the failure of an expression in the state', async () => {
    const run = await runMachine(
      task({
        Arguments: { a: '{% $states.input.absent %}' },
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }],
      }),
      failing(),
    );

    expect(run).toMatchObject({ status: 'SUCCEEDED', path: ['Call', 'Caught'] });
    expect(run.output).toEqual({
      caught: {
        Error: 'States.QueryEvaluationError',
        Cause:
          "An error occurred while executing the state 'Call' (entered at the event id #2). The JSONata expression '$states.input.absent' specified for the field 'Arguments/a' returned nothing (undefined).",
      },
    });
  });

  it('does not catch what goes wrong in a catcher', async () => {
    const run = await runMachine(
      task({
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.errorOutput.Absent %}' }],
      }),
      failing('A'),
    );

    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError', path: ['Call'] });
    expect(run.cause).toContain("specified for the field 'Catch[0]/Output' returned nothing (undefined).");
  });
});

describe('what ErrorEquals matches', () => {
  const caughtBy = async (ErrorEquals: string, integration: Integration, fields: object = {}) => {
    const run = await runMachine(task({ ...fields, Catch: [{ ErrorEquals: [ErrorEquals], Next: 'Caught' }] }), {
      [CALL]: integration,
    });
    return run.status === 'SUCCEEDED';
  };
  const fails: Integration = async () => {
    throw new TaskError('A');
  };
  const hangs: Integration = () => new Promise(() => {});
  const floods: Integration = async () => 'x'.repeat(262_144);
  const breaks: Integration = async () => {
    throw new TypeError('the integration has a bug');
  };

  it.each([
    ['a failed task', fails, { A: true, 'States.ALL': true, 'States.TaskFailed': true, 'States.Timeout': false }],
    [
      'a timeout',
      hangs,
      { 'States.Timeout': true, 'States.ALL': true, 'States.TaskFailed': false, 'States.HeartbeatTimeout': false },
    ],
    ['too much data', floods, { 'States.DataLimitExceeded': true, 'States.ALL': false, 'States.TaskFailed': false }],
    ['a runtime error', breaks, { 'States.Runtime': false, 'States.ALL': false, 'States.TaskFailed': false }],
  ])('%s', async (_, integration, expected) => {
    const seen = Object.fromEntries(
      await Promise.all(
        Object.keys(expected).map(async (name) => [name, await caughtBy(name, integration, { TimeoutSeconds: 5 })]),
      ),
    );

    expect(seen).toEqual(expected);
  });
});
