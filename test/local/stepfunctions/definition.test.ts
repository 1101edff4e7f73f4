import { describe, expect, it } from 'vitest';
import { InvalidDefinition } from '../../../local/stepfunctions/errors.ts';
import { laboratory, machine, single } from './support.ts';

const CALL = 'arn:aws:states:::lambda:invoke';

/** What is wrong with a definition, one sentence each; nothing for one that is taken. */
const faults = (definition: string): readonly string[] => {
  try {
    laboratory({ [CALL]: async () => null }).service.createStateMachine({ name: 'm', definition });
    return [];
  } catch (refused) {
    if (refused instanceof InvalidDefinition) return refused.diagnostics;
    throw refused;
  }
};

const task = { Type: 'Task', Resource: CALL };
const inner = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } };

describe('a definition', () => {
  it('is taken with every field that is implemented', () => {
    const definition = machine({
      Comment: 'c',
      Version: '1.0',
      TimeoutSeconds: 10,
      StartAt: 'T',
      States: {
        T: {
          ...task,
          Comment: 'c',
          QueryLanguage: 'JSONata',
          Arguments: {},
          TimeoutSeconds: '{% 1 %}',
          Retry: [
            {
              ErrorEquals: ['States.ALL'],
              IntervalSeconds: 1,
              MaxAttempts: 0,
              BackoffRate: 1,
              MaxDelaySeconds: 5,
              JitterStrategy: 'NONE',
              Comment: 'c',
            },
          ],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'M', Assign: { a: 1 }, Output: null, Comment: 'c' }],
          Next: 'M',
        },
        M: {
          Type: 'Map',
          Items: [],
          ItemSelector: {},
          MaxConcurrency: 1,
          ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'INLINE' } },
          End: true,
        },
      },
    });

    expect(faults(definition)).toEqual([]);
  });

  it('is refused with all its faults at once, each with its path', () => {
    const definition = machine({
      StartAt: 'Nowhere',
      Timeout: 5,
      States: {
        A: { ...task, Parameters: {}, ResultPath: '$.x', Next: 'B' },
        B: { Type: 'Pass', Result: 1, InputPath: '$', End: true },
      },
    });

    expect(faults(definition)).toEqual([
      "SCHEMA_VALIDATION_FAILED: Field 'Parameters' is not supported at /States/A/Parameters",
      "SCHEMA_VALIDATION_FAILED: Field 'ResultPath' is not supported at /States/A/ResultPath",
      "SCHEMA_VALIDATION_FAILED: Field 'Result' is not supported at /States/B/Result",
      "SCHEMA_VALIDATION_FAILED: Field 'InputPath' is not supported at /States/B/InputPath",
      "SCHEMA_VALIDATION_FAILED: Field 'Timeout' is not supported at /Timeout",
    ]);
  });

  it.each([
    ['Parameters', task],
    ['ResultSelector', task],
    ['OutputPath', task],
    ['TimeoutSecondsPath', task],
    ['Credentials', task],
    ['ItemReader', { Type: 'Map', ItemProcessor: inner }],
    ['ItemBatcher', { Type: 'Map', ItemProcessor: inner }],
    ['ItemsPath', { Type: 'Map', ItemProcessor: inner }],
    ['Iterator', { Type: 'Map', ItemProcessor: inner }],
    ['ResultWriter', { Type: 'Map', ItemProcessor: inner }],
    ['ToleratedFailureCount', { Type: 'Map', ItemProcessor: inner }],
    ['ToleratedFailurePercentage', { Type: 'Map', ItemProcessor: inner }],
    ['Label', { Type: 'Map', ItemProcessor: inner }],
    ['SecondsPath', { Type: 'Wait', Seconds: 1 }],
    ['Retry', { Type: 'Pass' }],
    ['Arguments', { Type: 'Pass' }],
    ['Variable', { Type: 'Pass' }],
  ])('is refused for %s', (field, state) => {
    expect(faults(single({ ...state, [field]: 1 }))).toEqual([
      `SCHEMA_VALIDATION_FAILED: Field '${field}' is not supported at /States/S/${field}`,
    ]);
  });

  it.each([
    ['no JSON', '{', 'INVALID_JSON_DESCRIPTION'],
    ['no object', '[]', 'SCHEMA_VALIDATION_FAILED'],
    ['no states', machine({ StartAt: 'S', States: {} }), "Missing 'StartAt' target: S at /StartAt"],
    ['an unknown type', single({ Type: 'Sleep' }), 'at /States/S/Type'],
    [
      'a Next that leads nowhere',
      machine({ StartAt: 'S', States: { S: { Type: 'Pass', Next: 'X' } } }),
      'Missing target: X at /States/S/Next',
    ],
    [
      'neither Next nor End',
      machine({ StartAt: 'S', States: { S: { Type: 'Pass' } } }),
      'Exactly one of [Next, End] is required at /States/S',
    ],
    [
      'Next and End',
      machine({ StartAt: 'S', States: { S: { Type: 'Pass', Next: 'S', End: true } } }),
      'Exactly one of [Next, End]',
    ],
    ['End: false', machine({ StartAt: 'S', States: { S: { Type: 'Pass', End: false } } }), 'at /States/S/End'],
    [
      'a loop without an end',
      machine({ StartAt: 'S', States: { S: { Type: 'Pass', Next: 'S' } } }),
      'MISSING_END_STATE',
    ],
    [
      'a state that nothing leads to',
      machine({ StartAt: 'S', States: { S: { Type: 'Succeed' }, T: { Type: 'Succeed' } } }),
      'State "T" is not reachable at /States/T',
    ],
    [
      'a Catch that leads nowhere',
      single({ ...task, Catch: [{ ErrorEquals: ['A'], Next: 'X' }] }),
      'Missing target: X at /States/S/Catch[0]/Next',
    ],
    [
      'a Default that leads nowhere',
      machine({
        StartAt: 'S',
        States: {
          S: { Type: 'Choice', Choices: [{ Condition: true, Next: 'E' }], Default: 'X' },
          E: { Type: 'Succeed' },
        },
      }),
      '/States/S/Default',
    ],
    [
      'a Next out of a branch',
      single({ Type: 'Parallel', Branches: [{ StartAt: 'I', States: { I: { Type: 'Pass', Next: 'S' } } }] }),
      '/States/S/Branches[0]/States/I/Next',
    ],
    ['two states of one name', single({ Type: 'Parallel', Branches: [inner, inner] }), 'DUPLICATE_STATE_NAME'],
    ['no branches', single({ Type: 'Parallel', Branches: [] }), 'at /States/S/Branches'],
    ['no choices', machine({ StartAt: 'S', States: { S: { Type: 'Choice', Choices: [] } } }), 'at /States/S/Choices'],
    [
      'States.ALL in company',
      single({ ...task, Retry: [{ ErrorEquals: ['States.ALL', 'A'] }] }),
      'States.ALL must be alone at /States/S/Retry[0]/ErrorEquals',
    ],
    [
      'States.ALL before others',
      single({
        ...task,
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'S' },
          { ErrorEquals: ['A'], Next: 'S' },
        ],
      }),
      'States.ALL must be in the last element at /States/S/Catch[0]/ErrorEquals',
    ],
    [
      'a distributed Map',
      single({ Type: 'Map', ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED' } } }),
      '/States/S/ItemProcessor/ProcessorConfig/Mode',
    ],
    ['a Wait for nothing', single({ Type: 'Wait' }), 'Exactly one of [Seconds, Timestamp] is required at /States/S'],
    [
      'a Wait for two things',
      single({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z' }),
      'Exactly one of [Seconds, Timestamp]',
    ],
    ['a fraction of a second', single({ Type: 'Wait', Seconds: 1.5 }), '/States/S/Seconds'],
    [
      'an unknown resource',
      single({ Type: 'Task', Resource: 'arn:aws:states:::sns:publish' }),
      'arn:aws:states:::sns:publish is not recognized at /States/S/Resource',
    ],
    ['.sync, which is not there', single({ Type: 'Task', Resource: `${CALL}.sync` }), 'is not recognized'],
    [
      'a heartbeat that nobody can send',
      single({ ...task, HeartbeatSeconds: 1 }),
      'only implemented with .waitForTaskToken at /States/S/HeartbeatSeconds',
    ],
    [
      'a heartbeat beyond the timeout',
      single({ Type: 'Task', Resource: `${CALL}.waitForTaskToken`, HeartbeatSeconds: 5, TimeoutSeconds: 5 }),
      'HeartbeatSeconds must be less than TimeoutSeconds',
    ],
    [
      'JSONPath',
      JSON.stringify({ StartAt: 'S', States: { S: { Type: 'Pass', End: true } } }),
      'The QueryLanguage is JSONPath, which is not implemented: set JSONata at /States/S',
    ],
    [
      'JSONPath by name',
      machine({ QueryLanguage: 'JSONPath', StartAt: 'S', States: { S: { Type: 'Pass', End: true } } }),
      'at /QueryLanguage',
    ],
    [
      'a bad variable name',
      single({ Type: 'Pass', Assign: { 'a-b': 1 } }),
      "'a-b' is not a variable name at /States/S/Assign/a-b",
    ],
    [
      'the reserved variable',
      single({ Type: 'Pass', Assign: { states: 1 } }),
      "The variable name 'states' is reserved",
    ],
  ])('is refused for %s', (_, definition, fault) => {
    expect(faults(definition).join('\n')).toContain(fault);
  });

  it.each([
    ['$states.input.a[', 'INVALID_JSONATA_EXPRESSION: S0', 'Output/x'],
    [
      '$eval($states.input)',
      "UNSUPPORTED_JSONATA_EXPRESSION: Function 'eval' is not supported, use $parse",
      'Output/x',
    ],
    ['phone', "Reference to 'phone' at the top level is not supported.", 'Output/x'],
    ['$map($states.input.a, function($x) { b })', "Reference to 'b' at the top level is not supported.", 'Output/x'],
    ['$', "Reference to '$' at the top level is not supported.", 'Output/x'],
    ['$$.a', "Reference to '$$' is not supported.", 'Output/x'],
    ['$states.errorOutput', "Reference to '$states.errorOutput' is not supported in this field.", 'Output/x'],
    ['$states.result.a', "Reference to '$states.result' is not supported in this field.", 'Output/x'],
  ])('is refused for the expression %s', (expression, why, place) => {
    const [fault, ...more] = faults(single({ Type: 'Pass', Output: { x: `{% ${expression} %}` } }));

    expect(fault).toContain(why);
    expect(fault).toContain(`at /States/S/${place}`);
    expect(more).toEqual([]);
  });

  it.each([
    ['$states.input.items[value > 3].name'],
    ['$states.input.items^(price, >name)'],
    ['$states.input.items{kind: $sum(price)}'],
    ['$filter($states.input.a, function($v) { $v.ok })'],
    ['$states.input.a.($x := b; $x)'],
    ['$states.input ~> |items|{"b": c}|'],
  ])('may have the expression %s', (expression) => {
    expect(faults(single({ Type: 'Pass', Output: `{% ${expression} %}` }))).toEqual([]);
  });

  it('shows $states.result only after a result, and errorOutput only in a Catch', () => {
    const Catch = [
      { ErrorEquals: ['A'], Next: 'S', Output: '{% $states.errorOutput %}', Assign: { e: '{% $states.result %}' } },
    ];
    const state = { ...task, Arguments: '{% $states.result %}', Output: '{% $states.result %}', Catch };

    expect(faults(single(state))).toEqual([
      "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$states.result' is not supported in this field. at /States/S/Catch[0]/Assign/e",
      "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$states.result' is not supported in this field. at /States/S/Arguments",
    ]);
  });
});
