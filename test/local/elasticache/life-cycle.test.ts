import {
  CompleteMigrationCommand,
  DescribeReplicationGroupsCommand,
  StartMigrationCommand,
  TestMigrationCommand,
} from '@aws-sdk/client-elasticache';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, at, DOCUMENTED, eventually, messages, type Scene, setScene, untilStatus } from './harness.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await setScene();
});

afterEach(() => scene.end());

const statusOf = async (id: string): Promise<string | undefined> =>
  (await scene.client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id }))).ReplicationGroups?.[0]
    ?.Status;

/** A group `test` with two replicas, and a source with some data. */
const stage = async () => {
  const [group, source] = await Promise.all([scene.service.createGroup({ id: 'test' }), scene.startSource()]);
  await ask(source, 'MSET', 'a', '1', 'b', '2');
  return { group, source, nodes: group.nodes() };
};

describe('the life cycle of a migration', () => {
  it('tests, starts, replicates to every node, completes, and leaves a group that takes writes', async () => {
    const { source, nodes, group } = await stage();

    const tested = await scene.client.send(new TestMigrationCommand({ ReplicationGroupId: 'test', ...at(source) }));
    expect(tested.ReplicationGroup?.Status).toBe('modifying');
    await eventually(async () => (await statusOf('test')) === 'available');

    const started = await scene.client.send(new StartMigrationCommand({ ReplicationGroupId: 'test', ...at(source) }));
    expect(started.ReplicationGroup).toMatchObject({ Status: 'modifying', PendingModifiedValues: {} });
    await eventually(async () => (await statusOf('test')) === 'migrating');
    for (const node of nodes) await eventually(async () => (await ask(node, 'GET', 'b')) === '2');
    await expect(ask(group.primary(), 'SET', 'c', '3')).rejects.toThrow(/READONLY/);

    await ask(source, 'SET', 'late', 'yes');
    const completed = await scene.client.send(new CompleteMigrationCommand({ ReplicationGroupId: 'test' }));
    expect(completed.ReplicationGroup?.Status).toBe('modifying');
    await eventually(async () => (await statusOf('test')) === 'available');

    expect(await ask(group.primary(), 'GET', 'late')).toBe('yes');
    await ask(group.primary(), 'SET', 'c', '3');
    for (const node of nodes) await eventually(async () => (await ask(node, 'GET', 'c')) === '3');
    expect(await ask(source, 'GET', 'c')).toBeNull();
    expect(await messages(scene.service, 'test')).toEqual([
      'Replication group test created',
      'Test Migration successful for test',
      'Complete Migration successful for test',
    ]);
  });

  it('chains as AWS does: the primary follows the source, the other nodes follow their primary', async () => {
    const { source, nodes } = await stage();
    await scene.service.startMigration({ ReplicationGroupId: 'test', ...at(source) });
    await untilStatus(scene.service, 'test', 'migrating');

    const masters = await Promise.all(nodes.map(async (node) => (await node.replication()).master_port));

    const [primary] = nodes;
    expect(masters).toEqual([source.port, primary?.port, primary?.port].map(String));
  });

  it('never offers the source any credentials', async () => {
    const { source } = await stage();
    await scene.service.startMigration({ ReplicationGroupId: 'test', ...at(source) });
    await eventually(
      async () => (await scene.service.group('test').primary().replication()).master_link_status === 'up',
    );

    expect(await ask(source, 'ACL', 'LOG')).toEqual([]);
    expect(await scene.service.group('test').primary().command('CONFIG', 'GET', 'masterauth')).toEqual([
      'masterauth',
      '',
    ]);
  });

  it('reaches the documented source address by an alias', async () => {
    const { source } = await stage();
    scene.service.aliases.set(`${DOCUMENTED.Address}:${DOCUMENTED.Port}`, source);

    await scene.service.startMigration({ ReplicationGroupId: 'test', CustomerNodeEndpointList: [DOCUMENTED] });
    await untilStatus(scene.service, 'test', 'migrating');

    await eventually(async () => (await ask(scene.service.group('test').primary(), 'GET', 'a')) === '1');
  });

  it('reaches a source at a private address whose every port an alias leads to this machine', async () => {
    const { source } = await stage();
    scene.service.aliases.set('10.0.0.5:*', { host: '127.0.0.1', port: '*' });

    await scene.service.startMigration({
      ReplicationGroupId: 'test',
      CustomerNodeEndpointList: [{ Address: '10.0.0.5', Port: source.port }],
    });
    await untilStatus(scene.service, 'test', 'migrating');

    await eventually(async () => (await ask(scene.service.group('test').primary(), 'GET', 'a')) === '1');
  });

  it('stops at once with Force, and keeps what had been copied', async () => {
    const { source, group } = await stage();
    scene.service.configure({ promotionDelayMs: 60_000 });
    await scene.service.startMigration({ ReplicationGroupId: 'test', ...at(source) });
    await untilStatus(scene.service, 'test', 'migrating');
    await eventually(async () => (await ask(group.primary(), 'GET', 'a')) === '1');
    source.kill();

    await scene.service.completeMigration({ ReplicationGroupId: 'test', Force: true });
    await untilStatus(scene.service, 'test', 'available');

    await ask(group.primary(), 'SET', 'writable', 'yes');
    expect(await ask(group.primary(), 'GET', 'a')).toBe('1');
  });

  it('can migrate again afterwards', async () => {
    const { source } = await stage();
    for (const force of [true, false]) {
      await scene.service.startMigration({ ReplicationGroupId: 'test', ...at(source) });
      await untilStatus(scene.service, 'test', 'migrating');
      const link = scene.service.group('test').primary();
      await eventually(async () => (await link.replication()).master_link_status === 'up');
      await scene.service.completeMigration({ ReplicationGroupId: 'test', Force: force });
      await untilStatus(scene.service, 'test', 'available');
    }
  });
});
