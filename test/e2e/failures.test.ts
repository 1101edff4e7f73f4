import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, PreflightResult } from '../../functions/migration/preflight.ts';
import type { GroupSettings } from '../../local/elasticache/settings.ts';
import { startRedis } from '../../local/redis/server.ts';
import { at, eventually, type Lab, startLab } from './lab.ts';

const MOST_STALE_MS = 1500;
const AUTOMATIC = { cutover: { mode: 'automatic', fence: 'none' } };

describe('what goes wrong on the way', () => {
  let lab: Lab;
  let sourcePort: number;
  beforeAll(async () => {
    lab = await startLab();
    sourcePort = (await lab.source()).port;
  });
  afterAll(() => lab?.end());

  const failureOf = async (migrationId: string) => {
    const { data } = await lab.announcement(migrationId, 'MigrationFailed');
    return data.failure as { error: string; cause: string };
  };

  /** Until the oldest answer that may come shows the group and its clusters as they are. */
  const untilKnown = async (id: string) => {
    lab.aws.elastiCache.configure({ describeStalenessMs: MOST_STALE_MS }, id);
    await eventually(async () => {
      const { ReplicationGroups } = await lab.aws.elastiCache.describeReplicationGroups({ ReplicationGroupId: id });
      const { CacheClusters } = await lab.aws.elastiCache.describeCacheClusters({});
      const clusters = CacheClusters.filter(({ ReplicationGroupId }) => ReplicationGroupId === id);
      return (
        ReplicationGroups[0]?.Status === 'available' &&
        clusters.length > 0 &&
        clusters.every(({ CacheClusterStatus }) => CacheClusterStatus === 'available')
      );
    });
  };

  /** Of the preflight, which ended this migration: what it found of the check. */
  const blockedBy = async (migrationId: string, id: string): Promise<Finding> => {
    const failure = await failureOf(migrationId);
    expect(failure).toEqual({ error: 'PreflightFailed', cause: expect.stringContaining(id) });
    expect(lab.typesOf(migrationId)).toEqual(['MigrationAccepted', 'MigrationPreflightFailed', 'MigrationFailed']);
    const { preflight } = (await lab.view(migrationId)) as unknown as { preflight: PreflightResult };
    return preflight.findings.find((finding) => finding.id === id) as Finding;
  };

  it('names a replication group that is not there', async () => {
    const { found } = await blockedBy(await lab.start('absent', sourcePort), 'target-not-found');

    expect(found).toContain('absent');
  });

  it('fails on a source that cannot be reached, before StartMigration is called, and gives the lock back', async () => {
    await lab.group('unreached');
    const { found } = await blockedBy(await lab.start('unreached', 1), 'source-unreachable');

    expect(found).toContain('10.0.0.5:1');
    await lab.announcement(await lab.start('unreached', sourcePort, AUTOMATIC), 'MigrationCompleted');
  });

  it('fails with the words of ElastiCache when TestMigration fails, and starts nothing', async () => {
    await lab.group('untested', { testVerdict: 'failure' });
    const migrationId = await lab.start('untested', sourcePort);
    const failure = await failureOf(migrationId);

    expect(failure.error).toBe('ReplicationTestFailedError');
    expect(lab.typesOf(migrationId)).toEqual(['MigrationAccepted', 'MigrationPreflightPassed', 'MigrationFailed']);
    expect(lab.aws.elastiCache.group('untested').status).toBe('available');
  });

  it('leaves a migration alone that somebody else started, and says so', async () => {
    await lab.group('foreign');
    await lab.aws.elastiCache.startMigration({
      ReplicationGroupId: 'foreign',
      CustomerNodeEndpointList: [{ Address: '127.0.0.1', Port: sourcePort }],
    });
    await eventually(async () => lab.aws.elastiCache.group('foreign').status === 'migrating');
    await blockedBy(await lab.start('foreign', sourcePort), 'target-under-migration');

    expect(lab.aws.elastiCache.group('foreign').status).toBe('migrating');
  });

  it.concurrent('fails when ElastiCache promotes the primary back instead of replicating', async () => {
    const dying = await lab.source(10);
    await lab.group('refused', { testVerdict: 'statusOnly', startDelayMs: 400, startAttemptMs: 300 });
    const migrationId = await lab.start('refused', dying.port);
    await lab.announcement(migrationId, 'MigrationStarted');
    await dying.stop();
    const failure = await failureOf(migrationId);

    expect(failure.error).toBe('ReplicationFailedError');
  });

  it.concurrent('notices when somebody else stops the migration', async () => {
    await lab.group('stopped');
    const migrationId = await lab.start('stopped', sourcePort);
    await lab.awaiting(migrationId);
    await lab.aws.elastiCache.completeMigration({ ReplicationGroupId: 'stopped', Force: true });
    const failure = await failureOf(migrationId);

    expect(failure.error).toBe('MigrationEndedElsewhereError');
  });

  it.concurrent('goes on when the answers to StartMigration and CompleteMigration are lost', async () => {
    await lab.group('lossy');
    for (const action of ['TestMigration', 'StartMigration', 'CompleteMigration']) {
      lab.aws.elastiCache.faults.add({ action, kind: 'loseAnswer', times: 1, groupId: 'lossy' });
      lab.aws.elastiCache.faults.add({ action, kind: 'failAfterwards', times: 1, groupId: 'lossy' });
    }
    const migrationId = await lab.start('lossy', sourcePort, AUTOMATIC);
    await lab.announcement(migrationId, 'MigrationCompleted');

    expect(lab.typesOf(migrationId).filter((type) => type === 'MigrationStarted')).toHaveLength(1);
  });

  it.concurrent('goes on through throttling, server faults and lost connections', async () => {
    await lab.group('bumpy');
    for (const kind of [
      'throttle',
      'callRateExceeded',
      'internalFailure',
      'serviceUnavailable',
      'loseRequest',
    ] as const) {
      lab.aws.elastiCache.faults.add({ action: '*', kind, times: 1, groupId: 'bumpy' });
    }
    await lab.announcement(await lab.start('bumpy', sourcePort, AUTOMATIC), 'MigrationCompleted');
  });

  it.concurrent('backs out of a cutover that ElastiCache refuses by an event, and can be asked again', async () => {
    await lab.group('again', { promotion: 'fails' });
    // The other one has replicas of other tests, which would have to be fenced with it.
    const migrationId = await lab.start('again', (await lab.source()).port);
    await lab.awaiting(migrationId);
    await lab.request('POST', `/migrations/${migrationId}/cutover`);
    const backedOut = await lab.announcement(migrationId, 'MigrationCutoverBackedOut');
    await lab.announcement(migrationId, 'MigrationAwaitingCutover', 2);
    lab.aws.elastiCache.configure({ promotion: 'succeeds' }, 'again');
    await eventually(async () => (await lab.view(migrationId)).allowedActions.includes('cutover'));
    await lab.request('POST', `/migrations/${migrationId}/cutover`);
    await lab.announcement(migrationId, 'MigrationCompleted');

    expect(backedOut.data.statusReason).toMatch(/reports/);
  });

  it.concurrent('announces a lost link while it awaits the cutover, refuses a cutover meanwhile, and goes on when it is back', async () => {
    const source = await lab.source(100);
    await lab.group('flaky');
    const migrationId = await lab.start('flaky', source.port, {
      customerNodeEndpointList: at(source.port),
    });
    await lab.awaiting(migrationId);

    await source.stop();
    await lab.announcement(migrationId, 'MigrationLinkLost');
    const lost = await lab.view(migrationId);
    const refused = await lab.request('POST', `/migrations/${migrationId}/cutover`);
    const again = await startRedis({ port: source.port });
    await lab.announcement(migrationId, 'MigrationLinkRestored');
    await eventually(async () => (await lab.view(migrationId)).allowedActions.includes('cutover'));
    await lab.request('POST', `/migrations/${migrationId}/cutover`);
    await lab.announcement(migrationId, 'MigrationCompleted');
    await again.stop();

    expect(lost).toMatchObject({ status: 'syncing', phase: 'linkLost', allowedActions: ['abort'] });
    expect(refused.status).toBe(409);
  });

  it.each<[string, Partial<GroupSettings>]>([
    ['no event tells the verdict of the test', { testVerdict: 'statusOnly' }],
    ['the status stays available while testing', { statusWhileTesting: 'available' }],
    ['the status stays migrating while completing', { statusWhileCompleting: 'migrating' }],
    ['the node group has the status migrating', { nodeGroupStatusWhileMigrating: 'migrating' }],
    ["the events have the console's wording", { eventWording: 'console' }],
    ['a start is told by an event', { startEvent: true }],
    ['describe answers are seconds old', { describeStalenessMs: () => Math.random() * MOST_STALE_MS }],
    ['the source is checked at once', { sourceValidation: 'synchronous' }],
    ['a promotion takes its time', { promotionDelayMs: 2500, completeDelayMs: 500 }],
  ])('completes when %s', async (_, settings) => {
    const id = `switch-${Object.keys(settings)[0]?.toLowerCase()}`;
    await lab.group(id);
    if (settings.describeStalenessMs) await untilKnown(id);
    lab.aws.elastiCache.configure(settings, id);
    const migrationId = await lab.start(id, sourcePort, AUTOMATIC);
    await lab.announcement(migrationId, 'MigrationCompleted');

    expect((await lab.view(migrationId)).cutover).not.toHaveProperty('backOuts');
    expect(lab.typesOf(migrationId)).toEqual([
      'MigrationAccepted',
      'MigrationPreflightPassed',
      'MigrationStarted',
      'MigrationInSync',
      'MigrationVerified',
      'MigrationCutoverStarted',
      'MigrationPromoted',
      'MigrationCompleted',
    ]);
  });
});
