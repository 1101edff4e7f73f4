import {
  CompleteMigrationCommand,
  DeleteReplicationGroupCommand,
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  DescribeEventsCommand,
  DescribeReplicationGroupsCommand,
  InvalidParameterValueException,
  InvalidReplicationGroupStateFault,
  StartMigrationCommand,
  TestMigrationCommand,
} from '@aws-sdk/client-elasticache';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GroupOptions } from '../../../local/elasticache/replication-group.ts';
import { defaultSettings, noDelays } from '../../../local/elasticache/settings.ts';
import { DOCUMENTED, refusal, type Scene, setScene, untilStatus } from './harness.ts';

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
  await scene.service.createGroup({ id: 'test', replicas: 1 });
});

afterAll(() => scene.end());

afterEach(() => {
  scene.service.configure({ ...defaultSettings, ...noDelays });
});

/** Any command of the client, whose own type wants to know which. */
const send = (command: object): Promise<unknown> => scene.client.send(command as DescribeEventsCommand);

const endpoints = (...list: { Address?: string; Port?: number }[]) => ({
  ReplicationGroupId: 'test',
  CustomerNodeEndpointList: list,
});

describe.each([
  ['StartMigration', StartMigrationCommand],
  ['TestMigration', TestMigrationCommand],
])('%s refuses', (_, Command) => {
  it.each([
    ['no parameters at all', {}, 'MissingParameter 400'],
    [
      'an unknown group',
      { ...endpoints(DOCUMENTED), ReplicationGroupId: 'nobody' },
      'ReplicationGroupNotFoundFault 404',
    ],
    ['no list', { ReplicationGroupId: 'test' }, 'InvalidParameterValue 400'],
    ['an empty list', endpoints(), 'InvalidParameterValue 400'],
    ['two endpoints', endpoints(DOCUMENTED, DOCUMENTED), 'InvalidParameterValue 400'],
    ['an endpoint without an address', endpoints({ Port: 6379 }), 'InvalidParameterValue 400'],
    ['an endpoint without a port', endpoints({ Address: 'host' }), 'InvalidParameterValue 400'],
    ['port 0', endpoints({ Address: 'host', Port: 0 }), 'InvalidParameterValue 400'],
    ['port 65536', endpoints({ Address: 'host', Port: 65_536 }), 'InvalidParameterValue 400'],
  ])('%s', async (_case, input, expected) => {
    expect(await refusal(send(new Command(input as never)))).toBe(expected);
  });

  it.each<[string, NonNullable<GroupOptions['description']>]>([
    ['in-transit encryption', { TransitEncryptionEnabled: true }],
    ['AUTH', { AuthTokenEnabled: true }],
    ['no Multi-AZ', { MultiAZ: 'disabled' }],
    ['no automatic failover', { AutomaticFailover: 'disabled' }],
    ['data tiering', { DataTiering: 'enabled' }],
    ['a node type with data tiering', { CacheNodeType: 'cache.r6gd.xlarge' }],
    ['a global datastore', { GlobalReplicationGroupInfo: { GlobalReplicationGroupId: 'ldgnf-one' } }],
  ])('a target with %s', async (_case, description) => {
    const group = scene.service.group('test');
    const before = group.options;
    group.override(description);
    try {
      expect(await refusal(send(new Command(endpoints(DOCUMENTED))))).toBe('InvalidParameterValue 400');
    } finally {
      group.options = before;
    }
  });
});

describe('the states of a migration', () => {
  it('are told apart by error', async () => {
    const source = await scene.startSource();
    const at = endpoints({ Address: source.host, Port: source.port });
    const complete = (Force?: boolean) =>
      refusal(send(new CompleteMigrationCommand({ ReplicationGroupId: 'test', ...(Force ? { Force } : {}) })));

    expect(await complete()).toBe('ReplicationGroupNotUnderMigrationFault 400');
    expect(await complete(true)).toBe('ReplicationGroupNotUnderMigrationFault 400');

    scene.service.configure({ testDelayMs: 60_000 });
    await scene.service.createGroup({ id: 'tested', replicas: 0 });
    await scene.service.testMigration({ ...at, ReplicationGroupId: 'tested' });
    for (const Command of [StartMigrationCommand, TestMigrationCommand]) {
      const second = send(new Command({ ...at, ReplicationGroupId: 'tested' }));
      expect(await refusal(second)).toBe('InvalidReplicationGroupState 400');
    }

    scene.service.configure({ startDelayMs: 100 });
    await scene.service.startMigration(at);
    for (const Command of [StartMigrationCommand, TestMigrationCommand]) {
      expect(await refusal(send(new Command(at)))).toBe('ReplicationGroupAlreadyUnderMigrationFault 400');
    }
    expect(await complete()).toBe('InvalidReplicationGroupState 400');
    await untilStatus(scene.service, 'test', 'migrating');
    expect(await refusal(send(new StartMigrationCommand(at)))).toBe('ReplicationGroupAlreadyUnderMigrationFault 400');
    expect(await refusal(send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'test' })))).toBe(
      'InvalidReplicationGroupState 400',
    );
    await scene.service.completeMigration({ ReplicationGroupId: 'test', Force: true });
    await untilStatus(scene.service, 'test', 'available');
  });

  it('reach SDK clients as the classes of the model, whose names differ from the wire', async () => {
    const bad = send(new StartMigrationCommand(endpoints()));
    const wrongState = send(new DeleteReplicationGroupCommand({ ReplicationGroupId: 'tested' }));

    await expect(bad).rejects.toBeInstanceOf(InvalidParameterValueException);
    await expect(wrongState).rejects.toBeInstanceOf(InvalidReplicationGroupStateFault);
  });
});

describe('the Describe calls refuse', () => {
  const marker = Buffer.from('["groups/","nobody"]').toString('base64url');

  it.each([
    [
      'an unknown group',
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'no' }),
      'ReplicationGroupNotFoundFault 404',
    ],
    ['too few records', new DescribeReplicationGroupsCommand({ MaxRecords: 19 }), 'InvalidParameterValue 400'],
    ['too many records', new DescribeReplicationGroupsCommand({ MaxRecords: 101 }), 'InvalidParameterValue 400'],
    ['no marker of theirs', new DescribeReplicationGroupsCommand({ Marker: 'page2' }), 'InvalidParameterValue 400'],
    ['a marker of nothing', new DescribeReplicationGroupsCommand({ Marker: marker }), 'InvalidParameterValue 400'],
    [
      "another request's marker",
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'test', Marker: marker }),
      'InvalidParameterCombination 400',
    ],
    ['an unknown cluster', new DescribeCacheClustersCommand({ CacheClusterId: 'no' }), 'CacheClusterNotFound 404'],
    ['too few clusters', new DescribeCacheClustersCommand({ MaxRecords: 1 }), 'InvalidParameterValue 400'],
    [
      "a group's marker for clusters",
      new DescribeCacheClustersCommand({ Marker: marker }),
      'InvalidParameterCombination 400',
    ],
    [
      'an unknown parameter group',
      new DescribeCacheParametersCommand({ CacheParameterGroupName: 'no' }),
      'CacheParameterGroupNotFound 404',
    ],
    ['no parameter group', new DescribeCacheParametersCommand({} as never), 'MissingParameter 400'],
    [
      'an unknown source of parameters',
      new DescribeCacheParametersCommand({ CacheParameterGroupName: 'default.redis7', Source: 'me' }),
      'InvalidParameterValue 400',
    ],
    [
      "a group's marker for parameters",
      new DescribeCacheParametersCommand({ CacheParameterGroupName: 'default.redis7', Marker: marker }),
      'InvalidParameterCombination 400',
    ],
    [
      'an unknown source type',
      new DescribeEventsCommand({ SourceType: 'cluster' as never }),
      'InvalidParameterValue 400',
    ],
    ['a duration of more than 14 days', new DescribeEventsCommand({ Duration: 20_161 }), 'InvalidParameterValue 400'],
    [
      'a window that ends before it begins',
      new DescribeEventsCommand({ StartTime: new Date(2), EndTime: new Date(1) }),
      'InvalidParameterCombination 400',
    ],
    [
      'a window with a duration',
      new DescribeEventsCommand({ StartTime: new Date(1), EndTime: new Date(2), Duration: 1 }),
      'InvalidParameterCombination 400',
    ],
  ])('%s', async (_, command, expected) => {
    expect(await refusal(send(command as never))).toBe(expected);
  });
});

describe('the protocol refuses', () => {
  const post = async (body: string): Promise<string> => {
    const response = await fetch(scene.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    });
    return `${/<Code>(.*)<\/Code>/.exec(await response.text())?.[1]} ${response.status}`;
  };

  it.each([
    ['no action', 'Version=2015-02-02', 'MissingAction 400'],
    ['an action that is not played', 'Action=RebootCacheCluster', 'InvalidAction 400'],
    ['the name of a method of its objects', 'Action=constructor', 'InvalidAction 400'],
    [
      'a port that is no number',
      `Action=StartMigration&ReplicationGroupId=test&CustomerNodeEndpointList.member.1.Port=abc`,
      'InvalidParameterValue 400',
    ],
    [
      'a list of the wrong items',
      'Action=StartMigration&ReplicationGroupId=test&CustomerNodeEndpointList.CustomerNodeEndpoint.1.Port=1',
      'InvalidParameterValue 400',
    ],
    [
      'a Force that is neither true nor false',
      'Action=CompleteMigration&ReplicationGroupId=test&Force=yes',
      'InvalidParameterValue 400',
    ],
    [
      'a parameter that the action does not have',
      'Action=StartMigration&ReplicationGroupId=test&ServerlessCacheName=x',
      'InvalidParameterCombination 400',
    ],
    ['a prototype', 'Action=StartMigration&ReplicationGroupId=test&__proto__.x=1', 'InvalidParameterCombination 400'],
  ])('%s', async (_, body, expected) => {
    expect(await post(body)).toBe(expected);
  });
});
