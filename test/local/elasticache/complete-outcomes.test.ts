import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupSettings } from '../../../local/elasticache/settings.ts';
import { ask, at, eventually, messages, type Scene, setScene, untilStatus } from './harness.ts';

/* How a migration may end, and the switches over what AWS leaves open. */

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
