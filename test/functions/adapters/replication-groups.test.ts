import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReplicationGroups } from '../../../functions/replication/ports.ts';
import { type FakeAnswer, type FakeAws, serveAws } from '../support/aws.ts';
import { hearLines } from '../support/figures.ts';
import { SOURCE } from '../support/nodes.ts';

const heard = hearLines();

let aws: FakeAws;
let groups: ReplicationGroups;
const requests: URLSearchParams[] = [];
let answers: FakeAnswer[];
beforeAll(async () => {
  aws = await serveAws(async ({ body }) => {
    requests.push(new URLSearchParams(body.toString()));
    return (answers.length > 1 ? answers.shift() : answers[0]) as FakeAnswer;
  });
  // The clients read the environment when their module is loaded.
  ({ replicationGroups: groups } = await import('../../../functions/adapters/replication-groups.ts'));
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
const member = (id: string, role: string, port = '6379') =>
  `<NodeGroupMember><CacheClusterId>${id}</CacheClusterId><ReadEndpoint><Address>${id}.test</Address>${port && `<Port>${port}</Port>`}</ReadEndpoint><CurrentRole>${role}</CurrentRole></NodeGroupMember>`;
const group = (members: string) =>
  ok(
    'DescribeReplicationGroups',
    `<ReplicationGroups><ReplicationGroup><ReplicationGroupId>test</ReplicationGroupId><Status>migrating</Status><ClusterEnabled>false</ClusterEnabled><NodeGroups><NodeGroup><NodeGroupId>0001</NodeGroupId><NodeGroupMembers>${members}</NodeGroupMembers></NodeGroup></NodeGroups></ReplicationGroup></ReplicationGroups>`,
  );
const event = (at: string, message: string) => `<Event><Message>${message}</Message><Date>${at}</Date></Event>`;

describe('ElastiCache, by the stock client', () => {
  it('is sent exactly what is meant, and Force only to abort', async () => {
    answers = [ok('StartMigration', '')];
    await groups.start('test', SOURCE);
    answers = [ok('CompleteMigration', '')];
    await groups.complete('test');
    await groups.abort('test');

    expect(requests.map((request) => Object.fromEntries(request))).toEqual([
      {
        Action: 'StartMigration',
        Version: '2015-02-02',
        ReplicationGroupId: 'test',
        'CustomerNodeEndpointList.member.1.Address': '10.0.0.5',
        'CustomerNodeEndpointList.member.1.Port': '6379',
      },
      { Action: 'CompleteMigration', Version: '2015-02-02', ReplicationGroupId: 'test' },
      { Action: 'CompleteMigration', Version: '2015-02-02', ReplicationGroupId: 'test', Force: 'true' },
    ]);
  });

  it('describes a group, leaving out a node that has no address', async () => {
    answers = [
      group(member('test-001', 'primary') + member('test-002', 'replica') + member('test-003', 'replica', '')),
    ];

    expect(await groups.describe('test')).toEqual({
      replicationGroupId: 'test',
      status: 'migrating',
      clusterEnabled: false,
      nodeGroups: [
        {
          nodeGroupId: '0001',
          nodes: [
            { cacheClusterId: 'test-001', endpoint: { address: 'test-001.test', port: 6379 }, role: 'primary' },
            { cacheClusterId: 'test-002', endpoint: { address: 'test-002.test', port: 6379 }, role: 'replica' },
          ],
        },
      ],
    });
  });

  it('tells events of all pages, the oldest first', async () => {
    answers = [
      ok('DescribeEvents', `<Marker>m</Marker><Events>${event('2026-01-01T00:00:02Z', 'second')}</Events>`),
      ok('DescribeEvents', `<Events>${event('2026-01-01T00:00:01.500Z', 'first')}</Events>`),
    ];
    const events = await groups.eventsSince('test', Date.now() - 1000);

    expect(events).toEqual([
      { atMs: Date.UTC(2026, 0, 1, 0, 0, 1, 500), message: 'first' },
      { atMs: Date.UTC(2026, 0, 1, 0, 0, 2), message: 'second' },
    ]);
    expect(requests.map((request) => [request.get('SourceType'), request.get('Marker')])).toEqual([
      ['replication-group', null],
      ['replication-group', 'm'],
    ]);
  });

  it('is asked for no events that are older than ElastiCache keeps them', async () => {
    answers = [ok('DescribeEvents', '<Events/>')];
    await groups.eventsSince('test', 0);

    const startedMs = Date.parse(requests[0]?.get('StartTime') ?? '');
    expect(Date.now() - startedMs).toBeLessThan(14 * 24 * 3600 * 1000);
  });

  it.each([
    ['ReplicationGroupNotFoundFault', 404, 'TargetNotFoundError'],
    ['InvalidReplicationGroupState', 400, 'TargetNotAvailableError'],
    ['ReplicationGroupAlreadyUnderMigrationFault', 400, 'TargetAlreadyMigratingError'],
    ['ReplicationGroupNotUnderMigrationFault', 400, 'TargetNotMigratingError'],
    ['InvalidParameterValue', 400, 'TargetRefusedError'],
    ['AccessDenied', 403, 'TargetRefusedError'],
    ['SomethingNew', 400, 'TargetRefusedError'],
    ['Throttling', 400, 'TransientServiceError'],
    ['ServiceUnavailable', 503, 'TransientServiceError'],
    ['InternalFailure', 500, 'TransientServiceError'],
  ])('that answers %s (%i) is named %s, after one attempt', async (code, status, name) => {
    answers = [refused(code, status)];

    await expect(groups.complete('test')).rejects.toMatchObject({ name, message: expect.stringContaining('test') });
    expect(requests).toHaveLength(1);
  });

  it('that throttles is told of at each attempt, also where the client tries again by itself', async () => {
    // The client repeats the first, and not the second.
    answers = [refused('Throttling'), refused('APICallRateForCustomerExceeded')];
    await expect(groups.describe('test')).rejects.toMatchObject({ name: 'TransientServiceError' });

    expect(requests).toHaveLength(2);
    expect(heard.figures()).toEqual([
      ['ElastiCacheThrottles', 1],
      ['ElastiCacheThrottles', 1],
    ]);

    answers = [refused('ServiceUnavailable', 503)];
    await expect(groups.complete('test')).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(heard.figures()).toHaveLength(2);
  });

  it('whose answer is lost may have acted: that is transient, and not sent again here', async () => {
    answers = [ok('StartMigration', '')];
    aws.loseNextAnswer();

    await expect(groups.start('test', SOURCE)).rejects.toMatchObject({ name: 'TransientServiceError' });
    expect(requests).toHaveLength(1);
  });

  it('whose answer nobody can read may have acted: that is no refusal', async () => {
    answers = [{ status: 200, headers: { 'content-type': 'text/xml' }, body: '<StartMigrationResponse><Start' }];

    const { name } = await groups.start('test', SOURCE).then(
      () => ({ name: 'taken' }),
      (error: Error) => error,
    );
    expect(name).not.toMatch(/^Target/);
  });
});
