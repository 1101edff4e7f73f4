import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupSettings } from '../../local/elasticache/settings.ts';
import type { RedisProcess } from '../../local/redis/server.ts';
import { at, eventually, type Lab, startLab, type View } from './lab.ts';

/** Everything that a function writes. */
const lines: string[] = [];
const DIALLED = 'a server was to be dialled in API-only mode';
const dials = () => lines.filter((line) => line.includes(DIALLED));

interface Begun {
  source: RedisProcess;
  migrationId: string;
}

let lab: Lab;
let whole: Begun;
/** No event ever speaks of its migration. */
let silent: Begun;
beforeAll(async () => {
  lab = await startLab({
    parameters: {
      VpcSubnetIds: '',
      VpcSecurityGroupIds: '',
      LinkMetricDatapoints: '2',
      PromotionBudgetSeconds: '4',
      PollMilliseconds: '500',
      LookAtLinkSeconds: '3',
      WatchSeconds: '20',
      ActingTaskSeconds: '5',
    },
    cloudWatch: { periodMs: 1000 },
    // ElastiCache writes a datapoint a minute; a test does not wait for that.
    lambda: { logs: ({ line }) => lines.push(line), env: { LINK_METRIC_PERIOD_SECONDS: '1' } },
  });
  // Both wait for CloudWatch's next datapoints most of the time.
  [whole, silent] = await Promise.all([
    begin('whole'),
    begin('silent', { eventWording: (id) => `Something happened to ${id}` }),
  ]);
});
afterAll(() => lab?.end());

const WORD = { verification: { mode: 'none' }, cutover: { mode: 'manual', fence: 'none' } };
const post = (replicationGroupId: string, port: number, more: object) =>
  lab.request('POST', '/migrations', { replicationGroupId, customerNodeEndpointList: at(port), ...more });
const begin = async (group: string, settings: Partial<GroupSettings> = {}): Promise<Begun> => {
  const [source] = await Promise.all([lab.source(200), lab.group(group, settings)]);
  const { status, body } = await post(group, source.port, WORD);
  expect([status, body]).toEqual([202, expect.anything()]);
  return { source, migrationId: body.migrationId as string };
};
const cutOver = (migrationId: string) =>
  lab.request('POST', `/migrations/${migrationId}/cutover`, {
    reason: 'the writers are stopped, by INFO all is applied',
  });
const mode = (view: View) => (view.guarantees as { mode: string }).mode;

describe('a stack without a VPC', () => {
  it('refuses what it cannot do, both at once, with the text to add', async () => {
    const { status, body } = await post('refused', 6379, {});

    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'not-in-reach', type: 'docs/errors.md#not-in-reach' });
    expect(body.violations).toEqual([
      { pointer: '/verification/mode', detail: expect.stringContaining('"verification": {"mode": "none"}') },
      { pointer: '/cutover/fence', detail: expect.stringContaining('"fence": "none"') },
    ]);
    const { body: automatic } = await post('refused', 6379, { ...WORD, cutover: { mode: 'automatic', fence: 'none' } });
    expect(automatic.violations).toEqual([{ pointer: '/cutover/mode', detail: expect.stringContaining('manual') }]);
  });

  it('migrates by the metric and the events, tells a lost link, and certifies nothing', async () => {
    const { source, migrationId } = whole;
    const awaiting = await lab.awaiting(migrationId);

    expect(awaiting.statusReason).toMatch(
      /^MasterLinkHealthStatus of whole-001 was 1 in each of the last 2 periods of 1 s/,
    );
    expect(awaiting.waitingFor).toContain(`redis-cli -h 10.0.0.5 -p ${source.port} INFO replication`);
    expect(awaiting.allowedActions).toEqual(['cutover', 'abort']);
    expect(mode(awaiting)).toBe('api-only');
    expect(Object.keys(awaiting.progress as object).sort()).toEqual(['asOf', 'percent']);
    const { findings } = awaiting.preflight as { findings: { id: string; severity: string; found: string }[] };
    const [unread] = findings.filter(({ id }) => id.startsWith('unread-') || id.startsWith('source-'));
    expect(unread).toMatchObject({ id: 'unread-servers', severity: 'warning' });
    expect(unread?.found).toContain('target-holds-data');
    expect(findings.filter(({ severity }) => severity === 'blocking')).toEqual([]);

    await source.stop();
    const lost = await lab.announcement(migrationId, 'MigrationLinkLost');
    expect(lost.data.statusReason).toMatch(/^MasterLinkHealthStatus of whole-001 was 0 at /);
    expect((await cutOver(migrationId)).status).toBe(409);
    await lab.source(200, {}, source.port);
    await lab.announcement(migrationId, 'MigrationAwaitingCutover', 2);

    const asked = await eventually(async () => {
      const withoutWord = await lab.request('POST', `/migrations/${migrationId}/cutover`);
      return withoutWord.status !== 409 && withoutWord;
    });
    expect([asked.status, asked.body.violations]).toEqual([
      400,
      [{ pointer: '/reason', detail: expect.stringContaining('writers') }],
    ]);
    expect((await cutOver(migrationId)).status).toBe(202);
    const promoted = await lab.announcement(migrationId, 'MigrationPromoted');
    expect(promoted.data).toMatchObject({
      statusReason: expect.stringContaining('Complete Migration successful for whole'),
      certificate: null,
      positions: [],
      guarantees: { mode: 'api-only', lacks: expect.arrayContaining([expect.stringContaining('not compared')]) },
      shards: [{ nodeGroupId: '0001', primary: expect.anything() }],
    });
    await lab.announcement(migrationId, 'MigrationCompleted');
    const ended = await lab.view(migrationId);
    expect(ended).toMatchObject({ outcome: 'completed', allowedActions: [] });
    expect(ended.cutover).not.toHaveProperty('certificate');
    expect(lab.typesOf(migrationId)).toEqual([
      'MigrationAccepted',
      'MigrationPreflightPassed',
      'MigrationStarted',
      'MigrationInSync',
      'MigrationAwaitingCutover',
      'MigrationLinkLost',
      'MigrationLinkRestored',
      'MigrationAwaitingCutover',
      'MigrationCutoverStarted',
      'MigrationPromoted',
      'MigrationCompleted',
    ]);
    expect(dials()).toEqual([]);
  });

  it('is in doubt about a promotion of which no event tells, until an operator confirms it', async () => {
    const { migrationId } = silent;
    await lab.awaiting(migrationId);
    await cutOver(migrationId);
    const doubt = await lab.announcement(migrationId, 'MigrationPromotionInDoubt');

    expect(doubt.data.statusReason).toContain('no event of ElastiCache tells the end');
    expect((await lab.view(migrationId)).allowedActions).toEqual(['confirm', 'unfence']);
    await lab.request('POST', `/migrations/${migrationId}/confirm`, { reason: 'INFO says master, with all keys' });
    await lab.announcement(migrationId, 'MigrationCompleted');
    const { cutover } = (await lab.view(migrationId)) as unknown as { cutover: { confirmation: object } };
    expect(cutover.confirmation).toMatchObject({ keys: [], unproven: [expect.stringContaining('no key was counted')] });
  });

  it('has dialled no server in all of that; a function that tries to is found out, and opens no connection', async () => {
    expect(dials()).toEqual([]);
    await lab.aws.lambda.invoke(lab.aws.resources.VerifyDataFunction as string, {
      migrationId: 'whole-0123456789ab',
      replicationGroupId: 'whole',
      source: { address: '10.0.0.5', port: 6379 },
      eventsSinceMs: 0,
      settings: { mode: 'full', maxKeysPerSecond: 1000, freshForMinutes: 60 },
      round: 0,
      checkpoint: null,
    });

    await eventually(async () => dials().length > 0);
  });
});
