import { describe, expect, it } from 'vitest';
import { InvalidDefinition } from '../../../local/stepfunctions/errors.ts';
import { laboratory, machine, runMachine } from './support.ts';

describe('Assign', () => {
  it('evaluates all values, and Output, with the variables as they were', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'One',
        States: {
          One: { Type: 'Pass', Assign: { x: 3, a: 6 }, Next: 'Two' },
          Two: { Type: 'Pass', Assign: { x: '{% $a %}', nextX: '{% $x %}' }, Output: '{% $x %}', Next: 'Three' },
          Three: {
            Type: 'Pass',
            Output: { x: '{% $x %}', nextX: '{% $nextX %}', output: '{% $states.input %}' },
            End: true,
          },
        },
      }),
    );

    expect(run.output).toEqual({ x: 6, nextX: 3, output: 3 });
  });

  it('replaces the whole value, and null is a value', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'One',
        States: {
          One: { Type: 'Pass', Assign: { order: { id: 1, item: 'x' }, none: null }, Next: 'Two' },
          Two: { Type: 'Pass', Assign: { order: { id: 2 } }, Next: 'Three' },
          Three: { Type: 'Pass', Output: { order: '{% $order %}', none: '{% $none %}' }, End: true },
        },
      }),
    );

    expect(run.output).toEqual({ order: { id: 2 }, none: null });
  });

  it('fails the state for a value that is undefined, and names it', async () => {
    const run = await runMachine(
      machine({ StartAt: 'S', States: { S: { Type: 'Pass', Assign: { deep: { x: ['{% $nope %}'] } }, End: true } } }),
    );

    expect(run).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$nope' specified for the field 'Assign/deep/x[0]' returned nothing (undefined).",
    });
  });

  it('shares no value with the expression that it came from', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'One',
        States: {
          One: { Type: 'Pass', Assign: { list: '{% $states.input.list %}' }, Next: 'Two' },
          Two: { Type: 'Pass', Assign: { list: '{% $append($list, 3) %}' }, Output: '{% $list %}', Next: 'Three' },
          Three: { Type: 'Pass', Output: ['{% $states.input %}', '{% $list %}'], End: true },
        },
      }),
      {},
      { input: { list: [1, 2] } },
    );

    expect(run.output).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });
});

describe('scopes', () => {
  const nested = (inner: object, after: object) =>
    machine({
      StartAt: 'Outer',
      States: {
        Outer: { Type: 'Pass', Assign: { outer: 'seen' }, Next: 'Fork' },
        Fork: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'A',
              States: {
                A: { Type: 'Pass', Assign: { mine: 'a' }, Next: 'A2' },
                A2: { Type: 'Pass', ...inner, End: true },
              },
            },
            {
              StartAt: 'B',
              States: {
                B: { Type: 'Pass', Assign: { mine: 'b' }, Next: 'B2' },
                B2: { Type: 'Pass', ...inner, End: true },
              },
            },
          ],
          Next: 'After',
        },
        After: { Type: 'Pass', ...after, End: true },
      },
    });

  it('lets branches read the outer variables and keep their own apart', async () => {
    const run = await runMachine(nested({ Output: "{% $outer & ' by ' & $mine %}" }, {}));

    expect(run.output).toEqual(['seen by a', 'seen by b']);
  });

  it('lets no assignment of a branch out', async () => {
    const run = await runMachine(nested({}, { Output: '{% $mine %}' }));

    expect(run).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(run.cause).toContain("'$mine' specified for the field 'Output' returned nothing");
  });

  it('assigns what a Map or Parallel assigns in the scope that it stands in', async () => {
    const run = await runMachine(
      machine({
        StartAt: 'Each',
        States: {
          Each: {
            Type: 'Map',
            Items: [1, 2],
            ItemProcessor: {
              StartAt: 'P',
              States: {
                P: { Type: 'Pass', Assign: { v: '{% $states.input %}' }, Next: 'Q' },
                Q: { Type: 'Pass', Output: '{% $v * 10 %}', End: true },
              },
            },
            Assign: { sum: '{% $sum($states.result) %}' },
            Next: 'Show',
          },
          Show: { Type: 'Pass', Output: '{% $sum %}', End: true },
        },
      }),
    );

    // A variable hides a built-in function of its name.
    expect(run.output).toBe(30);
  });

  it('refuses to assign in an inner scope what an outer scope assigns', () => {
    const { service } = laboratory();
    const definition = machine({
      StartAt: 'Fork',
      States: {
        Fork: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'A', States: { A: { Type: 'Pass', Assign: { late: 1 }, End: true } } }],
          Next: 'After',
        },
        After: { Type: 'Pass', Assign: { late: 2 }, End: true },
      },
    });

    expect(() => service.createStateMachine({ name: 'm', definition })).toThrow(InvalidDefinition);
    expect(() => service.createStateMachine({ name: 'm', definition })).toThrow(
      "'late' is assigned in an outer scope at /States/Fork/Branches[0]/States/A/Assign/late",
    );
  });

  it('lets two branches assign the same name', async () => {
    expect((await runMachine(nested({ Output: '{% $mine %}' }, {}))).output).toEqual(['a', 'b']);
  });
});
