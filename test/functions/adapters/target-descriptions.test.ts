import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TargetDescriptions, Unread } from '../../../functions/preflight/ports.ts';
import { type FakeAnswer, type FakeAws, serveAws } from '../support/aws.ts';

let aws: FakeAws;
let target: TargetDescriptions;
const requests: Record<string, string>[] = [];
let answers: FakeAnswer[];
beforeAll(async () => {
  aws = await serveAws(async ({ body }) => {
    requests.push(Object.fromEntries(new URLSearchParams(body.toString())));
    return (answers.length > 1 ? answers.shift() : answers[0]) as FakeAnswer;
  });
  // The clients read the environment when their module is loaded.
  ({ targetDescriptions: target } = await import('../../../functions/adapters/target-descriptions.ts'));
});
afterAll(() => aws.close());
beforeEach(() => {
  requests.length = 0;
});

const ok = (operation: string, content: string): FakeAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<${operation}Response xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><${operation}Result>${content}</${operation}Result></${operation}Response>`,
});
const refused = (code: string, status = 400): FakeAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>because</Message></Error></ErrorResponse>`,
});
const group = (content: string) =>
  ok(
    'DescribeReplicationGroups',
    `<ReplicationGroups><ReplicationGroup>${content}</ReplicationGroup></ReplicationGroups>`,
  );
const member = (id: string, role: string, more = '') =>
  `<NodeGroupMember><CacheClusterId>${id}</CacheClusterId><ReadEndpoint><Address>${id}.test</Address><Port>6379</Port></ReadEndpoint><CurrentRole>${role}</CurrentRole>${more}</NodeGroupMember>`;
const nodeGroup = (members: string) =>
  `<NodeGroups><NodeGroup><NodeGroupId>0001</NodeGroupId><NodeGroupMembers>${members}</NodeGroupMembers></NodeGroup></NodeGroups>`;
const cluster = (content: string) =>
  ok('DescribeCacheClusters', `<CacheClusters><CacheCluster>${content}</CacheCluster></CacheClusters>`);
const parameters = (names: string[], marker = '') =>
  ok(
    'DescribeCacheParameters',
    `${marker && `<Marker>${marker}</Marker>`}<Parameters>${names.map((name) => `<Parameter><ParameterName>${name}</ParameterName><ParameterValue>value of ${name}</ParameterValue></Parameter>`).join('')}<Parameter><ParameterName>unset</ParameterName></Parameter></Parameters>`,
  );

describe('A group is told', () => {
  it('by what little it has, with the documented sample’s empty members', async () => {
    answers = [group('<Status>creating</Status><GlobalReplicationGroupInfo/><PendingModifiedValues/>')];

    expect(await target.group('test')).toEqual({
      status: 'creating',
      clusterEnabled: false,
      transitEncryptionEnabled: false,
      authTokenEnabled: false,
      userGroupIds: [],
      snapshotRetentionLimit: 0,
      pendingChanges: [],
      outpostArns: [],
      memberClusters: [],
      nodes: [],
    });
    expect(requests).toEqual([
      { Action: 'DescribeReplicationGroups', Version: '2015-02-02', ReplicationGroupId: 'test' },
    ]);
  });

  it('by all that it has', async () => {
    answers = [
      group(
        [
          '<Status>available</Status><ClusterEnabled>true</ClusterEnabled><ClusterMode>compatible</ClusterMode>',
          '<MultiAZ>enabled</MultiAZ><AutomaticFailover>enabling</AutomaticFailover>',
          '<TransitEncryptionEnabled>true</TransitEncryptionEnabled><TransitEncryptionMode>required</TransitEncryptionMode>',
          '<AuthTokenEnabled>true</AuthTokenEnabled><UserGroupIds><member>users</member></UserGroupIds>',
          '<DataTiering>enabled</DataTiering><CacheNodeType>cache.r6gd.xlarge</CacheNodeType><NetworkType>dual_stack</NetworkType>',
          '<GlobalReplicationGroupInfo><GlobalReplicationGroupId>world</GlobalReplicationGroupId></GlobalReplicationGroupInfo>',
          '<Durability>default</Durability><EffectiveDurability>sync</EffectiveDurability><Engine>valkey</Engine>',
          '<SnapshotRetentionLimit>3</SnapshotRetentionLimit><SnapshotWindow>07:30-08:30</SnapshotWindow>',
          '<PendingModifiedValues><PrimaryClusterId>test-002</PrimaryClusterId><Resharding/><TransitEncryptionEnabled>false</TransitEncryptionEnabled><LogDeliveryConfigurations/></PendingModifiedValues>',
          '<MemberClustersOutpostArns><ReplicationGroupOutpostArn>arn:a</ReplicationGroupOutpostArn></MemberClustersOutpostArns>',
          '<MemberClusters><ClusterId>test-001</ClusterId><ClusterId>test-002</ClusterId><ClusterId>test-004</ClusterId></MemberClusters>',
          nodeGroup(
            member('test-001', 'primary', '<PreferredAvailabilityZone>us-west-2a</PreferredAvailabilityZone>') +
              member('test-002', 'replica', '<PreferredOutpostArn>arn:b</PreferredOutpostArn>') +
              '<NodeGroupMember><CacheClusterId>test-003</CacheClusterId></NodeGroupMember>',
          ),
        ].join(''),
      ),
    ];

    expect(await target.group('test')).toEqual({
      status: 'available',
      clusterEnabled: true,
      clusterMode: 'compatible',
      multiAz: 'enabled',
      automaticFailover: 'enabling',
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      authTokenEnabled: true,
      userGroupIds: ['users'],
      dataTiering: 'enabled',
      cacheNodeType: 'cache.r6gd.xlarge',
      networkType: 'dual_stack',
      globalReplicationGroupId: 'world',
      durability: 'sync',
      engine: 'valkey',
      snapshotRetentionLimit: 3,
      snapshotWindow: '07:30-08:30',
      pendingChanges: ['PrimaryClusterId', 'Resharding', 'TransitEncryptionEnabled'],
      outpostArns: ['arn:a', 'arn:b'],
      memberClusters: ['test-001', 'test-002', 'test-004'],
      nodes: [
        {
          nodeGroupId: '0001',
          cacheClusterId: 'test-001',
          endpoint: { address: 'test-001.test', port: 6379 },
          role: 'primary',
          availabilityZone: 'us-west-2a',
        },
        {
          nodeGroupId: '0001',
          cacheClusterId: 'test-002',
          endpoint: { address: 'test-002.test', port: 6379 },
          role: 'replica',
          outpostArn: 'arn:b',
        },
      ],
    });
  });

  it('to be absent, which is no fault', async () => {
    answers = [refused('ReplicationGroupNotFoundFault', 404)];

    expect(await target.group('test')).toBeUndefined();
  });

  it.each([
    ['AccessDenied', 403, 'TargetRefusedError'],
    ['InternalFailure', 500, 'TransientServiceError'],
  ])('not at all, when the answer is %s (%i): that is %s', async (code, status, name) => {
    answers = [refused(code, status)];

    await expect(target.group('test')).rejects.toMatchObject({ name, message: expect.stringContaining('test') });
  });
});

describe('Clusters are told', () => {
  it('one by one with their nodes, in the order in which they are asked for', async () => {
    answers = [
      cluster(
        '<CacheClusterStatus>available</CacheClusterStatus><Engine>redis</Engine><EngineVersion>7.1.0</EngineVersion><PreferredMaintenanceWindow>sun:09:00-sun:10:00</PreferredMaintenanceWindow><CacheParameterGroup><CacheParameterGroupName>mine</CacheParameterGroupName><ParameterApplyStatus>pending-reboot</ParameterApplyStatus></CacheParameterGroup><CacheNodes><CacheNode><CacheNodeStatus>rebooting</CacheNodeStatus></CacheNode></CacheNodes>',
      ),
    ];
    const described = {
      status: 'available',
      engine: 'redis',
      engineVersion: '7.1.0',
      parameterGroup: 'mine',
      parameterApplyStatus: 'pending-reboot',
      maintenanceWindow: 'sun:09:00-sun:10:00',
      nodeStatuses: ['rebooting'],
    };

    expect(await target.clusters(['test-001', 'test-002'])).toEqual([
      { cacheClusterId: 'test-001', ...described },
      { cacheClusterId: 'test-002', ...described },
    ]);
    expect(requests.map(({ CacheClusterId, ShowCacheNodeInfo }) => [CacheClusterId, ShowCacheNodeInfo]).sort()).toEqual(
      [
        ['test-001', 'true'],
        ['test-002', 'true'],
      ],
    );
  });

  it.each([
    ['is not known any more', refused('CacheClusterNotFound', 404)],
    ['may not be described', refused('AccessDenied', 403)],
    ['is not shown', ok('DescribeCacheClusters', '<CacheClusters/>')],
  ])('unread when one %s', async (_, answer) => {
    answers = [answer];

    await expect(target.clusters(['test-001'])).rejects.toThrow(Unread);
    await expect(target.clusters(['test-001'])).rejects.toThrow(/test-001/);
  });

  it('with a fault that may pass when ElastiCache is at fault', async () => {
    answers = [refused('ServiceUnavailable', 503)];

    await expect(target.clusters(['test-001'])).rejects.toMatchObject({ name: 'TransientServiceError' });
  });
});

describe('Parameters are told', () => {
  it('from all pages, as far as they have a value', async () => {
    answers = [parameters(['databases'], 'm'), parameters(['maxmemory-policy'])];

    expect([...(await target.parameters('mine'))]).toEqual([
      ['databases', 'value of databases'],
      ['maxmemory-policy', 'value of maxmemory-policy'],
    ]);
    expect(requests.map(({ CacheParameterGroupName, Marker }) => [CacheParameterGroupName, Marker])).toEqual([
      ['mine', undefined],
      ['mine', 'm'],
    ]);
  });

  it('from no page more than a group can have', async () => {
    answers = [parameters(['databases'], 'again')];

    expect([...(await target.parameters('mine'))]).toHaveLength(1);
    expect(requests.length).toBeLessThan(50);
  });

  it('unread when they may not be described', async () => {
    answers = [refused('AccessDenied', 403)];

    await expect(target.parameters('mine')).rejects.toThrow(
      new Unread('DescribeCacheParameters of parameter group mine was refused: AccessDenied: because'),
    );
  });
});
