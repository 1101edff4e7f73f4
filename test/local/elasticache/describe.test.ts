import {
  CreateReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  paginateDescribeCacheParameters,
  paginateDescribeEvents,
  paginateDescribeReplicationGroups,
} from '@aws-sdk/client-elasticache';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../../local/clock.ts';
import { systemClock } from '../../../local/clock.ts';
import { ask, at, eventually, type Scene, setScene, untilStatus } from './harness.ts';

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
});

afterAll(() => scene.end());

const all = async <T>(pages: AsyncIterable<T>): Promise<T[]> => {
  const seen: T[] = [];
  for await (const page of pages) seen.push(page);
  return seen;
};

describe('CreateReplicationGroup', () => {
  it('goes from creating to available, stored in lower case, with the nodes that were asked for', async () => {
    const { ReplicationGroup: created } = await scene.client.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId: 'Orders-2',
        ReplicationGroupDescription: 'orders & more <2>',
        NumCacheClusters: 5,
        AutomaticFailoverEnabled: true,
        MultiAZEnabled: true,
        PreferredCacheClusterAZs: ['us-west-2b'],
      }),
    );
    expect(created).toMatchObject({
      ReplicationGroupId: 'orders-2',
      Status: 'creating',
      Description: 'orders & more <2>',
      MemberClusters: ['orders-2-001', 'orders-2-002', 'orders-2-003', 'orders-2-004', 'orders-2-005'],
    });
    expect(created?.NodeGroups).toBeUndefined();

    await untilStatus(scene.service, 'orders-2', 'available');

    const group = scene.service.group('orders-2');
    expect(group.nodes().map((node) => node.role)).toEqual(['primary', ...Array(4).fill('replica')]);
    expect(
      group
        .nodes()
        .map((node) => node.availabilityZone)
        .slice(0, 2),
    ).toEqual(['us-west-2b', 'us-west-2c']);
    await ask(group.primary(), 'SET', 'a', '1');
    for (const node of group.nodes()) await eventually(async () => (await ask(node, 'GET', 'a')) === '1');
  });

  it('ends as create-failed, with an event, when a node does not start', async () => {
    const [nowhere] = await Promise.allSettled([
      scene.service.createGroup({ id: 'broken', config: { 'no-such-setting': '1' } }),
    ]);

    expect(nowhere.status).toBe('rejected');
    expect(scene.service.group('broken').status).toBe('create-failed');
    const { Events } = await scene.service.describeEvents({ SourceIdentifier: 'broken' });
    expect(Events.map((event) => event.Message)).toEqual(['Failed to create replication group broken']);
  });
});

describe('DescribeReplicationGroups', () => {
  it('pages over all groups, each once', async () => {
    for (const n of Array.from({ length: 23 }, (_, index) => index)) {
      // What is paged are the groups that exist, whatever became of them: no nodes, and no time lost.
      await scene.service.createGroup({ id: `page-${n}`, config: { nonsense: '1' } }).catch(() => undefined);
    }

    const pages = await all(paginateDescribeReplicationGroups({ client: scene.client, pageSize: 20 }, {}));

    const ids = pages.flatMap((page) => page.ReplicationGroups ?? []).map((group) => group.ReplicationGroupId);
    expect(pages.map((page) => page.ReplicationGroups?.length)[0]).toBe(20);
    expect(ids).toEqual(scene.service.groups().map((group) => group.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('finds a group whatever the case of its id', async () => {
    await scene.service.createGroup({ id: 'lower', replicas: 0 });
    const { ReplicationGroups } = await scene.client.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'LOWER' }),
    );

    expect(ReplicationGroups?.[0]?.ReplicationGroupId).toBe('lower');
  });
});

describe('DescribeCacheClusters', () => {
  it('tells what the group does not: version, parameter group, and the nodes if asked', async () => {
    const group = await scene.service.createGroup({ id: 'clusters', replicas: 1, cacheCluster: { NumCacheNodes: 1 } });
    const describeCluster = (ShowCacheNodeInfo: boolean) =>
      scene.client.send(new DescribeCacheClustersCommand({ CacheClusterId: 'clusters-002', ShowCacheNodeInfo }));

    const [plain] = (await describeCluster(false)).CacheClusters ?? [];
    const [full] = (await describeCluster(true)).CacheClusters ?? [];

    expect(plain).toMatchObject({
      ReplicationGroupId: 'clusters',
      Engine: group.server?.flavour,
      EngineVersion: group.server?.version,
      CacheParameterGroup: { CacheParameterGroupName: expect.stringMatching(/^default\.(redis|valkey)\d$/) },
    });
    expect(plain?.CacheNodes).toBeUndefined();
    expect(full?.CacheNodes).toMatchObject([
      { CacheNodeId: '0001', Endpoint: { Address: '127.0.0.1', Port: group.nodes()[1]?.port } },
    ]);
  });

  it('has none that belong to no replication group', async () => {
    const { CacheClusters } = await scene.client.send(
      new DescribeCacheClustersCommand({ ShowCacheClustersNotInReplicationGroups: true }),
    );

    expect(CacheClusters).toEqual([]);
  });
});

describe('what can be overridden while a group lives', () => {
  it('is told by the group and by its clusters, and can be taken back', async () => {
    const group = await scene.service.createGroup({ id: 'moody', replicas: 1 });
    const told = async () => {
      const { ReplicationGroups } = await scene.client.send(
        new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'moody' }),
      );
      const { CacheClusters = [] } = await scene.client.send(
        new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }),
      );
      return {
        group: ReplicationGroups?.[0],
        clusters: CacheClusters.filter(({ ReplicationGroupId }) => ReplicationGroupId === 'moody'),
      };
    };
    const before = await told();
    const [primary, replica] = before.group?.NodeGroups?.[0]?.NodeGroupMembers ?? [];
    const description = {
      Status: 'snapshotting',
      PendingModifiedValues: {
        AutomaticFailoverStatus: 'disabled',
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: 'preferred',
        UserGroups: { UserGroupIdsToAdd: ['them'] },
      },
      GlobalReplicationGroupInfo: { GlobalReplicationGroupId: 'world', GlobalReplicationGroupMemberRole: 'PRIMARY' },
      UserGroupIds: ['us', 'you'],
      MemberClustersOutpostArns: ['arn:aws:outposts:us-west-2:000000000000:outpost/op-1'],
      NodeGroups: [
        {
          NodeGroupId: '0001',
          NodeGroupMembers: [
            { ...primary, PreferredAvailabilityZone: 'us-west-2-lax-1a' },
            { ...replica, PreferredOutpostArn: 'arn:aws:outposts:us-west-2:000000000000:outpost/op-1' },
          ],
        },
      ],
      DataTiering: 'enabled',
      NetworkType: 'dual_stack',
      ClusterMode: 'compatible',
      Durability: 'sync',
      TransitEncryptionMode: 'preferred',
    } as const;
    const everyCluster = {
      PreferredMaintenanceWindow: 'mon:01:00-mon:02:00',
      PendingModifiedValues: { EngineVersion: '7.1', CacheNodeIdsToRemove: ['0001'] },
      CacheParameterGroup: {
        CacheParameterGroupName: 'own',
        ParameterApplyStatus: 'pending-reboot',
        CacheNodeIdsToReboot: ['0001'],
      },
    };
    const oneCluster = {
      CacheClusterStatus: 'rebooting cluster nodes',
      CacheNodes: [{ CacheNodeId: '0001', CacheNodeStatus: 'rebooting' }],
    };

    // biome-ignore lint/suspicious/noExplicitAny: the SDK's types have mutable lists
    const back = group.override(description as any);
    const clustersBack = group.overrideClusters(everyCluster);
    group.overrideClusters(oneCluster, 'moody-002');
    const { group: shown, clusters } = await told();

    expect(shown).toMatchObject(description);
    expect(clusters.map(({ CacheClusterStatus }) => CacheClusterStatus)).toEqual([
      'available',
      'rebooting cluster nodes',
    ]);
    expect(clusters[0]).toMatchObject(everyCluster);
    expect(clusters[1]).toMatchObject({ ...everyCluster, ...oneCluster });
    clustersBack();
    expect((await told()).clusters).toEqual(before.clusters);
    back();
    expect(await told()).toEqual(before);
  });
});

describe('DescribeCacheParameters', () => {
  it("lists the default group with AWS's members, in pages", async () => {
    const pages = await all(
      paginateDescribeCacheParameters(
        { client: scene.client, pageSize: 20 },
        { CacheParameterGroupName: 'default.redis7' },
      ),
    );

    const parameters = pages.flatMap((page) => page.Parameters ?? []);
    const named = (name: string) => parameters.find((parameter) => parameter.ParameterName === name);
    expect(pages.length).toBeGreaterThan(2);
    expect(named('databases')).toMatchObject({
      ParameterValue: '16',
      IsModifiable: true,
      ChangeType: 'requires-reboot',
    });
    expect(named('reserved-memory-percent')).toMatchObject({ ParameterValue: '25', IsModifiable: true });
    expect(named('repl-timeout')).toMatchObject({ ParameterValue: '60', IsModifiable: false });
  });

  it("lists a customer's own group, whose values reach the nodes", async () => {
    scene.service.account.parameterGroups.own = {
      databases: '4',
      'maxmemory-policy': 'noeviction',
      'reserved-memory': '1000',
    };
    const group = await scene.service.createGroup({ id: 'own', replicas: 0, parameterGroup: 'own' });

    const { Parameters } = await scene.client.send(
      new DescribeCacheParametersCommand({ CacheParameterGroupName: 'own', Source: 'user' }),
    );

    expect(Parameters?.map((parameter) => [parameter.ParameterName, parameter.ParameterValue])).toEqual([
      ['databases', '4'],
      ['maxmemory-policy', 'noeviction'],
      ['reserved-memory', '1000'],
    ]);
    expect(await group.primary().command('CONFIG', 'GET', 'databases')).toEqual(['databases', '4']);
  });
});

describe('stale answers', () => {
  afterEach(() => scene.service.configure({ describeStalenessMs: 0 }));

  it('show the world as it was, in the group, its clusters and its events', async () => {
    let offsetMs = 0;
    const clock: Clock = { now: () => Date.now() + offsetMs, after: systemClock.after };
    const stale = await setScene({ clock });
    try {
      await stale.service.createGroup({ id: 'test', replicas: 0 });
      const source = await stale.startSource();
      offsetMs = 10_000;
      await stale.service.startMigration({ ReplicationGroupId: 'test', ...at(source) });
      await untilStatus(stale.service, 'test', 'migrating');
      stale.service.configure({ describeStalenessMs: () => 5000 });
      const status = async () =>
        (await stale.service.describeReplicationGroups({ ReplicationGroupId: 'test' })).ReplicationGroups[0]?.Status;

      expect(await status()).toBe('available');
      offsetMs = 15_500;
      expect(await status()).toBe('migrating');

      stale.service.configure({ describeStalenessMs: 0 });
      expect((await stale.service.describeEvents({ SourceType: 'replication-group' })).Events).toHaveLength(1);
      stale.service.configure({ describeStalenessMs: 60_000 });
      expect((await stale.service.describeEvents({ SourceType: 'replication-group' })).Events).toEqual([]);
    } finally {
      await stale.end();
    }
  });
});

describe('DescribeEvents', () => {
  it('pages over all events of a source type, each once, the newest first', async () => {
    const pages = await all(
      paginateDescribeEvents({ client: scene.client, pageSize: 20 }, { SourceType: 'replication-group' }),
    );

    const events = pages.flatMap((page) => page.Events ?? []);
    const dates = events.map((event) => event.Date?.getTime() ?? 0);
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(events.map((event) => `${event.SourceIdentifier}${event.Message}`)).size).toBe(events.length);
    expect(dates).toEqual(dates.toSorted((one, other) => other - one));
  });
});
