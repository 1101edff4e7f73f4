import { describe, expect, it } from 'vitest';
import { restSecondsOf } from '../../functions/replication/fleet.ts';
import { calledBy, machines } from './machine.ts';
import { type Resource, secondsOf, template, timeoutOf } from './support.ts';

const parameter = (name: string, which: 'Default' | 'MaxValue') => secondsOf({ Ref: name }, which);

describe('timeouts', () => {
  it('of functions end before those of the states that call them', () => {
    for (const { states } of machines) {
      for (const [name, state] of states) {
        const called = calledBy(state);
        // A glance ends by itself, see below; the token's wait is not the invocation's.
        if (!called?.endsWith('FunctionArn') || name === 'LookAtLink') continue;
        if (state.Resource?.endsWith('.waitForTaskToken')) continue;
        const functionSeconds = timeoutOf(called.replace(/Arn$/, ''), 'MaxValue');
        expect([name, functionSeconds < Number(state.TimeoutSeconds)]).toEqual([name, true]);
      }
    }
  });

  it('of the wait for the cutover is longer than the function that begins it', () => {
    expect(timeoutOf('AwaitCutoverFunction', 'Default')).toBeLessThan(parameter('LookAtLinkSeconds', 'Default'));
  });

  it('of a rest are longer than the function that begins it', () => {
    const shortest = restSecondsOf(2, 1, 120, () => 0.5) ?? 0;

    expect(timeoutOf('RestFunction', 'Default')).toBeLessThan(shortest);
  });

  it('of a glance leaves time for a link that is down: 5 s more than a loss takes, and a look', () => {
    const [, look] = machines[0]?.states.find(([name]) => name === 'LookAtLink') ?? [];

    expect(parameter('LinkLostAfterSeconds', 'MaxValue') + 5 + ONE_LOOK_SECONDS).toBeLessThan(
      Number(look?.TimeoutSeconds),
    );
  });

  it('announce a lost link within 10 minutes while a cutover is awaited', () => {
    const longest = parameter('LookAtLinkSeconds', 'Default') + parameter('LinkLostAfterSeconds', 'Default') + 5;

    expect(longest + ONE_LOOK_SECONDS).toBeLessThan(600);
  });

  it('of watching functions are longer than a watch and its last look', () => {
    for (const name of ['WatchReplicationFunction', 'WatchPromotionFunction']) {
      const watchSeconds = parameter('WatchSeconds', 'MaxValue') + ONE_LOOK_SECONDS;
      expect([name, watchSeconds < timeoutOf(name, 'Default')]).toEqual([name, true]);
    }
    const verifySeconds = parameter('VerifySeconds', 'MaxValue') + ONE_LOOK_SECONDS;
    expect(verifySeconds).toBeLessThan(timeoutOf('VerifyDataFunction', 'Default'));
    const preflightSeconds = parameter('WriteSampleMilliseconds', 'MaxValue') / 1000 + MOST_PREFLIGHT_SECONDS;
    expect(preflightSeconds).toBeLessThan(timeoutOf('PreflightFunction', 'Default'));
    const testSeconds = parameter('TestVerdictSeconds', 'MaxValue') + parameter('DescribeSeconds', 'MaxValue');
    expect(testSeconds + ONE_LOOK_SECONDS).toBeLessThan(timeoutOf('TestReplicationFunction', 'Default'));
  });

  it('of acting functions are what settlement waits out', () => {
    for (const name of [
      'StartReplicationFunction',
      'CutOverFunction',
      'MakeSafeFunction',
      'LiftFenceFunction',
      'ConfirmFunction',
      'UnfenceFunction',
      'RollBackFunction',
    ]) {
      expect([name, template.Resources[name]?.Properties.Timeout]).toEqual([name, { Ref: 'ActingTaskSeconds' }]);
    }
    const { Environment } = (template.Resources.SettleMigrationFunction as Resource).Properties as {
      Environment: { Variables: object };
    };
    expect(Environment.Variables).toMatchObject({ ACTING_TASK_SECONDS: { Ref: 'ActingTaskSeconds' } });
    const settlement = machines[1]?.definition.TimeoutSeconds ?? 0;
    expect(parameter('ActingTaskSeconds', 'MaxValue')).toBeLessThan(settlement / 2);
  });

  it('of HTTP functions end before API Gateway gives up after 30 s', () => {
    for (const [name, { Properties, Type }] of Object.entries(template.Resources)) {
      if (Type !== 'AWS::Serverless::Function' || !JSON.stringify(Properties.Events ?? {}).includes('HttpApi'))
        continue;
      expect([name, timeoutOf(name, 'MaxValue') < 30]).toEqual([name, true]);
    }
  });
});

/** The API's answers, and servers that are given 2 s each to answer INFO, twice. */
const ONE_LOOK_SECONDS = 30;
/** 5 s of patience with the group's status, a description of 5 s, and 10 s for servers that answer as slowly as they like. */
const MOST_PREFLIGHT_SECONDS = 20;
