import { describe, expect, it } from 'vitest';
import { machine, runMachine, single } from './support.ts';

describe('Pass', () => {
  it('hands its input on', async () => {
    const run = await runMachine(single({ Type: 'Pass' }), {}, { input: { a: [1, null, 'x'] } });

    expect(run).toMatchObject({ status: 'SUCCEEDED', output: { a: [1, null, 'x'] }, path: ['S'], transitions: 1 });
  });

  it('takes a string for an expression only when the whole of it is one', async () => {
    const Output = {
      literal: ' {% $states.input %}',
      trailing: '{% $states.input %} ',
      name: '$states.input',
      'key.$': '$.a',
      expression: '{%$states.input.a%}',
      lines: '{%\n  $states.input.a\n  + 1\n%}',
    };
    const run = await runMachine(single({ Type: 'Pass', Output }), {}, { input: { a: 1 } });

    expect(run.output).toEqual({ ...Output, expression: 1, lines: 2 });
  });

  it.each([[null], [0], [0.1], [true], ['text'], [[]], [{}]])('outputs the literal %j', async (literal) => {
    const run = await runMachine(single({ Type: 'Pass', Output: literal }));

    expect(run.output).toEqual(literal);
  });

  it('copies what JSONata makes, markers and all left behind', async () => {
    const run = await runMachine(
      single({ Type: 'Pass', Output: { evens: '{% $states.input.n[$ % 2 = 0] %}', all: '{% $states.input.n %}' } }),
      {},
      { input: { n: [1, 2, 3, 4] } },
    );

    expect(run.output).toStrictEqual({ evens: [2, 4], all: [1, 2, 3, 4] });
  });
});

describe('Choice', () => {
  const choosing = machine({
    StartAt: 'Which',
    States: {
      Which: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n = 1 %}', Next: 'End', Assign: { by: 'first' }, Output: 'one' },
          { Condition: '{% $states.input.n < 3 %}', Next: 'End', Assign: { by: 'second' } },
        ],
        Default: 'End',
        Assign: { by: 'default' },
        Output: 'other',
      },
      End: { Type: 'Pass', Output: { by: '{% $by %}', input: '{% $states.input %}' }, End: true },
    },
  });

  it.each([
    [1, { by: 'first', input: 'one' }],
    [2, { by: 'second', input: { n: 2 } }],
    [3, { by: 'default', input: 'other' }],
  ])('lets the first rule that holds decide, with its own Assign and Output (%i)', async (n, output) => {
    const run = await runMachine(choosing, {}, { input: { n } });

    expect(run.output).toEqual(output);
  });

  it('fails the execution for good when nothing matches and there is no Default', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'Try',
        States: {
          Try: {
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'Which',
                States: {
                  Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n = 1 %}', Next: 'End' }] },
                  End: { Type: 'Succeed' },
                },
              },
            ],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
            End: true,
          },
          Caught: { Type: 'Succeed' },
        },
      }),
      {},
      { input: { n: 2 } },
    );

    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'Which' (entered at the event id #4). Failed to transition out of the state. The state does not point to a next state.",
    });
  });

  it('wants a boolean of a condition', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'C',
        States: { C: { Type: 'Choice', Choices: [{ Condition: "{% 'yes' %}", Next: 'E' }] }, E: { Type: 'Succeed' } },
      }),
    );

    expect(run.error).toBe('States.QueryEvaluationError');
    expect(run.cause).toContain(
      `The JSONata expression ''yes'' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string' for value: "yes"`,
    );
  });
});

describe('Wait', () => {
  it.each([
    [{ Seconds: 90 }, 90_000],
    [{ Seconds: '{% $states.input.seconds * 2 %}' }, 20_000],
    [{ Timestamp: '2026-01-01T00:01:00Z' }, 60_000],
    [{ Timestamp: '{% $states.input.until %}' }, 3_600_000],
    [{ Timestamp: '2020-01-01T00:00:00Z' }, 0],
  ])('waits by the clock: %j', async (field, durationMs) => {
    const input = { seconds: 10, until: '2026-01-01T02:00:00+01:00' };
    const run = await runMachine(single({ Type: 'Wait', ...field }), {}, { input });

    expect(run).toMatchObject({ status: 'SUCCEEDED', output: input, durationMs });
  });

  it.each([
    [{ Seconds: '{% -1 %}' }, "'Seconds'"],
    [{ Seconds: "{% '5' %}" }, "'Seconds'"],
    [{ Timestamp: "{% 'tomorrow' %}" }, "'Timestamp'"],
  ])('refuses %j', async (field, named) => {
    const run = await runMachine(single({ Type: 'Wait', ...field }));

    expect(run.error).toBe('States.QueryEvaluationError');
    expect(run.cause).toContain(named);
  });
});

describe('Succeed and Fail', () => {
  it('succeeds with its Output', async () => {
    const run = await runMachine(
      machine({ StartAt: 'S', States: { S: { Type: 'Succeed', Output: '{% $states.input.a + 1 %}' } } }),
      {},
      { input: { a: 1 } },
    );

    expect(run).toMatchObject({ status: 'SUCCEEDED', output: 2 });
  });

  it('fails with an Error and a Cause that may be expressions', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'F',
        States: { F: { Type: 'Fail', Error: '{% $states.input.e %}', Cause: "{% 'because of ' & $states.input.e %}" } },
      }),
      {},
      { input: { e: 'Oops' } },
    );

    expect(run).toMatchObject({ status: 'FAILED', error: 'Oops', cause: 'because of Oops' });
  });

  it('fails without either', async () => {
    const run = await runMachine(machine({ StartAt: 'F', States: { F: { Type: 'Fail' } } }));

    expect(run).toMatchObject({ status: 'FAILED', error: undefined, cause: undefined });
    expect(run.history.at(-1)?.executionFailedEventDetails).toEqual({});
  });
});

describe('the context object', () => {
  it('tells where the execution is', async () => {
    const run = await runMachine(
      single({ Type: 'Pass', Output: '{% $states.context %}' }),
      {},
      { input: { a: 1 }, name: 'run-1', machineName: 'm', roleArn: 'arn:aws:iam::000000000000:role/r' },
    );

    expect(run.output).toEqual({
      Execution: {
        Id: 'arn:aws:states:us-west-2:000000000000:execution:m:run-1',
        Input: { a: 1 },
        Name: 'run-1',
        RoleArn: 'arn:aws:iam::000000000000:role/r',
        StartTime: '2026-01-01T00:00:00.000Z',
        RedriveCount: 0,
      },
      StateMachine: { Id: 'arn:aws:states:us-west-2:000000000000:stateMachine:m', Name: 'm' },
      State: { Name: 'S', EnteredTime: '2026-01-01T00:00:00.000Z' },
    });
  });
});
