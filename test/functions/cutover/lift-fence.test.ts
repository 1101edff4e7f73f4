import { beforeEach, describe, expect, it } from 'vitest';
import { type LiftFenceInput, makeLiftFence } from '../../../functions/cutover/lift-fence.ts';
import type { FencedNode } from '../../../functions/migration/fence.ts';
import type { FenceChange } from '../../../functions/migration/lock-ports.ts';
import { Refused, type Reply } from '../../../functions/preflight/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { aFence, FakeFences } from '../support/fences.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aSource, FakeServers, SOURCE } from '../support/nodes.ts';
import { aRecord, MIGRATION_ID } from '../support/records.ts';
import { FakeSessions } from '../support/sessions.ts';

let sessions: FakeSessions;
let fences: FakeFences;
let locks: FakeLocks;
let clock: FakeClock;
beforeEach(async () => {
  const servers = new FakeServers();
  servers.source(aSource());
  [clock, locks, fences, sessions] = [
    new FakeClock(),
    new FakeLocks(),
    new FakeFences(),
    new FakeSessions(servers.probe),
  ];
  await locks.acquire('test', MIGRATION_ID);
  const node = { nodeGroupId: '0001', endpoint: SOURCE, role: 'primary', connection: 'x' } as const;
  const nodes = [{ ...node, before: { users: ['default +@all'] }, persistsBy: 'configFile' as const }];
  await fences.open(aFence({ phase: 'open', nodes }));
});

const lift = (order: Partial<LiftFenceInput> = {}) => {
  const migrations = new FakeMigrations(clock, aRecord());
  return makeLiftFence(
    sessions.open,
    fences,
    locks,
    migrations,
    clock,
    () => 'lifter',
  )({
    migrationId: MIGRATION_ID,
    because: 'the drain took too long',
    ...order,
  });
};
const meets = (replies: Record<string, Reply>) => {
  sessions.meets = (command) => replies[command];
};

describe('the lift of a fence', () => {
  it('keeps nobody waiting behind the pause where the file cannot be written, and is tried again', async () => {
    meets({ 'CONFIG REWRITE': new Refused('ERR Rewriting config file: Read-only file system') });

    await expect(lift()).rejects.toThrow(/CONFIG REWRITE was refused/);
    expect(sessions.asked.filter((line) => line.endsWith('CLIENT UNPAUSE'))).toHaveLength(1);
    expect((await fences.find(MIGRATION_ID))?.phase).toBe('lifting');
    meets({});
    expect(await lift()).toBe('lifted');
  });

  it('gives up a file that cannot be written where an operator says so, and tells of it', async () => {
    meets({ 'CONFIG REWRITE': new Refused('ERR Rewriting config file: Read-only file system') });

    expect(await lift({ byOrder: true, givesUp: () => true })).toBe('lifted');
    expect(await fences.find(MIGRATION_ID)).toMatchObject({
      givenUp: [SOURCE],
      liftedBecause: expect.stringMatching(
        /10\.0\.0\.5:6379 takes writes again until it is started anew: CONFIG REWRITE was/,
      ),
    });
  });

  it('gives up no rules that cannot be given back, whatever is the matter with the file', async () => {
    meets({
      'CONFIG REWRITE': new Refused('ERR Rewriting config file: Read-only file system'),
      'ACL LIST': new Refused('ERR it is not told'),
    });

    await expect(lift({ byOrder: true, givesUp: () => true })).rejects.toThrow('ACL LIST was refused');
    expect((await fences.find(MIGRATION_ID))?.phase).toBe('lifting');
  });

  it('tells of a server that runs without its file by now', async () => {
    meets({
      'CONFIG REWRITE': new Refused('ERR The server is running without a config file'),
      INFO: Buffer.from('redis_version:7.0.15\r\nconfig_file:\r\n'),
    });

    expect(await lift()).toBe('lifted');
    expect(await fences.find(MIGRATION_ID)).toMatchObject({
      phase: 'lifted',
      liftedBecause: expect.stringMatching(
        /^The drain took too long\. 10\.0\.0\.5:6379 runs without the file .* again\.$/,
      ),
    });
  });

  it('by order of a server without users, which was started since and opened by hand, writes its file', async () => {
    const [node] = (await fences.find(MIGRATION_ID))?.nodes ?? [];
    const before = { minReplicasToWrite: '0', minReplicasMaxLag: '10' };
    const nodes = [{ ...(node as FencedNode), runId: 'an earlier one', before }];
    await fences.takeOver(MIGRATION_ID, 'attempt-2', 'attempt-1');
    await fences.advance(MIGRATION_ID, 'attempt-2', { nodes, kind: 'minReplicas' } as FenceChange);
    const setting = (name: string, value: string) => [Buffer.from(name), Buffer.from(value)];
    meets({
      'ACL LIST': new Refused("ERR unknown command 'ACL'"),
      'INFO server': Buffer.from('redis_version:5.0.14\r\nrun_id:another\r\n'),
      'CONFIG GET min-replicas-*': [...setting('min-replicas-to-write', '0'), ...setting('min-replicas-max-lag', '10')],
    });

    expect(await lift({ byOrder: true })).toBe('lifted');
    expect(sessions.asked.filter((line) => line.endsWith('CONFIG REWRITE'))).toHaveLength(1);
  });
});
