import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupSettings } from '../../../local/elasticache/settings.ts';
import type { StartRedisOptions } from '../../../local/redis/server.ts';
import { ask, at, eventually, messages, type Scene, setScene, untilStatus } from './harness.ts';

/* What AWS tells by events and status only, and what it leaves open: each outcome that the settings offer. */

let scene: Scene;
const ID = { ReplicationGroupId: 'test' };

beforeEach(async () => {
  scene = await setScene({ settings: { startAttempts: 2 } });
  await scene.service.createGroup({ id: 'test', replicas: 1 });
});

afterEach(() => scene.end());

const lastMessage = async (): Promise<string | undefined> => (await messages(scene.service, 'test')).at(-1);

const migrate = async () => {
  const source = await scene.startSource();
  await ask(source, 'SET', 'a', '1');
  await scene.service.startMigration({ ...ID, ...at(source) });
  await untilStatus(scene.service, 'test', 'migrating');
  const primary = scene.service.group('test').primary();
  await eventually(async () => (await primary.replication()).master_link_status === 'up');
  return { source, primary };
};

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

describe('CompleteMigration', () => {
  it('stays migrating, by an event, when the source is gone, and completes when it is back', async () => {
    const { source } = await migrate();
    const { port } = source;
    await source.stop();

    const { ReplicationGroup } = await scene.service.completeMigration(ID);

    expect(ReplicationGroup.Status).toBe('migrating');
    expect(await lastMessage()).toBe('Complete Migration failed for test: data is not in sync');
    const again = await scene.startSource({ port });
    const primary = scene.service.group('test').primary();
    await eventually(async () => (await primary.replication()).master_link_status === 'up');
    await scene.service.completeMigration(ID);
    await untilStatus(scene.service, 'test', 'available');
    expect(await ask(again, 'DBSIZE')).toBe(0);
  });

  it('finds a target that does not apply what the source writes not in sync', async () => {
    const { source, primary } = await migrate();
    scene.service.configure({ inSyncGraceMs: 50 });
    await primary.command('CLIENT', 'PAUSE', '60000', 'WRITE');
    await ask(source, 'SET', 'unseen', 'yes');

    const { ReplicationGroup } = await scene.service.completeMigration(ID);

    expect(ReplicationGroup.Status).toBe('migrating');
    expect(await lastMessage()).toBe('Complete Migration failed for test: data is not in sync');
  });

  it('goes back to migrating when the link is lost before the promotion', async () => {
    const { source, primary } = await migrate();
    scene.service.configure({ promotionDelayMs: 100 });

    const { ReplicationGroup } = await scene.service.completeMigration(ID);
    expect(ReplicationGroup.Status).toBe('modifying');
    source.kill();
    await untilStatus(scene.service, 'test', 'migrating');

    expect(await lastMessage()).toBe('Complete Migration failed for test: data is not in sync');
    expect(await ask(primary, 'ROLE')).toContain('slave');
  });

  it.each<[Partial<GroupSettings>, string]>([
    [{ promotion: 'fails' }, 'the primary node could not be promoted'],
    [{ nodeReplacement: true }, 'a node is undergoing replacement'],
  ])('fails by an event while %j, and can be called again', async (settings, reason) => {
    await migrate();
    scene.service.configure(settings, 'test');

    await scene.service.completeMigration(ID);
    await eventually(async () => (await lastMessage()) === `Complete Migration failed for test: ${reason}`);

    expect(scene.service.group('test').status).toBe('migrating');
    scene.service.configure({ promotion: 'succeeds', nodeReplacement: false }, 'test');
    await scene.service.completeMigration(ID);
    await untilStatus(scene.service, 'test', 'available');
  });

  it.each<[GroupSettings['forcedStopEvent'], string]>([
    ['success', 'Complete Migration successful for test'],
    ['failure', 'Complete Migration failed for test'],
    ['none', 'Replication group test created'],
  ])('with Force tells as told: %s', async (forcedStopEvent, text) => {
    await migrate();
    scene.service.configure({ forcedStopEvent });

    await scene.service.completeMigration({ ...ID, Force: true });
    await untilStatus(scene.service, 'test', 'available');

    expect(await lastMessage()).toBe(text);
  });

  it('draws the delay of a promotion anew each time', async () => {
    await migrate();
    const drawn: number[] = [];
    scene.service.configure({ promotionDelayMs: () => drawn.push(1) });

    await scene.service.completeMigration(ID);
    await untilStatus(scene.service, 'test', 'available');

    expect(drawn).toEqual([1]);
  });
});

describe('the switches over what is not documented', () => {
  it('word the events as told', async () => {
    scene.service.configure({ eventWording: 'console', startEvent: true });
    await migrate();
    scene.service.configure({ eventWording: (id, { kind }) => `${id}: ${kind}` });
    await scene.service.completeMigration(ID);
    await untilStatus(scene.service, 'test', 'available');

    expect((await messages(scene.service, 'test')).slice(1)).toEqual([
      'Migration operation succeeded for replication group test.',
      'test: completed',
    ]);
  });

  it('let the event come later than the status', async () => {
    scene.service.configure({ eventDelayMs: 50 });
    await migrate();
    await scene.service.completeMigration(ID);
    await untilStatus(scene.service, 'test', 'available');

    expect(await lastMessage()).toBe('Replication group test created');
    await eventually(async () => (await lastMessage()) === 'Complete Migration successful for test');
  });

  it('show other statuses while testing, migrating and completing', async () => {
    scene.service.configure({
      statusWhileTesting: 'available',
      nodeGroupStatusWhileMigrating: 'modifying',
      statusWhileCompleting: 'migrating',
    });
    const source = await scene.startSource();
    const tested = await scene.service.testMigration({ ...ID, ...at(source) });
    await eventually(async () => (await lastMessage())?.startsWith('Test') === true);
    await migrate();
    const completing = await scene.service.completeMigration(ID);

    expect(tested.ReplicationGroup.Status).toBe('available');
    expect(completing.ReplicationGroup.Status).toBe('migrating');
    expect(completing.ReplicationGroup.NodeGroups?.[0]?.Status).toBe('modifying');
    await untilStatus(scene.service, 'test', 'available');
  });
});
