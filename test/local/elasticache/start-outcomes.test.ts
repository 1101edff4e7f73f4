import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupSettings } from '../../../local/elasticache/settings.ts';
import type { StartRedisOptions } from '../../../local/redis/server.ts';
import { ask, at, messages, type Scene, setScene, untilStatus } from './harness.ts';

/* What AWS tells by events and status only, and what it leaves open: how a migration may begin, or not. */

let scene: Scene;
const ID = { ReplicationGroupId: 'test' };

beforeEach(async () => {
  scene = await setScene({ settings: { startAttempts: 2 } });
  await scene.service.createGroup({ id: 'test', replicas: 1 });
});

afterEach(() => scene.end());

const lastMessage = async (): Promise<string | undefined> => (await messages(scene.service, 'test')).at(-1);

const nowhere = { host: '127.0.0.1', port: 1 };

describe('a migration that cannot start', () => {
  it.each<[string, StartRedisOptions, string]>([
    ['asks for a password', { config: { requirepass: 'secret' } }, 'the source has AUTH enabled'],
    ['is in protected mode', { config: { 'protected-mode': 'yes' } }, 'the source is in protected mode'],
    [
      'is in cluster mode',
      { config: { 'cluster-enabled': 'yes' } },
      'cluster mode is enabled on the source but not so on the target',
    ],
    [
      'refuses to be replicated',
      { acl: ['default on nopass ~* &* +@all -psync -sync'] },
      'the primary node could not become a replica of the source',
    ],
  ])('promotes itself back when the source %s', async (_, options, reason) => {
    const source = await scene.startSource(options);
    const primary = scene.service.group('test').primary();
    await ask(primary, 'SET', 'own', 'data');
    scene.service.configure({ startAttemptMs: 200 });

    await scene.service.startMigration({ ...ID, ...at(source) });
    await untilStatus(scene.service, 'test', 'available');

    expect(await lastMessage()).toBe(`Start Migration failed for test: ${reason}`);
    expect(await ask(primary, 'GET', 'own')).toBe('data');
    await ask(primary, 'SET', 'own', 'and writable');
    await expect(scene.service.completeMigration(ID)).rejects.toMatchObject({
      code: 'ReplicationGroupNotUnderMigrationFault',
    });
  });

  it.each([nowhere, { host: '10.0.0.5', port: 6379 }, { host: 'test.example.com', port: 6379 }])(
    'finds %j out of reach, and never dials anything but loopback',
    async (source) => {
      await scene.service.startMigration({ ...ID, ...at(source) });
      await untilStatus(scene.service, 'test', 'available');

      expect(await lastMessage()).toBe('Start Migration failed for test: the source cannot be reached');
    },
  );

  it('fails by an event when its own primary is dead', async () => {
    const source = await scene.startSource();
    const primary = scene.service.group('test').primary();
    primary.kill();
    await primary.process.exited;

    await scene.service.startMigration({ ...ID, ...at(source) });
    await untilStatus(scene.service, 'test', 'available');

    expect(await lastMessage()).toBe('Start Migration failed for test: the primary node does not answer');
  });

  it('is refused at once where StartMigration looks at the source first', async () => {
    scene.service.configure({ sourceValidation: 'synchronous' });

    await expect(scene.service.startMigration({ ...ID, ...at(nowhere) })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
    });

    expect(scene.service.group('test').status).toBe('available');
    const source = await scene.startSource();
    await scene.service.startMigration({ ...ID, ...at(source) });
    await untilStatus(scene.service, 'test', 'migrating');
  });

  it.each<[GroupSettings['targetValidation'], string]>([
    ['failsLater', 'available'],
    ['ignored', 'migrating'],
  ])('treats a target without Multi-AZ as told: %s', async (targetValidation, status) => {
    const source = await scene.startSource();
    scene.service.group('test').override({ MultiAZ: 'disabled' });
    scene.service.configure({ targetValidation });

    await scene.service.startMigration({ ...ID, ...at(source) });
    expect(scene.service.group('test').status).toBe('modifying');
    await untilStatus(scene.service, 'test', status);

    const failed = 'Start Migration failed for test: Online migration is not possible: Multi-AZ is not enabled.';
    expect((await messages(scene.service, 'test')).includes(failed)).toBe(targetValidation === 'failsLater');
  });
});

describe('TestMigration', () => {
  it.each<[string, StartRedisOptions, RegExp]>([
    ['AUTH', { config: { requirepass: 'secret' } }, /AUTH/],
    ['other databases', { config: { databases: '4' } }, /has 4 databases and the target 16/],
    ['renamed commands', { config: { 'rename-command': 'PSYNC ""' } }, /commands are renamed on the source: psync/],
  ])('fails by an event over a source with %s', async (_, options, text) => {
    const source = await scene.startSource(options);

    await scene.service.testMigration({ ...ID, ...at(source) });
    await untilStatus(scene.service, 'test', 'available');

    expect(await lastMessage()).toMatch(/^Test Migration failed for test: /);
    expect(await lastMessage()).toMatch(text);
  });

  it.each<[GroupSettings['testVerdict'], string]>([
    ['eventAndStatus', 'Test Migration successful for test'],
    ['statusOnly', 'Replication group test created'],
    ['failure', 'Test Migration failed for test: the test does not pass'],
  ])('leaves its verdict as told: %s', async (testVerdict, text) => {
    const source = await scene.startSource();
    scene.service.configure({ testVerdict });

    await scene.service.testMigration({ ...ID, ...at(source) });
    await untilStatus(scene.service, 'test', 'available');

    expect(await lastMessage()).toBe(text);
    expect(await ask(scene.service.group('test').primary(), 'ROLE')).toContain('master');
  });
});
