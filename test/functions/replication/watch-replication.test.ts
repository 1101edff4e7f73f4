import { beforeEach, describe, expect, it } from 'vitest';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import type { Fleet } from '../../../functions/replication/fleet.ts';
import { byInfo } from '../../../functions/replication/sight.ts';
import { makeWatchReplication, type WatchInput } from '../../../functions/replication/watch-replication.ts';
import { freshMemory, type WatchMemory } from '../../../functions/replication/watch-state.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, aSource, FakeServers, OTHER_ID, unreadable } from '../support/nodes.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeSamples } from '../support/samples.ts';

let clock: FakeClock;
let groups: FakeGroups;
let servers: FakeServers;
let migrations: FakeMigrations;
let samples: FakeSamples;
let startMs: number;
beforeEach(() => {
  clock = new FakeClock();
  startMs = clock.now();
  groups = new FakeGroups();
  servers = new FakeServers();
  samples = new FakeSamples();
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'connecting' }));
});

const settings = {
  pollMs: 1000,
  describeMs: 15_000,
  watchSeconds: 480,
  linkLostAfterSeconds: 15,
  eventGraceSeconds: 60,
};
const watch = (input: Partial<WatchInput> = {}, change: Partial<typeof settings> = {}) =>
  makeWatchReplication(groups, () => byInfo(servers.probe(), clock), migrations, samples, clock, {
    ...settings,
    ...change,
  })({
    ...taskInput,
    eventsSinceMs: startMs,
    glance: false,
    ...input,
  });
const TO_ABORT = { at: 't', by: { ...CALLER, at: 't' }, requestId: 'r' };
const elapsedMs = () => clock.now() - startMs;
const followed: WatchMemory = { ...freshMemory, hasFollowed: true };

const copying = (percent: number) =>
  aReplica({ status: 'down', syncInProgress: true, bytesRead: percent * 100, bytesTotal: 10_000 });
const down = aReplica({ status: 'down' });
/** Percent of the copy as a function of the seconds since the beginning; in sync at 100. */
const copiesAt = (percentAfter: (seconds: number) => number) =>
  servers.primary(() => {
    const percent = percentAfter(elapsedMs() / 1000);
    return percent < 100 ? copying(percent) : aReplica();
  });

describe('the watch over a replication', () => {
  it('comes back at once when the links are in sync', async () => {
    const result = await watch();

    expect(result).toMatchObject({ outcome: 'inSync', phase: 'inSync', memory: { hasFollowed: true, lost: false } });
    expect(migrations.record).toMatchObject({ status: 'syncing', phase: 'inSync', progress: { lagBytes: 0 } });
    expect(servers.open).toBe(0);
  });

  it('ends with the next look when the abort is requested, also while nothing is worth a write', async () => {
    servers.primary(() => copying(5));
    clock.after(30_500, () => migrations.requestAct(MIGRATION_ID, 'abort', TO_ABORT));

    await expect(watch()).rejects.toMatchObject({
      name: 'AbortRequestedError',
      message: expect.stringContaining(' at t'),
    });
    expect(elapsedMs()).toBe(31_000);
    expect(servers.open).toBe(0);
  });

  it('ends at once when it was requested before, and tells nobody that it is in sync', async () => {
    await migrations.requestAct(MIGRATION_ID, 'abort', TO_ABORT);

    await expect(watch()).rejects.toMatchObject({ name: 'AbortRequestedError' });
    await expect(watch({ glance: true })).rejects.toMatchObject({ name: 'AbortRequestedError' });
  });

  it('goes through the phases, each in the view with what it waits for', async () => {
    servers.primary(() => {
      const seconds = elapsedMs() / 1000;
      if (seconds < 5) return aMaster();
      if (seconds < 10) return copying(5);
      if (seconds < 15) return aReplica({ status: 'down', loading: true });
      if (seconds < 20) return aReplica({}, { offset: 500 });
      return aReplica();
    });
    await watch();

    expect(migrations.record.phases.map(({ phase }) => phase)).toEqual([
      'queued',
      'copying',
      'loading',
      'catchingUp',
      'inSync',
    ]);
    for (const change of migrations.changes) {
      expect(change).toMatchObject({ status: 'syncing', waitingFor: expect.any(String) });
      expect(change.statusReason).toMatch(/^[A-Z0-9].*\.$/);
    }
  });

  it('writes to the view at every change of phase, and else every two seconds', async () => {
    copiesAt(() => 5);
    await watch({}, { pollMs: 700, watchSeconds: 100 });

    expect(migrations.changes.length).toBeGreaterThanOrEqual(100 / 2.1 - 1);
    expect(migrations.changes.length).toBeLessThanOrEqual(100 / 1.9 + 2);
  });

  it('writes every third look where it looks more often than the rule', async () => {
    copiesAt(() => 5);
    await watch({}, { pollMs: 100, watchSeconds: 100 });

    expect(migrations.changes.length).toBeGreaterThanOrEqual(1000 / 3 - 2);
    expect(migrations.changes.length).toBeLessThanOrEqual(1000 / 3 + 3);
  });

  it('comes back when its time is over, and goes on where it was', async () => {
    copiesAt((seconds) => seconds / 100);
    const first = await watch();
    expect(first).toMatchObject({ outcome: 'turn', phase: 'copying' });
    expect(elapsedMs()).toBeGreaterThan(470_000);
    expect(elapsedMs()).toBeLessThanOrEqual(480_000);

    const second = await watch({ memory: first.memory });
    expect(second.progress.etaSeconds).toBeCloseTo(10_000 - elapsedMs() / 1000, -2);
  });

  it('asks the API less often than the servers', async () => {
    copiesAt(() => 5);
    await watch({}, { watchSeconds: 75 });

    expect(groups.calls.filter((call) => call === 'describe')).toHaveLength(5);
    expect(servers.reads.filter((address) => address === 'test-001.test').length).toBeGreaterThan(70);
  });

  it('closes its connections when it fails', async () => {
    groups.meets('describe', new Error('broken'));

    await expect(watch()).rejects.toThrow('broken');
    expect(servers.open).toBe(0);
  });
});

describe('deciles of the copy', () => {
  /** The deciles that are told, and after how many seconds, until the copy is over. */
  const told = async () => {
    const deciles: [number, number][] = [];
    let memory: WatchMemory | undefined;
    for (;;) {
      const result = await watch(memory ? { memory } : {});
      memory = result.memory;
      if (result.outcome === 'progressed') deciles.push([memory.decile, Math.round(elapsedMs() / 1000)]);
      if (result.outcome === 'inSync') return deciles;
    }
  };

  it('are told as they come, the later ones a minute apart at the least', async () => {
    copiesAt((seconds) => seconds);

    expect(await told()).toEqual([
      [1, 10],
      [2, 20],
      [8, 80],
    ]);
  });

  it('are all told of a slow copy', async () => {
    copiesAt((seconds) => seconds / 20);

    expect((await told()).map(([decile]) => decile)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('are not told of a copy that nobody sees', async () => {
    expect(await told()).toEqual([]);
  });

  it('are not told again of a copy that begins anew', async () => {
    copiesAt((seconds) => (seconds < 35 ? seconds : (seconds - 35) / 2));

    expect((await told()).map(([decile]) => decile)).toEqual([1, 2, 3, 6, 9]);
  });
});

describe('a link that is lost', () => {
  it('is told after it has been down for long enough without a break', async () => {
    servers.primary(() => (elapsedMs() < 5000 ? copying(5) : down));
    const result = await watch();

    expect(result).toMatchObject({ outcome: 'linkLost', phase: 'linkLost', memory: { lost: true } });
    expect(elapsedMs()).toBe(20_000);
    expect(result.why).toMatch(/link from the primary to the source is down/);
  });

  it('is not told when it comes back in between', async () => {
    servers.primary(() => (Math.floor(elapsedMs() / 1000) % 14 === 0 ? copying(5) : down));

    expect(await watch({ memory: followed })).toMatchObject({ outcome: 'turn' });
  });

  it('is told once, until it is in sync again', async () => {
    servers.primary(() => (elapsedMs() < 100_000 ? down : aReplica()));
    const lost = await watch({ memory: followed });
    const restored = await watch({ memory: lost.memory });

    expect([lost.outcome, restored.outcome, restored.memory.lost]).toEqual(['linkLost', 'inSync', false]);
  });

  it('is no lost link before there was one', async () => {
    servers.primary(down);

    expect(await watch()).toMatchObject({ outcome: 'turn', phase: 'connecting' });
  });

  it('is told when the primary cannot be read, with the reason', async () => {
    servers.primary(unreadable('test-001.test:6379: no answer within 2000 ms'));

    expect(await watch({ memory: followed })).toMatchObject({
      outcome: 'linkLost',
      why: expect.stringContaining('no answer within 2000 ms'),
    });
  });

  it('is told also when a watch is shorter than the time after which it counts as lost', async () => {
    servers.primary(down);

    expect(await watch({ memory: followed }, { watchSeconds: 1 })).toMatchObject({ outcome: 'linkLost' });
  });

  it('takes a request for the cutover back', async () => {
    migrations.records.set(
      taskInput.migrationId,
      aRecord({ status: 'awaitingCutover', cutover: { requestedAt: 't' }, taskToken: 'k' }),
    );
    servers.primary(down);
    await watch({ memory: followed, glance: true });

    expect(migrations.record.status).toBe('syncing');
    expect(migrations.record).not.toHaveProperty('cutover');
  });
});

describe('a glance, while the cutover is awaited', () => {
  beforeEach(() => {
    migrations.records.set(
      taskInput.migrationId,
      aRecord({
        status: 'awaitingCutover',
        phase: 'awaitingCutover',
        statusReason: 'in sync',
        waitingFor: 'the request for the cutover',
        taskToken: 'k',
        cutover: { requestedAt: 't' },
      }),
    );
  });
  const glance = (memory = followed) => watch({ glance: true, memory });

  it('is one look when all is well, and leaves the status as it is', async () => {
    expect((await glance()).outcome).toBe('inSync');
    servers.source(aSource({ offset: 5000 }));
    expect((await glance()).outcome).toBe('turn');

    expect(elapsedMs()).toBeLessThan(1000);
    expect(migrations.record).toMatchObject({
      status: 'awaitingCutover',
      phase: 'awaitingCutover',
      statusReason: 'in sync',
      waitingFor: 'the request for the cutover',
      taskToken: 'k',
      cutover: { requestedAt: 't' },
      progress: { lagBytes: 4000 },
    });
  });

  it('is longer when the link is down, and tells a lost link with the reason', async () => {
    servers.primary(down);
    const result = await glance();

    expect(result).toMatchObject({ outcome: 'linkLost', memory: { lost: true } });
    expect(elapsedMs()).toBe(15_000);
    expect(migrations.record).toMatchObject({ status: 'syncing', phase: 'linkLost' });
  });

  it('is no alarm when the link comes back in time', async () => {
    servers.primary(() => (elapsedMs() < 10_000 ? down : aReplica()));

    expect((await glance()).outcome).toBe('inSync');
    expect(migrations.record.status).toBe('awaitingCutover');
  });

  it.each([
    ['copies anew', copying(10)],
    ['follows nobody any more', aMaster()],
    ['has other data than the source', aReplica({}, { replicationId: OTHER_ID })],
  ])('counts as lost what should not be: the primary %s', async (_, primary) => {
    servers.primary(primary);

    expect((await glance()).outcome).toBe('linkLost');
    expect(migrations.record.status).toBe('syncing');
  });

  it('does not take a source that this task cannot read for a lost link', async () => {
    servers.source(unreadable());

    expect((await glance()).outcome).toBe('turn');
  });
});

describe('a replication that is over', () => {
  const fails = async (name: string, input: Partial<WatchInput> = {}, change: Partial<typeof settings> = {}) => {
    await expect(watch(input, change)).rejects.toMatchObject({ name });
    return elapsedMs();
  };

  it('has failed by the event, when the primary is alone', async () => {
    servers.primary(aMaster());
    groups.announce('Start Migration failed for test: no route to the source', startMs + 1);

    expect(await fails('ReplicationFailedError')).toBe(0);
  });

  it('has not failed by an event of before it was started', async () => {
    servers.primary(() => (elapsedMs() < 30_000 ? aMaster() : aReplica()));
    groups.announce('Start Migration failed for test', startMs - 1);

    expect(await watch()).toMatchObject({ outcome: 'inSync' });
  });

  it('has failed without an event when the group is available and the primary alone, after the grace', async () => {
    groups.status = 'available';
    servers.primary(aMaster());

    expect(await fails('ReplicationFailedError')).toBe(60_000);
  });

  it('has failed without an event also when the watch is shorter than the grace', async () => {
    groups.status = 'available';
    servers.primary(aMaster());

    expect(await fails('ReplicationFailedError', {}, { watchSeconds: 10 })).toBe(60_000);
  });

  it('goes on when `available` was only an old answer', async () => {
    groups.status = 'available';
    clock.after(5000, () => {
      groups.status = 'migrating';
    });
    servers.primary(() => (elapsedMs() < 100_000 ? aMaster() : aReplica()));

    expect(await watch()).toMatchObject({ outcome: 'inSync' });
  });

  it('was ended by somebody else when the primary had followed', async () => {
    groups.status = 'available';
    servers.primary(aMaster());

    expect(await fails('MigrationEndedElsewhereError', { memory: followed })).toBe(60_000);
  });

  it('is not ours when the target has another replication id for longer than the grace', async () => {
    servers.primary(aReplica({}, { replicationId: OTHER_ID }));

    expect(await fails('ForeignReplicationError')).toBe(60_000);
  });

  it('is ours when the foreign id was gone in between: the source had been restarted', async () => {
    servers.primary(() => (elapsedMs() < 50_000 ? aReplica({}, { replicationId: OTHER_ID }) : aReplica()));

    expect(await watch()).toMatchObject({ outcome: 'inSync' });
  });

  describe('while the API is asked by more than it answers', () => {
    const refused = () => new TransientServiceError('DescribeEvents', 'Rate exceeded');
    const refusals = (count: number) => Array.from({ length: count }, refused);

    it('goes on with what it was last told, and asks less and less often', async () => {
      copiesAt(() => 5);
      groups.meets('eventsSince', undefined, ...refusals(100));

      expect(await watch({}, { watchSeconds: 240 })).toMatchObject({ outcome: 'turn', phase: 'copying' });
      expect(groups.calls.filter((call) => call === 'eventsSince').length).toBeLessThan(240 / 15 / 2);
    });

    it('asks as often as before once it is answered', async () => {
      copiesAt(() => 5);
      groups.meets('eventsSince', undefined, ...refusals(2));
      const { memory } = await watch({}, { watchSeconds: 480 });

      expect(memory.described?.everyMs).toBeLessThan(40_000);
    });

    it('fails when it has been told nothing for a quarter of an hour, or nothing at all', async () => {
      copiesAt(() => 5);
      groups.meets('eventsSince', undefined, ...refusals(100));
      const { memory } = await watch({}, { watchSeconds: 840 });
      await expect(watch({ memory }, { watchSeconds: 840 })).rejects.toMatchObject({ name: 'TransientServiceError' });
      expect(elapsedMs()).toBeGreaterThanOrEqual(900_000);

      groups.meets('eventsSince', refused());
      await expect(watch()).rejects.toMatchObject({ name: 'TransientServiceError' });
    });

    it('begins the next turn with what the last one was told, and as slowly as that ended', async () => {
      copiesAt(() => 5);
      groups.meets('eventsSince', undefined, ...refusals(100));
      const { memory } = await watch({}, { watchSeconds: 240 });
      const asked = groups.calls.length;
      await watch({ memory }, { watchSeconds: 90 });

      expect(memory.described).toMatchObject({ atMs: startMs, group: { status: 'migrating' } });
      expect(groups.calls.length - asked).toBeLessThanOrEqual(2);
    });

    it('does not take a group for one on its own because it was available when it was last described', async () => {
      groups.status = 'available';
      servers.primary(() => (elapsedMs() < 120_000 ? aMaster() : copying(5)));
      clock.after(5000, () => {
        groups.status = 'migrating';
      });
      groups.meets('eventsSince', undefined, ...refusals(100));

      expect(await watch({}, { watchSeconds: 200 })).toMatchObject({ outcome: 'turn', phase: 'copying' });
    });
  });

  it('goes on where the table does not take its figures, and writes them less often', async () => {
    copiesAt(() => 5);
    const { update } = migrations;
    let tries = 0;
    migrations.update = async (...given) => {
      tries++;
      if (tries > 1 && tries < 6) throw new TransientServiceError('Write migration', 'Throughput exceeds the limit');
      return update.apply(migrations, given);
    };

    expect(await watch({}, { watchSeconds: 300 })).toMatchObject({ outcome: 'turn' });
    expect(tries).toBeLessThan(110);
  });

  it('hands on from when what it sees counts', async () => {
    const since: number[] = [];
    const watching = (memory?: WatchMemory) =>
      makeWatchReplication(
        groups,
        (sinceMs) => {
          since.push(sinceMs);
          return { ...byInfo(servers.probe(), clock), countsSinceMs: () => startMs + 60_000 };
        },
        migrations,
        samples,
        clock,
        settings,
      )({ ...taskInput, eventsSinceMs: startMs, glance: false, ...(memory && { memory }) });
    const { memory } = await watching();
    await watching(memory);

    expect(memory.countsSinceMs).toBe(startMs + 60_000);
    expect(since).toEqual([startMs, startMs + 60_000]);
  });

  it('goes on where a rest was just tried in vain', async () => {
    const fleet = { find: async () => ({ atWork: 301, asOf: new Date(startMs).toISOString() }) };
    copiesAt((seconds) => 5 + seconds / 60);
    const crowded = makeWatchReplication(
      groups,
      () => byInfo(servers.probe(), clock),
      migrations,
      samples,
      clock,
      { ...settings, watchersAtOnce: 300 },
      fleet,
    );

    const input = { ...taskInput, eventsSinceMs: startMs, glance: false };
    expect(await crowded({ ...input, mayRest: false })).not.toMatchObject({ outcome: 'rest' });
  });

  describe('of a long full sync, in a crowd', () => {
    const crowd = (atWork: number, ageMs = 0): Pick<Fleet, 'find'> => ({
      find: async () => ({ atWork, asOf: new Date(startMs - ageMs).toISOString() }),
    });
    const watchIn = (fleet: Pick<Fleet, 'find'>, input: Partial<WatchInput> = {}) =>
      makeWatchReplication(
        groups,
        () => byInfo(servers.probe(), clock),
        migrations,
        samples,
        clock,
        { ...settings, watchersAtOnce: 300 },
        fleet,
      )({ ...taskInput, eventsSinceMs: startMs, glance: false, ...input });
    const longCopy = () => copiesAt((seconds) => 5 + seconds / 60);

    it('rests once it knows how long it takes, with its last figures in the view', async () => {
      longCopy();
      const result = await watchIn(crowd(301));

      expect(result).toMatchObject({ outcome: 'rest', phase: 'copying', restSeconds: expect.any(Number) });
      expect(result.restSeconds).toBeLessThanOrEqual(300);
      expect(elapsedMs()).toBeLessThan(20_000);
      expect(migrations.record.progress?.asOf).toBe(result.progress.asOf);
    });

    it.each([
      ['nobody is in its way', () => watchIn(crowd(300))],
      ['nobody has counted for long', () => watchIn(crowd(301, 11 * 60_000))],
      [
        'the count cannot be read',
        () => watchIn({ find: () => Promise.reject(new TransientServiceError('Read', 'no')) }),
      ],
    ])('goes on where %s', async (_, watching) => {
      longCopy();

      expect((await watching()).outcome).not.toBe('rest');
    });

    it('goes on where it ends soon, or where the link is not well', async () => {
      copiesAt((seconds) => 60 + seconds);
      expect(await watchIn(crowd(1000))).not.toMatchObject({ outcome: 'rest' });

      servers.primary(() => down);
      expect(await watchIn(crowd(1000), { memory: followed })).toMatchObject({ outcome: 'linkLost' });
    });

    it('writes its figures as seldom as there are many', async () => {
      copiesAt(() => 5);
      await watchIn(crowd(1000));

      expect(migrations.changes.length).toBeLessThan(480 / 10);
    });
  });
});
