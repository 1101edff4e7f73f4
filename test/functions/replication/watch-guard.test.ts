import { beforeEach, describe, expect, it } from 'vitest';
import type { Reading } from '../../../functions/replication/shard-link.ts';
import { byInfo } from '../../../functions/replication/sight.ts';
import { makeWatchReplication, type WatchInput } from '../../../functions/replication/watch-replication.ts';
import { freshMemory, type WatchMemory } from '../../../functions/replication/watch-state.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aReplica, aSource, FakeServers, unreadable } from '../support/nodes.ts';
import { aRecord, taskInput } from '../support/records.ts';
import { FakeSamples } from '../support/samples.ts';

const MIB = 1024 * 1024;
const LIMIT = { limit: { hardBytes: 256 * MIB, softBytes: 64 * MIB, softSeconds: 60 }, backlogBytes: MIB };

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
  servers.settings = LIMIT;
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'connecting' }));
});

const settings = {
  pollMs: 1000,
  describeMs: 15_000,
  watchSeconds: 120,
  linkLostAfterSeconds: 15,
  eventGraceSeconds: 60,
};
const watch = (input: Partial<WatchInput> = {}) =>
  makeWatchReplication(
    groups,
    () => byInfo(servers.probe(), clock),
    migrations,
    samples,
    clock,
    settings,
  )({
    ...taskInput,
    eventsSinceMs: startMs,
    glance: false,
    ...input,
  });
const elapsedSeconds = () => (clock.now() - startMs) / 1000;

const counting = (fullSyncs: number, counters: object = {}, state = 'wait_bgsave'): Reading =>
  aSource({
    replicas: [{ ip: '10.0.1.1', port: 6379, state, offset: 0 }],
    counters: { runId: 'run-1', majorVersion: 7, fullSyncs, ...counters },
  });
const copying = (bytesRead = 0, bytesTotal?: number) =>
  aReplica({ status: 'down', syncInProgress: true, bytesRead, ...(bytesTotal && { bytesTotal }) });

/** The target copies for ever, and the source holds back so much for it. */
const holdsBack = (bytesAt: (seconds: number) => number, ip = '10.0.1.1') => {
  servers.primary(() => copying(elapsedSeconds() * 1000));
  servers.source(() => counting(1));
  servers.buffers = () => [{ ip, bytes: Math.round(bytesAt(elapsedSeconds())) }];
};

/** A full sync that begins anew every so many seconds. */
const beginsAnew = (everySeconds: number, counters: (attempt: number) => object = () => ({})) => {
  const attempt = () => 1 + Math.floor(elapsedSeconds() / everySeconds);
  servers.primary(() => copying((elapsedSeconds() % everySeconds) * 1000));
  servers.source(() => counting(attempt(), counters(attempt())));
};

describe('a buffer that nears its limit', () => {
  it('is told of before it is reached, with what helps', async () => {
    holdsBack((seconds) => seconds * 10 * MIB);
    const result = await watch();

    expect(result).toMatchObject({
      outcome: 'bufferThreatened',
      phase: 'copying',
      memory: { bufferWarnings: 1 },
      buffer: {
        limitBytes: 256 * MIB,
        fullSyncs: 1,
        remedy: [
          'redis-cli -h 10.0.0.5 -p 6379 CONFIG SET client-output-buffer-limit "replica 1073741824 536870912 60"',
        ],
      },
    });
    expect(result.buffer?.bytes).toBeLessThan(150 * MIB);
    expect(result.buffer?.why).toMatch(
      /^The buffer that the source keeps for the target holds \d+ MiB, of 256 MiB at most: .* in \d+ s .* begins anew\.$/,
    );
    expect(elapsedSeconds() + (result.buffer?.secondsToLimit ?? 0)).toBeCloseTo(25.6, 0);
  });

  it('is told of once in a full sync, over all turns', async () => {
    holdsBack((seconds) => Math.min(200, seconds * 10) * MIB);
    const first = await watch();
    const second = await watch({ memory: first.memory });

    expect([first.outcome, second.outcome, second.memory.bufferWarnings]).toEqual(['bufferThreatened', 'turn', 1]);
  });

  it('is told of again in the next full sync, ten times in a migration at the most', async () => {
    let memory: WatchMemory = freshMemory;
    const told: number[] = [];
    for (let round = 1; round <= 15; round++) {
      holdsBack(() => 200 * MIB);
      const result = await watch({ memory });
      if (result.outcome === 'bufferThreatened') told.push(result.memory.bufferWarnings ?? 0);
      servers.primary(aReplica());
      servers.source(aSource());
      memory = (await watch({ memory: result.memory })).memory;
    }

    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('is told of by an execution that began before there was a guard', async () => {
    holdsBack(() => 200 * MIB);
    const { sync, bufferWarnings, ...before } = { ...freshMemory, hasFollowed: true };

    expect((await watch({ memory: before })).memory.bufferWarnings).toBe(1);
  });

  it('shows in the progress, and is gone from it when in sync', async () => {
    holdsBack((seconds) => seconds * 1000);
    servers.primary(() => (elapsedSeconds() < 20 ? copying() : aReplica()));
    servers.source(() => counting(1, {}, elapsedSeconds() < 20 ? 'wait_bgsave' : 'online'));
    clock.after(10_000, () => expect(migrations.record.progress?.buffer?.limitBytes).toBe(256 * MIB));
    const result = await watch();

    expect(result.outcome).toBe('inSync');
    expect(migrations.changes.filter(({ progress }) => progress?.buffer).length).toBeGreaterThan(5);
    expect(migrations.record.progress).not.toHaveProperty('buffer');
  });

  it('is the largest of all replicas where the addresses do not tell which one copies, and says so', async () => {
    holdsBack(() => 10 * MIB, '192.168.7.7');
    servers.buffers = () => [
      { ip: '192.168.7.7', bytes: 10 * MIB },
      { ip: '192.168.7.8', bytes: 200 * MIB },
    ];

    expect((await watch()).buffer).toMatchObject({
      bytes: 200 * MIB,
      why: expect.stringContaining('he largest of the buffers that the source keeps for its 2 replicas holds 200 MiB'),
    });
  });

  it('is known by the sum in INFO where the clients cannot be listed', async () => {
    servers.primary(() => copying());
    servers.source(() => counting(1, { replicaBuffersBytes: 199 * MIB }));

    expect((await watch()).buffer).toMatchObject({ bytes: 200 * MIB });
  });

  it('stays unsaid where neither the buffer nor its limit can be read', async () => {
    holdsBack(() => 200 * MIB);
    servers.settings = {};
    expect((await watch()).outcome).toBe('turn');
    servers.settings = LIMIT;
    servers.buffers = undefined;
    expect((await watch()).outcome).toBe('turn');

    expect(migrations.record.progress?.buffer).toBeUndefined();
  });

  it('is judged by the limit that is set meanwhile', async () => {
    holdsBack((seconds) => seconds * 4 * MIB);
    clock.after(5000, () => {
      servers.settings = { limit: { hardBytes: 4096 * MIB, softBytes: 0, softSeconds: 0 }, backlogBytes: MIB };
    });

    expect((await watch()).outcome).toBe('turn');
  });
});

describe('what the guard asks the source', () => {
  it('is one list of the replicas a look while the full sync goes on, and the settings every 15 s', async () => {
    holdsBack(() => 1000);
    await watch();

    expect(servers.asked.buffers).toBe(servers.reads.filter((address) => address === '10.0.0.5').length);
    expect(servers.asked.settings).toBe(8);
  });

  it.each<[string, Partial<WatchInput>, Reading]>([
    ['in sync', {}, aReplica()],
    ['while the link is down', {}, aReplica({ status: 'down' })],
    ['in a glance', { glance: true }, copying()],
    ['of a target that cannot be read', {}, unreadable()],
  ])('is nothing %s', async (_, input, primary) => {
    holdsBack(() => 200 * MIB);
    servers.primary(primary);
    await watch({ ...input, memory: { ...freshMemory, hasFollowed: true } });

    expect(servers.asked).toEqual({ buffers: 0, settings: 0 });
  });
});

describe('a full sync that begins anew again and again', () => {
  const message = async () => {
    const error = await watch().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'ResyncLoopError', code: 'resync-loop' });
    return (error as Error).message;
  };

  it('ends at its third restart, with the cause, its figures and the command that helps', async () => {
    beginsAnew(20, (attempt) => ({ bufferDisconnections: attempt }));
    servers.buffers = () => [{ ip: '10.0.1.1', bytes: 12 * MIB }];

    expect(await message()).toBe(
      'The full sync of replication group test has begun 4 times without getting in sync. Writes fill the output buffer that the source keeps for the target, and the source closes the link for it: the limit is 256 MiB, and 64 MiB may be exceeded for 60 s, at most 12 MiB were seen in it. Then start again, after: redis-cli -h 10.0.0.5 -p 6379 CONFIG SET client-output-buffer-limit "replica 1073741824 536870912 60"',
    );
    expect(elapsedSeconds()).toBe(60);
    expect(servers.open).toBe(0);
  });

  it('is laid to what was seen once, where nothing was seen of the others: between two looks a buffer fills and is gone', async () => {
    beginsAnew(20, (attempt) => ({ bufferDisconnections: Math.min(attempt, 2) }));

    expect(await message()).toContain('Writes fill the output buffer');
  });

  it('says that the cause is not known where nothing was ever seen', async () => {
    beginsAnew(20);

    expect(await message()).toContain('Why is not known');
  });

  it('ends over several turns, too', async () => {
    beginsAnew(100);
    const outcomes: string[] = [];
    let memory: WatchMemory = freshMemory;
    const error = await (async () => {
      for (;;) {
        const result = await watch({ memory: JSON.parse(JSON.stringify(memory)) });
        outcomes.push(result.outcome);
        memory = result.memory;
      }
    })().catch((thrown: Error) => thrown);

    expect([outcomes, (error as Error).name]).toEqual([['turn', 'turn'], 'ResyncLoopError']);
  });

  it('is laid to the buffer when that came near its limit each time', async () => {
    beginsAnew(20);
    servers.buffers = () => [{ ip: '10.0.1.1', bytes: (elapsedSeconds() % 20) * 12 * MIB }];
    let memory: WatchMemory = freshMemory;
    for (const warnings of [1, 2, 3]) {
      ({ memory } = await watch({ memory }));
      expect(memory.bufferWarnings).toBe(warnings);
    }

    await expect(watch({ memory })).rejects.toThrow(/Writes fill the output buffer.* at most 228 MiB were seen in it/);
  });

  it.each<[string, object, RegExp]>([
    ['failing snapshots', { snapshotFails: true }, /snapshots fail.*CONFIG SET repl-diskless-sync yes$/],
    [
      'nothing that is known',
      {},
      /Why is not known.*limit is 256 MiB.*backlog of 1 MiB.*counts 4 full syncs.*CONFIG SET client-output-buffer-limit "replica .*CONFIG SET repl-backlog-size 67108864$/,
    ],
  ])('is laid to %s', async (_, counters, text) => {
    beginsAnew(20, () => counters);

    expect(await message()).toMatch(text);
  });

  it('is laid to a source that restarts', async () => {
    beginsAnew(20, (attempt) => ({ runId: `run-${attempt}` }));

    expect(await message()).toMatch(/restarted meanwhile: its run id is another one\.$/);
  });

  it('is laid to a backlog that does not reach back', async () => {
    const second = () => elapsedSeconds() % 20;
    servers.primary(() => (second() < 10 ? { ...copying(second()), offset: 0 } : aReplica({}, { offset: 5 })));
    servers.source(() => counting(1 + Math.floor(elapsedSeconds() / 20), {}, second() < 10 ? 'wait_bgsave' : 'online'));

    expect(await message()).toMatch(/breaks after the copy.*backlog of 1 MiB.*CONFIG SET repl-backlog-size 67108864$/);
  });

  it('is no loop when other replicas of the source copy', async () => {
    servers.primary(() => copying(elapsedSeconds()));
    servers.source(() =>
      aSource({
        replicas: [
          { ip: '10.0.1.1', port: 6379, state: 'wait_bgsave', offset: 0 },
          { ip: '10.0.0.6', port: 6379, state: 'wait_bgsave', offset: 0 },
        ],
        counters: { fullSyncs: Math.floor(elapsedSeconds()) },
      }),
    );

    expect((await watch()).outcome).toBe('turn');
  });
});
