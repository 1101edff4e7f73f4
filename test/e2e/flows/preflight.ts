import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding, PreflightResult } from '../../../functions/migration/preflight.ts';
import type { DryRunResult } from '../../../functions/migration/record.ts';
import { at, contents, type Lab, type View } from '../lab.ts';

const AUTOMATIC = { cutover: { mode: 'automatic', fence: 'none' } };

interface Checked extends View {
  preflight: PreflightResult;
  waivers: string[];
  dryRunResult?: DryRunResult;
}

const blocking = (findings: Finding[]): string[] =>
  findings.filter(({ severity, waived }) => severity === 'blocking' && !waived).map(({ id }) => id);

export const preflight = (lab: Lab) =>
  describe('the preflight of a migration', () => {
    let sourcePort: number;
    beforeAll(async () => {
      sourcePort = (await lab.source()).port;
    });

    const view = async (migrationId: string) => (await lab.view(migrationId)) as Checked;
    const primaryOf = (group: string) => lab.aws.elastiCache.group(group).primary();
    /** A group whose primary holds a key that a migration would erase. */
    const fullGroup = async (id: string) => {
      await lab.group(id);
      await primaryOf(id).command('SET', 'precious', 'yes');
    };

    it('ends it before anything is started when something blocks, and leaves group and lock as they were', async () => {
      await fullGroup('blocked');
      const migrationId = await lab.start('blocked', sourcePort);
      const failed = await lab.announcement(migrationId, 'MigrationFailed');
      const told = await lab.announcement(migrationId, 'MigrationPreflightFailed');
      const { preflight, failure, status, outcome } = await view(migrationId);

      expect(lab.typesOf(migrationId)).toEqual(['MigrationAccepted', 'MigrationPreflightFailed', 'MigrationFailed']);
      expect([status, outcome]).toEqual(['failed', 'failed']);
      expect(failure).toEqual({ error: 'PreflightFailed', cause: expect.stringContaining('target-holds-data') });
      expect(failed.data.failure).toEqual(failure);
      expect([preflight.verdict, blocking(preflight.findings)]).toEqual(['failed', ['target-holds-data']]);
      expect(told.data.findings).toEqual(preflight.findings);
      expect(told.data.forecast).toEqual(preflight.forecast);
      expect(lab.aws.elastiCache.group('blocked').status).toBe('available');
      expect(await primaryOf('blocked').command('GET', 'precious')).toBe('yes');
      // The lock is free: the next one gets as far as this one.
      const next = await lab.start('blocked', sourcePort);
      await lab.announcement(next, 'MigrationPreflightFailed');
      await lab.announcement(next, 'MigrationFailed');
    });

    it('goes on in spite of what was waived by name, and tells it in the view and the events', async () => {
      await fullGroup('waived');
      const migrationId = await lab.start('waived', sourcePort, { ...AUTOMATIC, waivers: ['target-holds-data'] });
      const { data } = await lab.announcement(migrationId, 'MigrationPreflightPassed');
      await lab.announcement(migrationId, 'MigrationCompleted');
      const { preflight, waivers } = await view(migrationId);

      expect(data.waivers).toEqual(['target-holds-data']);
      expect(data.findings).toContainEqual(expect.objectContaining({ id: 'target-holds-data', waived: true }));
      expect([waivers, preflight.waivers]).toEqual([['target-holds-data'], ['target-holds-data']]);
      expect(preflight).toMatchObject({ verdict: 'passed', findings: data.findings });
      expect(await primaryOf('waived').command('EXISTS', 'precious')).toBe(0);
    });

    it('finds nothing that is wrong with a clean pair, and says so', async () => {
      await lab.group('clean');
      const migrationId = await lab.start('clean', sourcePort, AUTOMATIC);
      const { data } = await lab.announcement(migrationId, 'MigrationPreflightPassed');
      await lab.announcement(migrationId, 'MigrationCompleted');

      expect(blocking(data.findings as Finding[])).toEqual([]);
      expect(data.forecast).toMatchObject({ verdict: 'pass' });
      expect(data.checks).toBeGreaterThan(50);
    });

    it('leaves its findings out of lists', async () => {
      const migrationId = await lab.start('nowhere', sourcePort);
      await lab.announcement(migrationId, 'MigrationFailed');
      const { body } = await lab.request('GET', '/migrations?replicationGroupId=nowhere');
      const [listed] = body.migrations as { preflight: object }[];

      expect(listed?.preflight).toMatchObject({ verdict: 'failed' });
      expect(listed?.preflight).not.toHaveProperty('findings');
    });

    it('cannot be waived at the door where nothing helps', async () => {
      const waivers = ['target-holds-data', 'target-under-migration', 'backlog-small', 'nonsense'];
      const body = { replicationGroupId: 'doors', customerNodeEndpointList: at(sourcePort), waivers };
      const answer = await lab.request('POST', '/migrations', body);

      expect(answer.status).toBe(400);
      expect((answer.body.violations as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
        '/waivers/1',
        '/waivers/2',
        '/waivers/3',
      ]);
    });
  });

export const dryRuns = (lab: Lab) =>
  describe('a dry run', () => {
    let sourcePort: number;
    beforeAll(async () => {
      sourcePort = (await lab.source()).port;
    });

    const dryRun = async (group: string, more: object = {}) => {
      const migrationId = await lab.start(group, sourcePort, { dryRun: true, ...more });
      const { data, id } = await lab.announcement(migrationId, 'MigrationDryRunCompleted');
      expect(id).toBe(`${migrationId}:terminal`);
      return { migrationId, data: data as { verdict: string; actions: DryRunResult['actions']; statusReason: string } };
    };
    const calls = (actions: DryRunResult['actions']) => actions.map(({ call }) => call);

    it('tells in order what a real run would do, and changes nothing on either side', async () => {
      await lab.group('rehearsed', {}, 2);
      const servers = [
        { ask: askSource(lab, sourcePort), port: sourcePort },
        ...lab.aws.elastiCache
          .group('rehearsed')
          .nodes()
          .map((node) => ({
            ask: (...command: string[]) => node.command(...command),
            port: node.port,
          })),
      ];
      const state = () => Promise.all(servers.map(({ ask, port }) => stateOf(lab, ask, port)));
      const before = await state();
      const { migrationId, data } = await dryRun('rehearsed');
      const after = await state();
      const { status, outcome, dryRunResult, preflight } = (await lab.view(migrationId)) as Checked;

      expect(after).toEqual(before);
      expect(before[0]?.data.size).toBeGreaterThan(200);
      expect(lab.aws.elastiCache.group('rehearsed').status).toBe('available');
      expect(lab.typesOf(migrationId)).toEqual([
        'MigrationAccepted',
        'MigrationPreflightPassed',
        'MigrationDryRunCompleted',
      ]);
      expect([status, outcome, preflight.verdict]).toEqual(['dryRunCompleted', 'dryRunCompleted', 'passed']);
      expect(dryRunResult).toEqual({ verdict: data.verdict, why: data.statusReason, actions: data.actions });
      expect(data.verdict).toBe('wouldStart');
      expect(calls(data.actions).filter((call) => /Migration$|REPLICAOF|PSYNC|sync|cutover/.test(call))).toEqual([
        'elasticache:TestMigration',
        'elasticache:StartMigration',
        `REPLICAOF 10.0.0.5 ${sourcePort}`,
        'PSYNC',
        'a full sync from its primary',
        'a full sync from its primary',
        'POST /migrations/{id}/cutover',
        'elasticache:CompleteMigration',
        'REPLICAOF NO ONE',
      ]);
    });

    it('gives the lock back: the real run starts', async () => {
      await lab.group('real');
      await dryRun('real');
      await lab.announcement(await lab.start('real', sourcePort, AUTOMATIC), 'MigrationCompleted');
    });

    it('says that a real run would fail, and where, when the preflight blocks it', async () => {
      await lab.group('unfit', {});
      await lab.aws.elastiCache.group('unfit').primary().command('SET', 'precious', 'yes');
      const { migrationId, data } = await dryRun('unfit');

      expect(data).toMatchObject({ verdict: 'wouldFail', statusReason: expect.stringContaining('target-holds-data') });
      expect(lab.typesOf(migrationId)).toEqual([
        'MigrationAccepted',
        'MigrationPreflightFailed',
        'MigrationDryRunCompleted',
      ]);
      expect(calls(data.actions)).not.toContain('elasticache:TestMigration');
    });

    it('says that a real run would fail when TestMigration does, with its words', async () => {
      await lab.group('failing', { testVerdict: 'failure' });
      const { data } = await dryRun('failing');

      expect(data).toMatchObject({ verdict: 'wouldFail', statusReason: expect.stringMatching(/TestMigration/) });
      expect(calls(data.actions)).toContain('elasticache:TestMigration');
      expect(calls(data.actions)).not.toContain('elasticache:StartMigration');
    });
  });

type Ask = (...command: string[]) => Promise<unknown>;

const askSource =
  (lab: Lab, port: number): Ask =>
  async (...command) =>
    (await lab.client(port)).sendCommand(command);

/** Everything that a run could have changed: configuration, data, role, and how often each command that writes was called. */
const stateOf = async (lab: Lab, ask: Ask, port: number) => {
  const config = (await ask('CONFIG', 'GET', '*')) as string[];
  const stats = String(await ask('INFO', 'commandstats'));
  const called = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', calls]) => ({ name, calls }));
  const flags = (await ask('COMMAND', 'INFO', ...called.map(({ name }) => name))) as (
    | [string, number, string[]]
    | null
  )[];
  const changes = called.filter(({ name }, index) => flags[index]?.[2].includes('write') || CHANGES.test(name));
  return {
    config: Object.fromEntries(config.flatMap((name, index) => (index % 2 ? [] : [[name, config[index + 1]]]))),
    data: await contents(await lab.client(port)),
    role: String(await ask('INFO', 'replication')).match(/^(role|master_host|master_replid|connected_slaves):.*$/gm),
    changes,
  };
};

/** Commands that change a server and are not flagged as writes. */
const CHANGES =
  /^(replicaof|slaveof|shutdown|failover|script\|(flush|load)|function\|(load|delete|flush|restore)|acl\|(set|del)|config\|(set|rewrite|reset)|client\|(kill|pause|no)|debug|bgsave|save|bgrewriteaof|psync|sync)/;
