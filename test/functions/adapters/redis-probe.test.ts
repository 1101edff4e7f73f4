import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { redisProbe } from '../../../functions/adapters/redis-probe.ts';
import type { Probe } from '../../../functions/replication/ports.ts';
import { isReadable } from '../../../functions/replication/shard-link.ts';
import { type Control, connectControl } from '../../../local/redis/control.ts';
import { type RedisProcess, startRedis } from '../../../local/redis/server.ts';
import { type Act, answer, hangUp, refuse } from '../../preflight/acts.ts';
import { type Front, type FrontRules, startFront } from '../../preflight/front.ts';

const MIB = 1024 * 1024;

let source: RedisProcess;
let target: RedisProcess;
let control: Control;
beforeAll(async () => {
  // A full sync that lasts longer than these tests: 20,000 keys, a millisecond each.
  source = await startRedis({
    config: { 'enable-debug-command': 'yes', 'rdb-key-save-delay': '1000', 'repl-backlog-size': String(2 * MIB) },
  });
  target = await startRedis();
  control = await connectControl(source);
  await control.command('DEBUG', 'POPULATE', '20000');
  const targetControl = await connectControl(target);
  await targetControl.command('REPLICAOF', source.host, String(source.port));
  targetControl.close();
  await vi.waitUntil(async () => (await control.info()).connected_slaves === '1', { timeout: 30_000 });
  await control.command('SET', 'written-meanwhile', 'x'.repeat(5 * MIB));
});
afterAll(async () => {
  control?.close();
  await Promise.all([source?.stop(), target?.stop()]);
});

let front: Front | undefined;
let probe: Probe | undefined;
afterEach(async () => {
  probe?.close();
  await front?.close();
  [front, probe] = [undefined, undefined];
});

/** A probe, and the source behind a front that answers some things otherwise. */
const probeThrough = async (rules: FrontRules = {}) => {
  front = await startFront(source.port, rules);
  const opened = redisProbe();
  probe = opened;
  const { port, heard } = front;
  const endpoint = { address: '127.0.0.1', port };
  return {
    endpoint,
    /** How often a command was sent, with these first words. */
    heardOf: (words: string) => heard.filter((command) => command.join(' ') === words).length,
    read: () => opened.read(endpoint),
    buffers: () => opened.replicaBuffers(endpoint),
    settings: () => opened.replicaSettings(endpoint),
  };
};

const real: Act = async ({ client, real }) => void client.write(await real());
/** CLIENT LIST as it was before Redis 5. */
const withoutTypes: Act = (turn) =>
  (turn.command.length > 2 ? refuse('ERR Syntax error, try CLIENT (LIST | KILL | GETNAME | SETNAME)') : real)(turn);

describe('the probe of a source during a full sync', () => {
  it('tells what is held back for the replica', async () => {
    const { buffers } = await probeThrough();
    const [buffer, ...others] = (await buffers()) ?? [];

    expect(buffer?.ip).toBe('127.0.0.1');
    expect(buffer?.bytes).toBeGreaterThan(5 * MIB);
    expect(buffer?.bytes).toBeLessThan(6 * MIB);
    expect(others).toEqual([]);
  });

  it('tells the limit of it, and the backlog', async () => {
    const { settings } = await probeThrough();

    expect(await settings()).toEqual({
      limit: { hardBytes: 256 * MIB, softBytes: 64 * MIB, softSeconds: 60 },
      backlogBytes: 2 * MIB,
    });
  });

  it('tells what INFO counts', async () => {
    const reading = await (await probeThrough()).read();

    expect(isReadable(reading) && reading.counters).toMatchObject({
      runId: expect.stringMatching(/^[0-9a-f]{40}$/),
      majorVersion: 7,
      fullSyncs: 1,
      snapshotFails: false,
      systemBytes: expect.any(Number),
    });
    expect(isReadable(reading) && reading.counters.replicaBuffersBytes).toBeGreaterThan(2 * MIB);
  });
});

describe('the probe of a source that was before Redis 5', () => {
  it('finds the replicas in the list of all clients', async () => {
    const { buffers, heardOf } = await probeThrough({ 'CLIENT LIST': withoutTypes });

    expect(await buffers()).toEqual([{ ip: '127.0.0.1', bytes: expect.any(Number) }]);
    expect(await buffers()).toHaveLength(1);
    expect([heardOf('CLIENT LIST TYPE replica'), heardOf('CLIENT LIST')]).toEqual([1, 2]);
  });

  it('does not ask for a list that would hold it up', async () => {
    const { buffers, heardOf } = await probeThrough({
      'CLIENT LIST': withoutTypes,
      'INFO CLIENTS': answer('# Clients\r\nconnected_clients:5000\r\n'),
    });

    expect(await buffers()).toBeUndefined();
    expect(heardOf('CLIENT LIST')).toBe(0);
  });
});

describe('the probe of a source that does not tell', () => {
  it.each([
    ['its clients may not be listed', refuse()],
    ['the command is renamed', refuse("ERR unknown command 'CLIENT', with args beginning with: 'LIST' ")],
  ])('what it holds back because %s knows nothing of it, reads on, and does not ask again', async (_, rule) => {
    const { buffers, read, heardOf } = await probeThrough({ 'CLIENT LIST': rule });

    expect(await buffers()).toBeUndefined();
    expect(await buffers()).toBeUndefined();
    expect(isReadable(await read())).toBe(true);
    expect([heardOf('CLIENT LIST TYPE replica'), heardOf('CLIENT LIST')]).toEqual([1, 1]);
    expect(front?.open).toBe(1);
  });

  it('its limits knows none', async () => {
    const { settings } = await probeThrough({ CONFIG: refuse() });

    expect(await settings()).toEqual({});
    expect(await settings()).toEqual({});
  });

  it.each<[string, Act]>([
    ['nothing', answer([])],
    ['a number', answer(5)],
    ['garbage', answer(['repl-backlog-size', 'much'])],
  ])('more than %s knows none either', async (_, rule) => {
    const { settings, buffers } = await probeThrough({ CONFIG: rule, 'CLIENT LIST': rule });

    expect(await settings()).toEqual({});
    expect((await buffers()) ?? []).toEqual([]);
  });

  it('because it is busy is asked again', async () => {
    const { buffers, endpoint } = await probeThrough({ 'CLIENT LIST': refuse('BUSY Redis is busy running a script.') });
    expect(await buffers()).toBeUndefined();
    if (front) front.rules = {};

    expect(await probe?.replicaBuffers(endpoint)).toHaveLength(1);
  });

  it('because it hangs up is read over another connection', async () => {
    const { buffers, read } = await probeThrough({ 'CLIENT LIST': hangUp() });

    expect(await buffers()).toBeUndefined();
    expect(isReadable(await read())).toBe(true);
  });

  it('because nobody is there knows nothing, and throws nothing', async () => {
    const nobody = { address: '127.0.0.1', port: 1 };
    probe = redisProbe();

    expect(await probe.replicaBuffers(nobody)).toBeUndefined();
    expect(await probe.replicaSettings(nobody)).toEqual({});
  });
});
