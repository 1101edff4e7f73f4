import { describe, expect, it } from 'vitest';
import { type Integration, TaskError } from '../../../local/stepfunctions/service.ts';
import { machine, runMachine, type timeless } from './support.ts';

const CALL = 'arn:aws:states:::lambda:invoke';

/** Takes as many seconds as it is asked to, then answers or fails. */
const timed: Integration = (args, { clock }) =>
  new Promise((resolve, reject) => {
    const { seconds, error } = args as { seconds: number; error?: string };
    clock.after(seconds * 1000, () => (error === undefined ? resolve(seconds) : reject(new TaskError(error, 'why'))));
  });

const call = (Arguments: object | string, more: object = {}) => ({
  Type: 'Task',
  Resource: CALL,
  Arguments,
  End: true,
  ...more,
});
const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });

/** Types and causes, as far as they matter to how a history hangs together. */
const chain = (history: Parameters<typeof timeless>[0]) =>
  history.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);

describe('Parallel', () => {
  it('runs its branches at once and collects their outputs in order', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Arguments: { seconds: '{% $states.input.s %}' },
            Branches: [
              branch('A', call('{% {"seconds": $states.input.seconds * 2} %}')),
              branch('B', call({ seconds: 5 })),
            ],
            Output: { of: '{% $states.result %}', input: '{% $states.input %}' },
            End: true,
          },
        },
      }),
      { [CALL]: timed },
      { input: { s: 10 } },
    );

    expect(run).toMatchObject({ status: 'SUCCEEDED', durationMs: 20_000, transitions: 3 });
    expect(run.output).toEqual({ of: [20, 5], input: { s: 10 } });
  });

  it('chains its events as Step Functions does', async () => {
    const pass = (name: string) => branch(name, { Type: 'Pass', End: true });
    const run = await runMachine(
      machine({ StartAt: 'P', States: { P: { Type: 'Parallel', Branches: [pass('A'), pass('B')], End: true } } }),
    );

    expect(chain(run.history)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 ParallelStateEntered',
      '3<2 ParallelStateStarted',
      '4<3 PassStateEntered',
      '5<3 PassStateEntered',
      '6<4 PassStateExited',
      '7<5 PassStateExited',
      '8<7 ParallelStateSucceeded',
      '9<7 ParallelStateExited',
      '10<9 ExecutionSucceeded',
    ]);
  });

  it('ends with the first failure: tasks that run are aborted, their late results dropped', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Branches: [
              branch('Slow', call({ seconds: 60 })),
              branch('Wait', { Type: 'Wait', Seconds: 60, End: true }),
              branch('Bad', call({ seconds: 1, error: 'Oops' })),
            ],
            Catch: [{ ErrorEquals: ['Oops'], Next: 'Caught' }],
            End: true,
          },
          Caught: { Type: 'Pass', End: true },
        },
      }),
      { [CALL]: timed },
    );

    expect(run).toMatchObject({ status: 'SUCCEEDED', durationMs: 1000, output: { Error: 'Oops', Cause: 'why' } });
    expect(chain(run.history).slice(10)).toEqual([
      '11<10 TaskFailed',
      '12<11 TaskStateAborted',
      '13<11 TaskStateAborted',
      '14<11 WaitStateAborted',
      '15<11 ParallelStateFailed',
      '16<15 ParallelStateExited',
      '17<16 PassStateEntered',
      '18<17 PassStateExited',
      '19<18 ExecutionSucceeded',
    ]);
  });

  it('starts over with all of its branches when it is retried', async () => {
    let calls = 0;
    const run = await runMachine(
      machine({
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Branches: [branch('A', call({})), branch('B', { Type: 'Pass', End: true })],
            Retry: [{ ErrorEquals: ['Oops'] }],
            End: true,
          },
        },
      }),
      {
        [CALL]: async () => {
          calls += 1;
          if (calls === 1) throw new TaskError('Oops');
          return calls;
        },
      },
    );

    expect(run).toMatchObject({ status: 'SUCCEEDED', output: [2, {}], transitions: 6 });
    expect(run.history.map(({ type }) => type)).not.toContain('ParallelStateFailed');
  });

  it('aborts what is nested in it', async () => {
    const inner = { Type: 'Parallel', Branches: [branch('Deep', call({ seconds: 60 }))], End: true };
    const run = await runMachine(
      machine({
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Branches: [branch('In', inner), branch('Bad', call({ seconds: 1, error: 'Oops' }))],
            End: true,
          },
        },
      }),
      { [CALL]: timed },
    );

    expect(run).toMatchObject({ status: 'FAILED', error: 'Oops' });
    expect(run.history.map(({ type }) => type).slice(-6)).toEqual([
      'TaskFailed',
      'TaskStateAborted',
      'TaskStateAborted',
      'ParallelStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });
});

describe('Map', () => {
  const each = (fields: object, state: object = { Type: 'Pass', End: true }) =>
    machine({
      StartAt: 'Each',
      States: { Each: { Type: 'Map', ItemProcessor: branch('Item', state), End: true, ...fields } },
    });

  it('maps its input when it names no items', async () => {
    const run = await runMachine(
      each({}, { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true }),
      {},
      { input: [1, 2, 3] },
    );

    expect(run).toMatchObject({ output: [2, 4, 6], transitions: 4 });
  });

  it('selects what an iteration gets, and shows the item in the context', async () => {
    const run = await runMachine(
      each({
        Items: '{% $states.input.items %}',
        ItemSelector: {
          index: '{% $states.context.Map.Item.Index %}',
          value: '{% $states.context.Map.Item.Value %}',
          of: '{% $states.input.name %}',
        },
      }),
      {},
      { input: { items: ['a', 'b'], name: 'n' } },
    );

    expect(run.output).toEqual([
      { index: 0, value: 'a', of: 'n' },
      { index: 1, value: 'b', of: 'n' },
    ]);
  });

  it.each([
    [0, 1000],
    [1, 6000],
    [2, 3000],
    ['{% 3 %}', 2000],
  ])('runs as many at once as MaxConcurrency says (%s)', async (MaxConcurrency, durationMs) => {
    const run = await runMachine(each({ Items: [1, 1, 1, 1, 1, 1], MaxConcurrency }, call({ seconds: 1 })), {
      [CALL]: timed,
    });

    expect(run).toMatchObject({ status: 'SUCCEEDED', durationMs });
  });

  it('chains sequential iterations as recorded on Step Functions', async () => {
    const run = await runMachine(each({ Items: [1, 'x'], MaxConcurrency: 1 }));

    expect(chain(run.history)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 MapStateEntered',
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted',
      '5<4 PassStateEntered',
      '6<5 PassStateExited',
      '7<6 MapIterationSucceeded',
      '8<6 MapIterationStarted',
      '9<8 PassStateEntered',
      '10<9 PassStateExited',
      '11<10 MapIterationSucceeded',
      '12<11 MapStateSucceeded',
      '13<11 MapStateExited',
      '14<13 ExecutionSucceeded',
    ]);
    expect(run.history[3]?.mapIterationStartedEventDetails).toEqual({ index: 0, name: 'Each' });
    expect(run.history[2]?.mapStateStartedEventDetails).toEqual({ length: 2 });
  });

  it('tries all iterations again, and shows its failure only when it gives up', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'Each',
        States: {
          Each: {
            Type: 'Map',
            Items: [1],
            ItemProcessor: branch('Bad', { Type: 'Fail', Error: 'E', Cause: 'C' }),
            Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ['E'], Next: 'Caught' }],
            End: true,
          },
          Caught: { Type: 'Pass', End: true },
        },
      }),
    );

    expect(chain(run.history).slice(2, 13)).toEqual([
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted',
      '5<4 FailStateEntered',
      '6<5 MapIterationFailed',
      '7<5 MapStateStarted',
      '8<7 MapIterationStarted',
      '9<8 FailStateEntered',
      '10<9 MapIterationFailed',
      '11<9 MapStateFailed',
      '12<11 MapStateExited',
      '13<12 PassStateEntered',
    ]);
    expect(run.output).toEqual({ Error: 'E', Cause: 'C' });
  });

  it('aborts the other iterations when one fails', async () => {
    const run = await runMachine(
      each({ Items: [2, 1, 3] }, call('{% {"seconds": $states.input, "error": "Oops"} %}')),
      { [CALL]: timed },
    );
    const from = run.history.findIndex(({ type }) => type === 'TaskFailed');

    expect(run.history.slice(from).map(({ type, previousEventId }) => [type, previousEventId === from + 1])).toEqual([
      ['TaskFailed', false],
      ['MapIterationFailed', true],
      ['TaskStateAborted', true],
      ['MapIterationAborted', true],
      ['TaskStateAborted', true],
      ['MapIterationAborted', true],
      ['TaskStateAborted', true],
      ['MapStateFailed', true],
      ['ExecutionFailed', false],
    ]);
    expect(run.history[from + 1]?.mapIterationFailedEventDetails).toEqual({ index: 1, name: 'Each' });
  });

  it('has nothing to do for no items', async () => {
    const run = await runMachine(each({ Items: [] }));

    expect(run).toMatchObject({ status: 'SUCCEEDED', output: [], path: ['Each'] });
  });

  it('wants an array of items', async () => {
    const run = await runMachine(each({ Items: '{% $states.input %}' }), {}, { input: { a: 1 } });

    expect(run.error).toBe('States.QueryEvaluationError');
    expect(run.cause).toContain("Expected 'array', but was 'object'");
  });

  it('collects thousands of items with 40 iterations at once', async () => {
    const items = Array.from({ length: 2000 }, (_, i) => i);
    const run = await runMachine(each({ Items: '{% $states.input %}' }), {}, { input: items });

    expect(run.output).toEqual(items);
  });
});
