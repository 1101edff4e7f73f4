import { describe, expect, it } from 'vitest';
import { errorNames } from '../docs/errors.ts';
import { calledBy, findLoop, machines, type State } from './machine.ts';
import { template } from './support.ts';

const tasks = (states: [string, State][]) => states.filter(([, { Type }]) => Type === 'Task');

/** States whose failure ends nothing, and where it leads instead. */
const ENDS_NOTHING = {
  migration: [
    // Of what only waits: the time goes by without it.
    ['AwaitTurn', 'AwaitTurnUncalled'],
    ['RestFromWatching', 'WatchReplication'],
    ...[
      'WatchPromotion',
      'LiftFence',
      'AnnouncePromoted',
      'AnnouncePromotionInDoubt',
      'AnnounceStragglersFound',
      'CloseMigration',
    ].map((name) => [name, 'AwaitNextWatch']),
  ],
  settlement: [
    // Made once more when no task can be at it any more.
    ['LiftFence', 'AwaitActingTasks'],
    ['WatchPromotion', 'AwaitNextWatch'],
    ['LiftRefusedFence', 'AwaitNextWatch'],
    ['AnnouncePromotionInDoubt', 'AwaitNextWatch'],
  ],
};

const INVOKE_ERRORS = 'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors';

/** Names that AWS gives to errors of a task, with the page that documents each. */
const DOCUMENTED: Record<string, string> = {
  'States.ALL': 'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html',
  'States.TaskFailed': 'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html',
  'States.Timeout': 'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html',
  'Lambda.ServiceException': 'https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html',
  'Lambda.AWSLambdaException': 'https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html',
  'Lambda.SdkClientException': 'https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html',
  'Lambda.ClientExecutionTimeoutException':
    'https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html',
  'Lambda.TooManyRequestsException':
    'https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html',
  'Lambda.Unknown': 'https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html',
  // A function in a VPC that was idle for long, or whose network interfaces are not to be had just now.
  'Lambda.ResourceNotReadyException': INVOKE_ERRORS,
  'Lambda.ENINotReadyException': INVOKE_ERRORS,
  'Lambda.EC2ThrottledException': INVOKE_ERRORS,
  'Lambda.ENILimitReachedException': INVOKE_ERRORS,
  'Lambda.SubnetIPAddressLimitReachedException': INVOKE_ERRORS,
  'Sandbox.Timedout': 'https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html',
  // What Lambda answers when a function's process ends: AWS's own runtime shows it.
  'Runtime.ExitError': 'https://github.com/awslabs/aws-lambda-rust-runtime',
  'EventBridge.FailedEntry': 'https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html',
};

describe.each(machines)('the state machine of a $file', (machine) => {
  const { file, text, definition, states } = machine;

  it('substitutes exactly what the template gives it', () => {
    const [, resource] =
      Object.entries(template.Resources).find(
        ([, { Properties }]) => Properties.DefinitionUri === `statemachine/${file}.asl.json`,
      ) ?? [];
    const used = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));

    expect([...used].sort()).toEqual(Object.keys(resource?.Properties.DefinitionSubstitutions as object).sort());
  });

  it('names nothing that is deployed: no ARN of an account, Region or partition', () => {
    expect(text.match(/arn:(?!\$\{Partition\}:states:::)/g)).toBeNull();
  });

  it('has a timeout of its own', () => {
    expect(definition.TimeoutSeconds).toBeGreaterThan(0);
  });

  it('has a comment on every state', () => {
    expect(states.filter(([, { Comment }]) => !Comment).map(([name]) => name)).toEqual([]);
  });

  it('limits, retries with full jitter, and catches in every task', () => {
    const lacking = tasks(states).filter(
      ([, { TimeoutSeconds, Retry = [], Catch = [] }]) =>
        !TimeoutSeconds ||
        Retry.length === 0 ||
        Retry.some(({ JitterStrategy }) => JitterStrategy !== 'FULL') ||
        !Catch.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL')),
    );

    expect(lacking.map(([name]) => name)).toEqual([]);
  });

  it('retries a bounded number of times, with a bounded delay, and for longer only after the point of no return', () => {
    const afterNoReturn = ['CutOver', 'WatchPromotion', 'CloseMigration'];
    for (const [name, { Retry = [] }] of tasks(states)) {
      const most = afterNoReturn.includes(name) ? 60 : 20;
      for (const { MaxAttempts, MaxDelaySeconds, BackoffRate } of Retry) {
        expect([name, MaxAttempts > 0 && MaxAttempts <= most, MaxDelaySeconds <= 60, BackoffRate]).toEqual([
          name,
          true,
          true,
          2,
        ]);
      }
    }
  });

  it('retries and catches only errors that exist', () => {
    const named = states.flatMap(([, { Retry = [], Catch = [] }]) =>
      [...Retry, ...Catch].flatMap((r) => r.ErrorEquals),
    );
    const known = new Set([...errorNames(), ...Object.keys(DOCUMENTED)]);

    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('leads every failure into the one state that ends it, but for rests, and those after the point of no return', () => {
    const end = file === 'migration' ? ['StartSettlement', 'Failed'] : ['Unsettled'];
    const elsewhere = states.flatMap(([name, { Catch = [] }]) =>
      Catch.filter(({ ErrorEquals, Next }) => ErrorEquals.includes('States.ALL') && !end.includes(Next)).map(
        ({ Next }) => [name, Next],
      ),
    );

    expect(elsewhere).toEqual(ENDS_NOTHING[file]);
  });

  it('has no loop without a cap, and none whose round nobody counts', () => {
    const cap = /\$(turns|linkLosses|cutoverAttempts) >= \d+/;
    const capped = states.filter(
      ([, { Type, Choices = [] }]) => Type === 'Choice' && Choices.some(({ Condition }) => cap.test(Condition)),
    );
    // A state that counts a capped counter up, or sets a flag by which its only way in is closed.
    const counting = states.filter(([name, { Assign = {} }]) =>
      Object.entries(Assign).some(
        ([variable, value]) =>
          (/^(turns|linkLosses|cutoverAttempts)$/.test(variable) && value === `{% $${variable} + 1 %}`) ||
          (value === true && waysInto(machine.states, name).every((way) => way.endsWith(` $not($${variable}) %}`))),
      ),
    );

    expect(findLoop(machine, new Set(capped.map(([name]) => name)))).toBeUndefined();
    expect(findLoop(machine, new Set(counting.map(([name]) => name)))).toBeUndefined();
  });
});

describe('a rest', () => {
  it('that finds no place, or fails in any other way, ends no migration', () => {
    const resting = machines.flatMap(({ states }) =>
      states.filter(([, state]) => calledBy(state) === 'RestFunctionArn'),
    );

    expect(resting.map(([name]) => name)).toEqual(['AwaitTurn', 'RestFromWatching']);
    for (const [name, { Catch = [] }] of resting) {
      const ends = Catch.filter(({ Next }) => Next === 'StartSettlement').flatMap(({ ErrorEquals }) => ErrorEquals);
      expect([name, ends]).toEqual([name, ['AbortRequestedError']]);
      expect([name, Catch.at(-1)?.ErrorEquals]).toEqual([name, ['States.ALL']]);
    }
  });
});

/** The conditions under which a state is entered; `always` for a way without one. */
const waysInto = (states: [string, State][], target: string): string[] =>
  states.flatMap(([, { Next, Default, Choices = [], Catch = [] }]) => [
    ...[Next, Default, ...Catch.map((catcher) => catcher.Next)].filter((name) => name === target).map(() => 'always'),
    ...Choices.filter((choice) => choice.Next === target).map(({ Condition }) => Condition),
  ]);
