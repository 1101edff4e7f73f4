import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusesWrites, rulesOf } from '../../chaos/invariants.ts';
import type { Table } from '../../chaos/table.ts';
import { type Clock, systemClock } from '../../local/clock.ts';
import type { GroupSettings } from '../../local/elasticache/settings.ts';
import type { Call } from '../../local/endpoint/endpoint.ts';
import {
  endOf,
  expectNothingLeft,
  expectTheSourceAsItWas,
  expectTheTargetAlone,
  Holds,
  SELDOM_MS,
  type Sides,
  sealing,
  stopExecution,
  tableOf,
  toldOf,
  turnstile,
} from './aftermath.ts';
import { eventually, type Lab, startLab, type View } from './lab.ts';

const MACHINE = new URL('../../statemachine/migration.asl.json', import.meta.url);
/** Of an execution: 8 days. */
const LONGEST_MS = JSON.parse(readFileSync(MACHINE, 'utf8')).TimeoutSeconds * 1000;

/** A clock of which a test says when an execution's time is over. */
const makeClock = () => {
  /** One a migration, in the order of their starts. */
  const timeouts: (() => void)[] = [];
  const clock: Clock = {
    now: () => systemClock.now(),
    after(ms, run) {
      if (ms !== LONGEST_MS) return systemClock.after(ms, run);
      timeouts.push(run);
      return { cancel: () => undefined };
    },
  };
  return { clock, timeouts };
};

const SLOW_SYNC = { 'rdb-key-save-delay': '10000' };
const BEFORE_CUTOVER = ['MigrationAccepted', 'MigrationPreflightPassed', 'MigrationStarted'];
const AWAITED = [...BEFORE_CUTOVER, 'MigrationInSync', 'MigrationVerified', 'MigrationAwaitingCutover'];
const BEGUN = [...AWAITED, 'MigrationCutoverStarted'];

/** What a moment is reached by, and what stands there. */
interface Moment {
  source?: [keys: number, config: Record<string, string>];
  group?: Partial<GroupSettings>;
  request?: object;
  /** Comes to the moment. @returns what has to be done after the end has begun, if anything */
  reach(lab: Lab, migrationId: string, holds: Holds, sides: Sides): Promise<(() => Promise<void>) | undefined>;
}

const isPhase = (phase: string) => async (lab: Lab, migrationId: string) => {
  await eventually(async () => (await lab.view(migrationId)).phase === phase, SELDOM_MS);
  return undefined;
};
const cutOver = async (lab: Lab, migrationId: string): Promise<void> => {
  await lab.awaiting(migrationId);
  expect((await lab.request('POST', `/migrations/${migrationId}/cutover`)).status).toBe(202);
};

const MOMENTS = {
  preflight: {
    // It takes as long as somebody needs to stop it.
    source: [300, {}],
    async reach(lab, migrationId, holds, { group }) {
      const read = ({ service, body }: Call) => service === 'elasticache' && body.toString().includes(group);
      const held = holds.next(read);
      await held.reached;
      expect(await lab.view(migrationId)).toMatchObject({ phase: 'preflight' });
      return async () => held.release();
    },
  },
  'the full sync': { source: [1000, SLOW_SYNC], reach: isPhase('copying') },
  'the verification': {
    request: { verification: { mode: 'full', maxKeysPerSecond: 100 } },
    source: [2000, {}],
    reach: isPhase('verifying'),
  },
  'the wait for the cutover': {
    async reach(lab, migrationId) {
      await lab.awaiting(migrationId);
      return undefined;
    },
  },
  'a cutover whose fence stands': {
    async reach(lab, migrationId, holds, { port }) {
      const held = holds.next(sealing(migrationId));
      await cutOver(lab, migrationId);
      await held.reached;
      expect(await refusesWrites(port)).toBe(true);
      // The task goes on only when the source takes writes again: it is not waited for.
      return async () => {
        await eventually(async () => !(await refusesWrites(port)), SELDOM_MS);
        held.release();
      };
    },
  },
  'a promotion': {
    group: { promotionDelayMs: 7000 },
    async reach(lab, migrationId) {
      await cutOver(lab, migrationId);
      return isPhase('promoting')(lab, migrationId);
    },
  },
  'the wait for stragglers': {
    request: { cutover: { quietSeconds: 3600 } },
    async reach(lab, migrationId) {
      await cutOver(lab, migrationId);
      await lab.announcement(migrationId, 'MigrationPromoted');
      return isPhase('closing')(lab, migrationId);
    },
  },
} satisfies Record<string, Moment>;

type MomentName = keyof typeof MOMENTS;

describe.concurrent('an execution that ends from outside', { timeout: 240_000 }, () => {
  let lab: Lab;
  let table: Table;
  let groups = 0;
  const holds = new Holds();
  const { clock, timeouts } = makeClock();
  const inTurn = turnstile(2);
  beforeAll(async () => {
    lab = await startLab({ parameters: { ActingTaskSeconds: '5' }, faults: holds.policy, clock });
    table = tableOf(lab);
  });
  afterAll(async () => {
    table?.close();
    await lab?.end();
  });

  const timeOut = (migrationId: string) => {
    const stateMachineArn = lab.aws.outputs.MigrationStateMachineArn as string;
    const { executions } = lab.aws.stepFunctions.listExecutions({ stateMachineArn, maxResults: 1000 });
    timeouts[executions.toReversed().findIndex(({ name }) => name === migrationId)]?.();
  };

  /** Brings a migration to that moment, ends its execution, and awaits what becomes of it. */
  const end = async (name: MomentName, how: 'stopped' | 'out of time') => {
    const { source = [300, {}], group: settings = {}, request = {}, reach }: Moment = MOMENTS[name];
    const begun = await inTurn(async () => {
      const { port } = await lab.source(...source);
      const group = `ended-${++groups}`;
      await lab.group(group, settings);
      const sides = { group, port, rules: await rulesOf(port) };
      const migrationId = await lab.start(group, port, request);
      const afterwards = await reach(lab, migrationId, holds, sides);
      if (how === 'stopped') await stopExecution(lab, migrationId);
      else timeOut(migrationId);
      await afterwards?.();
      return { migrationId, sides };
    });
    const terminal = await endOf(lab, begun.migrationId);
    await expectNothingLeft(table, begun.sides.group, begun.migrationId);
    return { ...begun, terminal, view: await lab.view(begun.migrationId), told: toldOf(lab, begun.migrationId) };
  };

  const BEFORE: [MomentName, 'stopped' | 'out of time', string[]][] = [
    ['a cutover whose fence stands', 'stopped', BEGUN],
    ['the full sync', 'stopped', BEFORE_CUTOVER],
    ['the verification', 'stopped', [...BEFORE_CUTOVER, 'MigrationInSync']],
    ['the wait for the cutover', 'stopped', AWAITED],
    ['the wait for the cutover', 'out of time', AWAITED],
    ['a cutover whose fence stands', 'out of time', BEGUN],
    ['preflight', 'stopped', ['MigrationAccepted']],
  ];
  it.each(BEFORE)('during %s, %s: has one end, and the source is as it was', async (name, how, before) => {
    const { migrationId, sides, terminal, view, told } = await end(name, how);
    const [type, error] =
      how === 'stopped' ? ['MigrationAborted', 'Operator'] : ['MigrationTimedOut', 'States.Timeout'];

    expect(told).toEqual([...before, type]);
    expect(terminal).toMatchObject({ id: `${migrationId}:terminal`, data: { failure: { error } } });
    expect(view).toMatchObject({ phase: 'ended', allowedActions: [], failure: { error } });
    await expectTheSourceAsItWas(lab, sides);
    expect(holds.completions(sides.group)).toBe(0);
  });

  const AFTER: [MomentName, 'stopped' | 'out of time'][] = [
    ['a promotion', 'stopped'],
    ['a promotion', 'out of time'],
    ['the wait for stragglers', 'stopped'],
  ];
  it.each(AFTER)('during %s, %s: is completed by settlement all the same', async (name, how) => {
    const { migrationId, sides, terminal, view, told } = await end(name, how);
    const promoted = await lab.announcement(migrationId, 'MigrationPromoted');

    expect(told).toEqual([...BEGUN, 'MigrationPromoted', 'MigrationCompleted']);
    expect(promoted.data.certificate).toMatchObject({ hash: { algorithm: 'SHA-256', value: expect.any(String) } });
    expect(terminal.data).toMatchObject({ status: 'completed', promotedAt: promoted.data.promotedAt });
    expect(view).toMatchObject({
      outcome: 'completed',
      cutover: { fenced: { phase: 'sealed' } },
    } satisfies Partial<View>);
    await expectTheTargetAlone(lab, sides);
    expect(holds.completions(sides.group)).toBe(1);
  });
});
