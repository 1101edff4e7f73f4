import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Announced } from '../../../functions/migration/announced.ts';
import { runHere } from '../../cli/support/io.ts';
import { type FigureLine, figuresIn, isFigureLine } from '../../functions/support/figures.ts';
import { at, contents, type Lab } from '../lab.ts';

type Printed = { message?: string; migrationId?: string; phase?: string } | FigureLine;

/** @param printed every line that a function has written so far */
export const migration = (lab: Lab, printed: readonly string[]) =>
  describe('a migration on real Redis', () => {
    it('moves every key of every type, waits for the cutover, promotes the primary, and tells each step once', async () => {
      const source = await lab.source(600);
      await lab.group('orders', {}, 2);

      const migrationId = await lab.start('orders', source.port, { reason: 'weekday move' });
      await lab.announcement(migrationId, 'MigrationAwaitingCutover');
      const awaiting = await lab.awaiting(migrationId);
      const answer = await lab.request('POST', `/migrations/${migrationId}/cutover`, { reason: 'writers stopped' });
      await lab.announcement(migrationId, 'MigrationCompleted');
      const view = await lab.view(migrationId);

      expect(awaiting).toMatchObject({
        status: 'awaitingCutover',
        allowedActions: ['cutover', 'abort'],
        reason: 'weekday move',
      });
      expect(answer.status).toBe(202);
      expect(lab.typesOf(migrationId)).toEqual([
        'MigrationAccepted',
        'MigrationPreflightPassed',
        'MigrationStarted',
        'MigrationInSync',
        'MigrationVerified',
        'MigrationAwaitingCutover',
        'MigrationCutoverStarted',
        'MigrationPromoted',
        'MigrationCompleted',
      ]);
      expect(view).toMatchObject({
        status: 'completed',
        outcome: 'completed',
        phase: 'ended',
        allowedActions: ['unfence', 'rollback'],
      });
      expect(view).not.toHaveProperty('waitingFor');

      const lines = printed.map((line): Printed => JSON.parse(line));
      const about = lines.filter((entry) => entry.migrationId === migrationId);
      const figures = figuresIn(about.filter(isFigureLine));
      expect(figures.filter(([name]) => !OF_LOOKS.has(name)).sort()).toEqual([
        ['DrainMs', expect.any(Number)],
        ['FreezeMs', expect.any(Number)],
        ['MigrationsAccepted', 1],
        ['MigrationsCompleted', 1],
        ['MigrationsInSync', 1],
        ['MigrationsPromoted', 1],
        ['OutageMs', expect.any(Number)],
        ['VerificationDifferences', 0],
      ]);
      const told = about.filter(({ message }) => message === 'phase entered').map(({ phase }) => phase);
      expect([told[0], told.at(-1)]).toEqual(['claiming', 'ended']);
      expect(told).toEqual(expect.arrayContaining(['inSync', 'verifying', 'awaitingCutover', 'promoting', 'closing']));

      const nodes = lab.aws.elastiCache.group('orders').nodes();
      const before = await contents(await lab.client(source.port));
      for (const { port } of nodes) expect(await contents(await lab.client(port))).toEqual(before);
      const roles = await Promise.all(nodes.map(async ({ port }) => role(await lab.client(port))));
      expect(roles).toEqual(['master', 'slave', 'slave']);
    });

    it("continues the source's history on the promoted primary, up to an offset that the source had reached", async () => {
      const source = await lab.source();
      await lab.group('lineage');

      const migrationId = await lab.start('lineage', source.port, { cutover: { mode: 'automatic', fence: 'none' } });
      const { data } = await lab.announcement(migrationId, 'MigrationPromoted');

      const [shard] = data.shards as { previousReplicationId: string; continuesUpToOffset: number }[];
      const [position] = data.positions as { replicationId: string; sourceOffset: number; targetOffset: number }[];
      expect(shard?.previousReplicationId).toBe(position?.replicationId);
      expect(shard?.continuesUpToOffset).toBeGreaterThan(position?.sourceOffset ?? Number.POSITIVE_INFINITY);
      await lab.announcement(migrationId, 'MigrationCompleted');
      expect(lab.typesOf(migrationId)).not.toContain('MigrationAwaitingCutover');
    });

    it('goes from its preflight to its rollback by the command line alone', async () => {
      const source = await lab.source();
      await lab.group('typed');
      const cli = async (line: string, stdin?: string) =>
        runHere([...line.split(' '), '--endpoint', lab.aws.apiUrl], stdin === undefined ? {} : { stdin });
      const skeleton = JSON.stringify({
        ReplicationGroupId: 'typed',
        CustomerNodeEndpointList: at(source.port).map(({ address, port }) => ({ Address: address, Port: port })),
      });

      const checked = await cli('preflight -f -', skeleton);
      const started = await cli('start -f - --quiet-seconds 0 --json', skeleton);
      const { migrationId: id } = JSON.parse(started.out);
      const awaited = await cli(`watch ${id} --until awaitingCutover --json`);
      const cutOver = await cli(`cutover ${id} --yes --watch`);
      const shown = await cli(`show ${id} --json`);
      const file = join(await mkdtemp(join(tmpdir(), 'operator-')), 'view.json');
      await writeFile(file, shown.out);
      const certificate = await runHere(['certificate', 'check', file]);
      const [node] = lab.aws.elastiCache.group('typed').nodes();
      const compared = await runHere(['verify', `redis://127.0.0.1:${source.port}`, `redis://127.0.0.1:${node?.port}`]);
      const rolledBack = await cli(`rollback ${id} --yes --reason because --watch`);
      const listed = await cli('list --replication-group-id typed --json');
      await rm(dirname(file), { recursive: true });

      expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('A real run would start') });
      expect(JSON.parse(awaited.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
        type: 'end',
        status: 'awaitingCutover',
        exitCode: 0,
      });
      expect(cutOver.code).toBe(0);
      expect(cutOver.out).toMatch(/Cutover started[\s\S]*Promoted[\s\S]*Completed[\s\S]*point clients to/);
      expect(certificate).toMatchObject({ code: 0, out: expect.stringMatching(/^GOOD/) });
      expect(compared).toMatchObject({ code: 0, out: expect.stringContaining('SAME: every key') });
      expect(rolledBack).toMatchObject({ code: 0, out: expect.stringMatching(/rolled back/i) });
      expect(JSON.parse(listed.out).migrations).toMatchObject([{ migrationId: id }, { dryRun: true }]);
    });

    it('never lets the task token or the input out by the view, its timeline or the bus; the timeline has every event again', async () => {
      const source = await lab.source();
      await lab.group('secret');
      const migrationId = await lab.start('secret', source.port);
      await lab.awaiting(migrationId);

      const { body } = await lab.request('GET', `/migrations/${migrationId}?timeline=true`);

      expect(body.timeline).toEqual(expect.arrayContaining([expect.objectContaining({ state: 'AwaitCutover' })]));
      const record = await lab.aws.stepFunctions.describeExecution({ executionArn: body.executionArn as string });
      const token = /"taskToken":"([^"]+)"/.exec(
        JSON.stringify(
          lab.aws.stepFunctions.getExecutionHistory({ executionArn: record.executionArn, maxResults: 1000 }),
        ).replaceAll('\\', ''),
      )?.[1];
      expect(token).toBeTruthy();
      const told = await lab.request('GET', `/migrations/${migrationId}?timeline=events`);
      for (const text of [
        JSON.stringify(body),
        JSON.stringify(told.body),
        JSON.stringify(await lab.view(migrationId)),
        JSON.stringify(lab.announced),
      ]) {
        expect(text).not.toContain(token);
        expect(text).not.toContain('taskToken');
      }
      await lab.request('POST', `/migrations/${migrationId}/cutover`);
      await lab.announcement(migrationId, 'MigrationCompleted');
      expect(await announcedBy(lab, migrationId)).toEqual(
        lab.announced
          .filter((one) => one.migrationId === migrationId)
          .map(({ detailType, id, data }) => ({ detailType, id, data })),
      );
    });

    it('shows progress with bytes, nodes and offsets, and never a figure that it does not know', async () => {
      const source = await lab.source(300, { 'repl-diskless-sync': 'no' });
      await lab.group('figures');
      const migrationId = await lab.start('figures', source.port);
      const view = await lab.awaiting(migrationId);

      const { progress, shards } = view as unknown as {
        progress: Record<string, unknown>;
        shards: {
          replicationId: string;
          nodes: { cacheClusterId: string; replicationRole: string; linkStatus: string }[];
        }[];
      };
      expect(progress).toMatchObject({ percent: 100, asOf: expect.any(String) });
      for (const figure of Object.values(progress)) expect(figure).not.toBeNull();
      expect(shards).toHaveLength(1);
      expect(shards[0]?.nodes[0]).toMatchObject({
        cacheClusterId: 'figures-001',
        replicationRole: 'slave',
        linkStatus: 'up',
      });
      await lab.request('POST', `/migrations/${migrationId}/cutover`);
      await lab.announcement(migrationId, 'MigrationCompleted');
    });
  });

/** Told again and again. */
const OF_LOOKS = new Set(['ColdStarts', 'LagBytes', 'LagSeconds', 'LinksDown']);

/** What the timeline has of events, oldest first. */
const announcedBy = async (lab: Lab, migrationId: string) => {
  const found: Announced[] = [];
  for (let token = ''; ; ) {
    const query = `timeline=events${token && `&nextToken=${encodeURIComponent(token)}`}`;
    const { body } = await lab.request('GET', `/migrations/${migrationId}?${query}`);
    found.push(...(body.events as Announced[]));
    if (!body.nextToken) break;
    token = body.nextToken as string;
  }
  return found.reverse().map(({ detailType, detail }) => ({ detailType, id: detail.metadata.id, data: detail.data }));
};

const role = async (client: Awaited<ReturnType<Lab['client']>>) => (await client.sendCommand<[string]>(['ROLE']))[0];
