import { describe, expect, it } from 'vitest';
import { machine, runMachine, single } from './support.ts';

const CALL = 'arn:aws:states:::lambda:invoke';
const LIMIT = 262_144;
/** A JSON string of so many bytes, quotes included. */
const text = (bytes: number) => 'x'.repeat(bytes - 2);

describe('the payload limit of 262,144 bytes', () => {
  it.each([
    [LIMIT, 'SUCCEEDED', undefined],
    [LIMIT + 1, 'FAILED', 'States.DataLimitExceeded'],
  ])('holds for a state’s output (%i bytes)', async (bytes, status, error) => {
    const run = await runMachine(
      single({ Type: 'Pass', Output: '{% $pad("", $states.input, "x") %}'.replaceAll('"', "'") }),
      {},
      { input: bytes - 2 },
    );

    expect(run).toMatchObject({ status, error });
  });

  it('counts bytes of UTF-8', async () => {
    const run = await runMachine(single({ Type: 'Pass', Output: "{% $pad('', 90000, '€') %}" }));

    expect(run.error).toBe('States.DataLimitExceeded');
  });

  it('holds for a task’s result, and shows the task as failed', async () => {
    const run = await runMachine(single({ Type: 'Task', Resource: CALL, Output: 1 }), {
      [CALL]: async () => text(LIMIT + 1),
    });

    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: `An error occurred while executing the state 'S' (entered at the event id #2). The state/task '${CALL}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
    expect(run.history.map(({ type }) => type)).toContain('TaskFailed');
  });

  it('holds for Arguments and for what one Assign stores', async () => {
    const big = "{% $pad('', 262143, 'x') %}";
    const args = await runMachine(single({ Type: 'Task', Resource: CALL, Arguments: big }), {
      [CALL]: async () => null,
    });
    const assign = await runMachine(
      single({ Type: 'Pass', Assign: { a: "{% $pad('', 200000, 'x') %}", b: "{% $pad('', 200000, 'x') %}" } }),
    );

    expect(args.error).toBe('States.DataLimitExceeded');
    expect(assign.error).toBe('States.DataLimitExceeded');
  });
});

describe('the history’s limit of 25,000 events', () => {
  it('fails the execution with the last of them, whatever would catch it', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'Loop',
        States: {
          Loop: { Type: 'Pass', Next: 'Again?' },
          'Again?': { Type: 'Choice', Choices: [{ Condition: true, Next: 'Loop' }], Default: 'End' },
          End: { Type: 'Succeed' },
        },
      }),
    );

    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    expect(run.history).toHaveLength(25_000);
    expect(run.history.at(-1)).toMatchObject({ id: 25_000, previousEventId: 24_999, type: 'ExecutionFailed' });
  });

  it('ends everything that runs beside', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'P',
        States: {
          P: {
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'Loop',
                States: {
                  Loop: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Loop' }], Default: 'End' },
                  End: { Type: 'Succeed' },
                },
              },
              { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } },
            ],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
            End: true,
          },
          Caught: { Type: 'Succeed' },
        },
      }),
    );

    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Runtime', durationMs: 0 });
    expect(run.clock.pending).toBe(0);
  });
});
