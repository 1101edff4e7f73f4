import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { redisProbe } from '../../functions/adapters/redis-probe.ts';
import { byInfo } from '../../functions/replication/sight.ts';
import { makeWatchReplication, type WatchResult } from '../../functions/replication/watch-replication.ts';
import type { WatchMemory } from '../../functions/replication/watch-state.ts';
import { type Control, connectControl } from '../../local/redis/control.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { FakeMigrations } from '../functions/support/migrations.ts';
import { groupWith } from '../functions/support/nodes.ts';
import { aRecord, taskInput } from '../functions/support/records.ts';
import { FakeSamples } from '../functions/support/samples.ts';
import { contents, eventually, type Lab, startLab } from './lab.ts';
import { type Writes, write } from './writes.ts';

const MIB = 1024 * 1024;
/** A limit below the backlog would not be the limit: Valkey's is 10 MB by default. */
const SMALL_BACKLOG = { 'repl-backlog-size': '1mb' };
const HARD = `replica ${8 * MIB} 0 0`;
const CLOSED = 'overcoming of output buffer limits';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Source {
  redis: RedisProcess;
  control: Control;
  writing(bytesPerSecond: number): Promise<Writes>;
}

/** A source whose full sync takes a millisecond a key, because it is told to be that slow. */
const slowSource = async (keys: number, config: Record<string, string>): Promise<Source> => {
  const redis = await startRedis({
    config: { ...SMALL_BACKLOG, 'enable-debug-command': 'yes', 'rdb-key-save-delay': '1000', ...config },
  });
  ends.push(() => redis.stop());
  const control = await connectControl(redis);
  ends.push(() => control.close());
  await control.command('DEBUG', 'POPULATE', String(keys));
  return {
    redis,
    control,
    async writing(bytesPerSecond) {
      const writes = await write(redis.port, bytesPerSecond);
      ends.push(() => writes.stop());
      return writes;
    },
  };
};

/** A server that follows the source, as the primary of a group under migration does. */
const following = async ({ redis }: Source): Promise<RedisProcess> => {
  const target = await startRedis();
  ends.push(() => target.stop());
  const control = await connectControl(target);
  await control.command('REPLICAOF', redis.host, String(redis.port));
  control.close();
  return target;
};

/** Watches as the state machine does, turn after turn, until something other than progress comes of it. */
const watching = async (
  source: Source,
  target: RedisProcess,
  { begin, pollMs = 50 }: { begin?: WatchMemory | undefined; pollMs?: number } = {},
): Promise<WatchResult> => {
  const endpointOf = ({ host, port }: RedisProcess) => ({ address: host, port });
  const node = { cacheClusterId: 'test-001', endpoint: endpointOf(target), role: 'primary' as const };
  const group = groupWith({ nodeGroups: [{ nodeGroupId: '0001', nodes: [node] }] });
  const watch = makeWatchReplication(
    { describe: async () => group, eventsSince: async () => [] },
    () => byInfo(redisProbe(), systemClock),
    new FakeMigrations(undefined, aRecord()),
    new FakeSamples(),
    systemClock,
    { pollMs, describeMs: 0, watchSeconds: 1, linkLostAfterSeconds: 5, eventGraceSeconds: 5 },
  );
  for (let memory = begin; ; ) {
    const result = await watch({
      ...taskInput,
      source: endpointOf(source.redis),
      eventsSinceMs: 0,
      glance: false,
      ...(memory && { memory: JSON.parse(JSON.stringify(memory)) }),
    });
    if (result.outcome !== 'turn' && result.outcome !== 'progressed') return result;
    memory = result.memory;
  }
};

describe('a full sync whose buffer overflows', () => {
  it.each([
    ['without disk, within a second', 'yes', 8 * MIB, 50, HARD],
    ['by disk, within a second', 'no', 8 * MIB, 50, HARD],
    ['within four seconds, at a look a second', 'yes', 2 * MIB, 1000, HARD],
    ['and stays above a soft limit for two seconds', 'yes', 2 * MIB, 50, `replica 0 ${MIB} 2`],
  ])('%s, is told of before the source closes the link', async (_, diskless, bytesPerSecond, pollMs, limit) => {
    const source = await slowSource(20_000, {
      'repl-diskless-sync': diskless,
      'client-output-buffer-limit': limit,
    });
    const target = await following(source);
    const writes = await source.writing(bytesPerSecond);
    const { outcome, buffer } = await watching(source, target, { pollMs });
    const logThen = source.redis.log();

    expect(outcome).toBe('bufferThreatened');
    expect(logThen).not.toContain(CLOSED);
    expect(buffer).toMatchObject({ limitBytes: limit === HARD ? 8 * MIB : MIB, fullSyncs: 1 });
    // It was no false alarm.
    await eventually(async () => source.redis.log().includes(CLOSED));
    await writes.stop();
  });

  it('passes when the advice is followed', async () => {
    const source = await slowSource(3000, { 'client-output-buffer-limit': HARD });
    const target = await following(source);
    await source.writing(4 * MIB);
    const { buffer, memory } = await watching(source, target);
    const [, value = ''] = /CONFIG SET client-output-buffer-limit "(.+)"$/.exec(buffer?.remedy[0] ?? '') ?? [];
    await source.control.command('CONFIG', 'SET', 'client-output-buffer-limit', value);
    const result = await watching(source, target, { begin: memory });

    expect(result).toMatchObject({ outcome: 'inSync', memory: { bufferWarnings: 1 } });
    expect((await source.control.info()).sync_full).toBe('1');
    expect(source.redis.log()).not.toContain(CLOSED);
  });

  it('again and again ends with the buffer as the cause, and the command that helps', async () => {
    const source = await slowSource(5000, { 'client-output-buffer-limit': `replica ${2 * MIB} 0 0` });
    const target = await following(source);
    await source.writing(8 * MIB);
    const told: number[] = [];
    const error = await (async () => {
      for (let memory: WatchMemory | undefined; ; ) {
        const result = await watching(source, target, { begin: memory });
        ({ memory } = result);
        told.push(memory.bufferWarnings ?? 0);
      }
    })().catch((thrown: Error) => thrown);

    expect(error).toMatchObject({ name: 'ResyncLoopError' });
    expect((error as Error).message).toMatch(
      new RegExp(
        `begun 4 times without getting in sync\\. Writes fill the output buffer.*the limit is 2 MiB.*redis-cli -h 127.0.0.1 -p ${source.redis.port} CONFIG SET client-output-buffer-limit "replica ${8 * MIB} 0 0"$`,
      ),
    );
    expect(told.length).toBeGreaterThan(0);
    expect(Number((await source.control.info()).sync_full)).toBeGreaterThanOrEqual(4);
  });
});

describe('a calm full sync', () => {
  it.each([
    ['without disk', 'yes'],
    ['by disk', 'no'],
  ])('%s comes in sync, and raises nothing', async (_, diskless) => {
    const source = await slowSource(1500, {
      'repl-diskless-sync': diskless,
      'client-output-buffer-limit': HARD,
    });
    const target = await following(source);
    const writes = await source.writing(100_000);
    const result = await watching(source, target);
    await writes.stop();

    expect(result).toMatchObject({ outcome: 'inSync', memory: { sync: { restarts: 0 } } });
    expect(result.memory.bufferWarnings).toBeUndefined();
  });
});

describe('a migration whose full sync begins anew again and again', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ parameters: { ActingTaskSeconds: '5' } });
  });
  afterAll(() => lab?.end());

  const configOf = async (control: Control) => {
    const pairs = await control.command<string[]>('CONFIG', 'GET', '*');
    return Object.fromEntries(pairs.flatMap((name, at) => (at % 2 === 0 ? [[name, pairs[at + 1]]] : [])));
  };

  it('fails with the cause, the target out of migration, the source writable and untouched, and can begin again', async () => {
    // 300 keys at 20 ms each.
    const redis = await lab.source(300, {
      ...SMALL_BACKLOG,
      'rdb-key-save-delay': '20000',
      'client-output-buffer-limit': `replica ${2 * MIB} 0 0`,
    });
    const client = await lab.client(redis.port);
    const control = await connectControl(redis);
    ends.push(() => control.close());
    const before = { contents: await contents(client), config: await configOf(control) };
    await lab.group('looping');

    const migrationId = await lab.start('looping', redis.port);
    await lab.announcement(migrationId, 'MigrationPreflightPassed');
    const writes = await write(redis.port, 8 * MIB);
    ends.push(() => writes.stop());
    // Looked for from the beginning: on a slow machine the last full sync can be over when the warning has come.
    const shown = eventually(async () => {
      const { progress, failure } = (await lab.view(migrationId)) as {
        progress?: { buffer?: { bytes: number } };
        failure?: { cause?: string };
      };
      if (failure) throw new Error(`it has failed, and its buffer was never shown: ${failure.cause}`);
      return progress?.buffer;
    });
    const [told, buffer] = await Promise.all([lab.announcement(migrationId, 'MigrationBufferThreatened'), shown]);
    const { data } = await lab.announcement(migrationId, 'MigrationFailed');
    const { error, cause } = data.failure as { error: string; cause: string };
    const group = lab.aws.elastiCache.group('looping');
    const primary = group.nodeGroups[0]?.primary;

    expect(told.data.buffer).toMatchObject({ limitBytes: 2 * MIB, remedy: [expect.any(String)] });
    expect(buffer).toMatchObject({ limitBytes: 2 * MIB });
    expect([error, cause]).toEqual([
      'ResyncLoopError',
      expect.stringMatching(
        /Writes fill the output buffer.*the limit is 2 MiB.*CONFIG SET client-output-buffer-limit.* The online migration was stopped\.$/,
      ),
    ]);
    expect([group.status, await primary?.linkState()]).toEqual(['available', 'primary']);
    expect((await lab.view(migrationId)).phases).toContainEqual({ phase: 'stopping', at: expect.any(String) });

    await writes.stop();
    expect(await client.sendCommand(['DEL', 'written'])).toBe(1);
    expect({ contents: await contents(client), config: await configOf(control) }).toEqual(before);
    expect((await control.info()).connected_slaves).toBe('0');

    await control.command('CONFIG', 'SET', 'rdb-key-save-delay', '0');
    const again = await lab.start('looping', redis.port, { cutover: { mode: 'automatic', fence: 'none' } });
    await lab.announcement(again, 'MigrationCompleted');
    expect(lab.typesOf(again)).not.toContain('MigrationBufferThreatened');
    // Four full syncs that are slow on purpose, a settlement that waits out its tasks, and a whole migration.
  }, 240_000);
});
