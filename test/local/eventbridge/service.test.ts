import { beforeEach, describe, expect, it } from 'vitest';
import { type DeadLetter, type Delivery, TargetError } from '../../../local/eventbridge/delivery.ts';
import type { BusEvent } from '../../../local/eventbridge/event.ts';
import { EventBridge, type EventBridgeOptions } from '../../../local/eventbridge/service.ts';
import { SimulatedClock } from '../../../local/simulated-clock.ts';
import type { RuleModel, TargetModel } from '../../../local/template/model.ts';

const target = (more: Partial<TargetModel> = {}): TargetModel => ({
  id: 't',
  arn: 'arn:fn',
  retry: { maximumRetryAttempts: 185, maximumEventAgeSeconds: 86_400 },
  deadLetterArn: 'arn:dlq',
  ...more,
});

const rule = (more: Partial<RuleModel> = {}): RuleModel => ({
  name: 'r',
  arn: 'arn:rule/r',
  busName: 'own',
  pattern: { source: ['test'] },
  enabled: true,
  targets: [target()],
  ...more,
});

const entry = (more: object = {}) => ({
  EventBusName: 'own',
  Source: 'test',
  DetailType: 'Thing',
  Detail: '{"a":1}',
  ...more,
});

let clock: SimulatedClock;
let called: [string, unknown][];
let buried: DeadLetter[];
let reported: unknown[];
beforeEach(() => {
  clock = new SimulatedClock(Date.UTC(2026, 0, 1, 0, 0, 0, 500));
  called = [];
  buried = [];
  reported = [];
});

const start = (options: Partial<EventBridgeOptions> = {}, rules = [rule()]) => {
  const eventBridge = new EventBridge({
    clock,
    call: async (arn, payload) => {
      called.push([arn, payload]);
    },
    sendToQueue: (letter) => buried.push(letter),
    report: (error) => reported.push(error),
    ...options,
  });
  eventBridge.createBus('own');
  for (const one of rules) eventBridge.putRule(one);
  return eventBridge;
};

describe('EventBridge', () => {
  it('delivers the envelope to the targets of matching rules', async () => {
    const heard: [BusEvent, string][] = [];
    const eventBridge = start({}, [
      rule(),
      rule({ name: 'off', enabled: false }),
      rule({ name: 'other', pattern: { source: ['x'] } }),
    ]);
    eventBridge.onEvent((event, bus) => heard.push([event, bus]));

    const answer = eventBridge.putEvents([entry({ Resources: ['arn:thing'] })]);
    await clock.advance(0);

    const event = {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Thing',
      source: 'test',
      account: '000000000000',
      time: '2026-01-01T00:00:00Z',
      region: 'us-west-2',
      resources: ['arn:thing'],
      detail: { a: 1 },
    };
    expect(called).toEqual([['arn:fn', event]]);
    expect(heard).toEqual([[event, 'own']]);
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: heard[0]?.[0].id }] });
  });

  it.each([
    ['no source', { Source: undefined }, 'InvalidArgument'],
    ['an AWS source', { Source: 'aws.states' }, 'NotAuthorizedForSourceException'],
    ['no detail', { Detail: undefined }, 'InvalidArgument'],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a detail that is no object', { Detail: '[1]' }, 'MalformedDetail'],
    ['a long detail type', { DetailType: 'x'.repeat(129) }, 'InvalidArgument'],
  ])('refuses an entry with %s and takes the others', async (_, more, code) => {
    const { FailedEntryCount, Entries } = start().putEvents([entry(more), entry()]);
    await clock.advance(0);

    expect(FailedEntryCount).toBe(1);
    expect(Entries).toEqual([{ ErrorCode: code, ErrorMessage: expect.any(String) }, { EventId: expect.any(String) }]);
    expect(called).toHaveLength(1);
  });

  it('refuses calls without entries, with more than ten, and of 1 MB', () => {
    const eventBridge = start();

    expect(() => eventBridge.putEvents([])).toThrow('between 1 and 10');
    expect(() => eventBridge.putEvents(Array(11).fill(entry()))).toThrow('between 1 and 10');
    expect(() => eventBridge.putEvents([entry({ Detail: JSON.stringify({ a: 'x'.repeat(2 ** 20) }) })])).toThrow(
      'over the limit',
    );
  });

  it('takes an event for a bus that does not exist, and hands it to nobody', async () => {
    expect(start().putEvents([entry({ EventBusName: 'nowhere' })]).FailedEntryCount).toBe(0);
    await clock.advance(0);
    expect(called).toEqual([]);
  });

  it('names buses by ARN, too', async () => {
    start().putEvents([entry({ EventBusName: 'arn:aws:events:us-west-2:000000000000:event-bus/own' })]);
    await clock.advance(0);
    expect(called).toHaveLength(1);
  });

  it('sends the constant input, or the part at the input path', async () => {
    const targets = [target({ input: '{"constant":true}' }), target({ id: 'u', inputPath: '$.detail.a' })];
    start({}, [rule({ targets })]).putEvents([entry()]);
    await clock.advance(0);
    expect(called.map(([, payload]) => payload)).toEqual([{ constant: true }, 1]);
  });

  it('puts the events of AWS services on the default bus', async () => {
    const eventBridge = start({}, [rule({ busName: 'default', pattern: { source: ['aws.states'] } })]);
    eventBridge.putServiceEvent({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: ['arn:e'],
      detail: {},
    });
    await clock.advance(0);
    expect(called).toMatchObject([['arn:fn', { source: 'aws.states', resources: ['arn:e'] }]]);
  });
});

describe('delivery', () => {
  it('tries again until the attempts are used up, then buries the event with the reason', async () => {
    const attempts: number[] = [];
    const policy = ({ attempt }: Delivery) => {
      attempts.push(attempt);
      return 'fail' as const;
    };
    const retry = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 86_400 };
    start({ policy }, [rule({ targets: [target({ retry })] })]).putEvents([entry()]);

    await clock.runUntilIdle();

    expect(attempts).toEqual([1, 2, 3]);
    expect(called).toEqual([]);
    expect(buried).toEqual([
      {
        queueArn: 'arn:dlq',
        body: expect.stringContaining('"detail-type":"Thing"'),
        attributes: {
          RULE_ARN: 'arn:rule/r',
          TARGET_ARN: 'arn:fn',
          ERROR_CODE: 'THROTTLING',
          ERROR_MESSAGE: expect.any(String),
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          RETRY_ATTEMPTS: '2',
        },
      },
    ]);
  });

  it('gives up when the event would be too old', async () => {
    const retry = { maximumRetryAttempts: 185, maximumEventAgeSeconds: 60 };
    start({ policy: () => 'fail' }, [rule({ targets: [target({ retry })] })]).putEvents([entry()]);

    await clock.runUntilIdle();

    expect(buried[0]?.attributes.EXHAUSTED_RETRY_CONDITION).toBe('MaximumEventAgeInSeconds');
  });

  it('succeeds once the target works again', async () => {
    start({ policy: ({ attempt }) => (attempt < 3 ? 'fail' : 'deliver') }).putEvents([entry()]);
    await clock.runUntilIdle();
    expect(called).toHaveLength(1);
    expect(buried).toEqual([]);
  });

  it('buries at once what has no target', async () => {
    const call = async () => {
      throw new TargetError('NO_RESOURCE', 'Function not found: arn:fn');
    };
    start({ call }).putEvents([entry()]);
    await clock.advance(0);

    expect(buried[0]?.attributes).toMatchObject({ ERROR_CODE: 'NO_RESOURCE', RETRY_ATTEMPTS: '0' });
    expect(buried[0]?.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
    expect(clock.pending).toBe(0);
  });

  it('can be told to lose and to repeat', async () => {
    const eventBridge = start({ policy: () => 'lose' });
    eventBridge.putEvents([entry()]);
    await clock.advance(0);
    expect(called).toEqual([]);

    eventBridge.setPolicy(() => 'repeat');
    eventBridge.putEvents([entry()]);
    await clock.advance(0);
    expect(called).toHaveLength(2);
    expect(called[0]).toEqual(called[1]);
  });

  it('reports a dead-letter queue that does not exist', async () => {
    const sendToQueue = () => {
      throw new Error('no such queue');
    };
    start({ policy: () => 'fail', sendToQueue }, [
      rule({ targets: [target({ retry: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 } })] }),
    ]).putEvents([entry()]);
    await clock.runUntilIdle();
    expect(reported).toEqual([new Error('no such queue')]);
  });

  it('forgets retries when it is closed', async () => {
    const eventBridge = start({ policy: () => 'fail' });
    eventBridge.putEvents([entry()]);
    await clock.advance(0);
    expect(clock.pending).toBe(1);

    eventBridge.close();

    expect(clock.pending).toBe(0);
  });
});

describe('schedules', () => {
  const schedule = (expression: string, more: object = {}) =>
    ({
      name: 's',
      arn: 'arn:s',
      source: 'aws.scheduler',
      expression,
      enabled: true,
      target: target(),
      ...more,
    }) as const;

  it('fire every period', async () => {
    const eventBridge = start();
    eventBridge.addSchedule(schedule('rate(1 minute)'));

    await clock.advance(59_999);
    expect(called).toHaveLength(0);
    await clock.advance(3 * 60_000);

    expect(called).toHaveLength(3);
    expect(called[0]).toMatchObject([
      'arn:fn',
      { 'detail-type': 'Scheduled Event', source: 'aws.scheduler', resources: ['arn:s'], detail: '{}' },
    ]);
    eventBridge.close();
    expect(clock.pending).toBe(0);
  });

  it('do not fire when they are disabled', async () => {
    start().addSchedule(schedule('rate(1 minute)', { enabled: false }));
    expect(clock.pending).toBe(0);
  });

  it.each(['cron(0 12 * * ? *)', 'at(2026-01-01T00:00:00)', 'rate(1 minutes)', 'rate(5 minute)', 'rate(0 minutes)'])(
    'refuse %s',
    (expression) => {
      expect(() => start().addSchedule(schedule(expression))).toThrow(expression);
    },
  );
});
