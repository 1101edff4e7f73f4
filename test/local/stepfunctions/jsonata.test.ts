import { describe, expect, it } from 'vitest';
import { runMachine, single } from './support.ts';

const output = async (expression: string, input: unknown = {}) => {
  const run = await runMachine(single({ Type: 'Pass', Output: `{% ${expression} %}` }), {}, { input });
  return run.status === 'SUCCEEDED' ? run.output : `${run.error}: ${run.cause}`;
};

describe('the functions that Step Functions adds', () => {
  it.each([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1,2,3], 2.9)', [[1, 2], [3]]],
    ['$range(0, 10, 2)', [0, 2, 4, 6, 8, 10]],
    ['$range(3, -3, -3)', [3, 0, -3]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(7, 7, 1)', 7],
    ["$hash('input', 'SHA-1')", '140f86aae51ab9e1cda9b4254fe98a74eb54c1a1'],
    ["$hash('', 'MD5')", 'd41d8cd98f00b204e9800998ecf8427e'],
    ["$length($hash('x', 'SHA-512'))", 128],
    ['$parse(\'{"a": [1, null]}\')', { a: [1, null] }],
    ["$parse('[1]')", [1]],
    ["$parse('null')", null],
    ['$random(1) = $random(1)', true],
    ['$random()', 0.5],
    ['$length($uuid())', 36],
    ['$uuid() = $uuid()', false],
  ])('%s', async (expression, expected) => {
    expect(await output(expression)).toEqual(expected);
  });

  it.each([['$partition([1], 0)'], ['$partition([], 2)'], ['$range(0, 4)'], ['$range(0, 4, -1)'], ["$hash('x')"]])(
    '%s returns nothing',
    async (expression) => {
      expect(await output(expression)).toContain(
        `'${expression}' specified for the field 'Output' returned nothing (undefined).`,
      );
    },
  );

  it.each([
    ["$range('0', 4, 1)", 'T0410: Argument 1 of function "range" does not match function signature'],
    ["$parse('{')", 'JSON'],
    ["$hash('x', 'sha256')", 'SHA-256'],
    ['$range(0, 1e9, 1)', 'memory limit exceeded'],
  ])('%s is an error', async (expression, why) => {
    const answer = await output(expression);

    expect(answer).toContain('States.QueryEvaluationError');
    expect(answer).toContain('threw an error during evaluation.');
    expect(answer).toContain(why);
  });
});

describe('time in expressions', () => {
  it.each([
    ['$now()', '2026-01-01T00:00:00.000Z'],
    ["$now('[Y]-[M01]')", '2026-01'],
    ["$now('[H01]:[m01]', '+0200')", '02:00'],
    ['$millis()', Date.UTC(2026, 0, 1)],
  ])('%s is the clock’s', async (expression, expected) => {
    expect(await output(expression)).toBe(expected);
  });
});

describe('what an expression returns', () => {
  it.each([
    ['$states.input', null, null],
    ['$states.input.a', { a: null }, null],
    ['$states.input.a', { a: [] }, []],
    ['$states.input.a', { a: [1] }, [1]],
    ['$states.input.a.b', { a: [{ b: 1 }, { b: 2 }] }, [1, 2]],
    ['$states.input.a.b', { a: [{ b: 1 }] }, 1],
    ['$states.input.a.b.c', { a: { b: { c: false } } }, false],
    ['$count($states.input.a[x > 1])', { a: [{ x: 1 }, { x: 2 }] }, 1],
    ["$map($states.input.a, function($v) { $v & '!' })", { a: ['x', 'y'] }, ['x!', 'y!']],
    ['$states.input.a.{"k": b}', { a: [{ b: 1 }, { b: 2 }] }, [{ k: 1 }, { k: 2 }]],
    ['{"gone": $states.input.absent, "there": 1}', {}, { there: 1 }],
    ['($x := 1; $x + 1)', {}, 2],
    ['$merge([$states.input, {"b": 2}])', { a: 1 }, { a: 1, b: 2 }],
    ['$exists($nothing) ? 1 : 2', {}, 2],
    ['1/0', {}, 'Infinity'],
    ['[null, -1/0]', {}, [null, '-Infinity']],
  ])('%s of %j', async (expression, input, expected) => {
    expect(await output(expression, input)).toEqual(expected);
  });

  it.each([['$states.input.absent'], ['$nothing'], ['$states.input.a.b.c'], ['$states.input.a[5]']])(
    '%s is nothing, and an error',
    async (expression) => {
      expect(await output(expression, { a: [1] })).toContain('returned nothing (undefined).');
    },
  );

  it.each([
    ['function($x) { $x }', 'unsupported result type: function'],
    ['$sum', 'unsupported result type: function'],
    ["1 + 'a'", 'T2002'],
    ["$number('x')", 'D3030'],
  ])('%s is an error', async (expression, why) => {
    const answer = await output(expression);

    expect(answer).toContain('States.QueryEvaluationError');
    expect(answer).toContain(why);
  });

  it('keeps keys such as __proto__ for what they are', async () => {
    expect(JSON.stringify(await output('$states.input', JSON.parse('{"__proto__":{"a":1}}')))).toBe(
      '{"__proto__":{"a":1}}',
    );
  });
});
