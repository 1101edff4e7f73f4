import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from './lab.ts';
import { allGone, isInstalled, paste, startCommand } from './processes.ts';

const FREE = { PORT: '0', AWS_PORT: '0' };
const START = 'local/main.ts';
const STACK = /^ {4}at /m;
const hasAws = await isInstalled('aws');

/** The line of the greeting that begins so. */
const lineOf = (greeting: string, begin: string): string =>
  greeting
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line.startsWith(begin)) ?? '';

/** The environment of somebody with keys, for whom AWS is there. */
const asOperator = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-west-2',
  AWS_ACCESS_KEY_ID: 'operator',
  AWS_SECRET_ACCESS_KEY: 'secret',
});

/** What a browser gets that opens the console by this URL. */
const consoleAt = async (url: string) => {
  const { origin, hash } = new URL(url);
  const headers = { 'x-console-key': hash.replace('#key=', '') };
  const get = async (path: string) => (await fetch(`${origin}/console/${path}`, { headers })).text();
  const { target } = JSON.parse(await get('session'));
  return { page: await get(''), target, listed: JSON.parse(await get('api/migrations')) };
};

describe('npm start', () => {
  it('prints a curl line that starts a migration when it is pasted, and one that lists it; the console lists it, too', async () => {
    const start = startCommand(START, FREE);
    const greeting = await start.printed('Ctrl-C ends everything');
    const set = await paste(greeting.split('\n').find((line) => line.endsWith('SET greeting hello')) ?? 'false');
    const accepted = JSON.parse(await paste(lineOf(greeting, 'curl -sS -X POST')));
    const listed = JSON.parse(await paste(lineOf(greeting, 'curl -sS http')));
    const own = await consoleAt(lineOf(greeting, 'console').replace(/^console */, ''));
    const stack = startCommand('console/main.ts', asOperator(lineOf(greeting, 'AWS').replace(/^AWS */, '')), 'node', [
      '--stack',
      'elasticache-migrator',
    ]);
    const [, url = ''] = /^ *console *(\S+)$/m.exec(await stack.printed('Ctrl-C ends')) ?? [];
    const ofStack = await consoleAt(url);
    stack.child.kill('SIGINT');
    start.child.kill('SIGINT');

    expect(set).toBe('OK\n');
    expect(accepted.migrationId).toMatch(/^test-/);
    const idsOf = ({ migrations }: { migrations: { migrationId: string }[] }) =>
      migrations.map(({ migrationId }) => migrationId);
    for (const list of [listed, own.listed, ofStack.listed]) expect(idsOf(list)).toEqual([accepted.migrationId]);
    expect(own.target).toMatchObject({ kind: 'embedded', accountId: '000000000000' });
    expect(ofStack.target).toMatchObject({
      kind: 'stack',
      stack: 'elasticache-migrator',
      region: 'us-west-2',
      apiUrl: own.target.apiUrl,
      arn: 'arn:aws:iam::000000000000:user/operator',
    });
    expect(own.page).toContain('<div id="app">');
    expect(await stack.ended).toBe(130);
    expect(await start.ended).toBe(130);
    expect(await allGone(start.descendants)).toBe(true);
  });

  it.runIf(hasAws)('takes the documented aws command, and a real migration begins', async () => {
    const start = startCommand(START, FREE);
    const greeting = await start.printed('Ctrl-C ends everything');
    const command = lineOf(greeting, 'AWS_ACCESS_KEY_ID');
    const { ReplicationGroup: group } = JSON.parse(await paste(command));
    const describeCommand = command
      .replace('start-migration', 'describe-replication-groups')
      .replace(/ --customer-node-endpoint-list.*/, '');
    const migrating = await eventually(async () => {
      const { ReplicationGroups } = JSON.parse(await paste(describeCommand));
      return ReplicationGroups[0].Status === 'migrating' && ReplicationGroups[0];
    });
    const completed = JSON.parse(
      await paste(describeCommand.replace('describe-replication-groups', 'complete-migration')),
    );
    const refused = await paste(
      `${describeCommand.replace('--replication-group-id test', '--replication-group-id none')} 2>&1 || true`,
    );
    start.child.kill('SIGTERM');

    expect(Object.keys(group)).toEqual([
      'ReplicationGroupId',
      'Description',
      'GlobalReplicationGroupInfo',
      'Status',
      'PendingModifiedValues',
      'MemberClusters',
      'NodeGroups',
      'SnapshottingClusterId',
      'AutomaticFailover',
      'MultiAZ',
      'SnapshotRetentionLimit',
      'SnapshotWindow',
      'ClusterEnabled',
      'CacheNodeType',
      'TransitEncryptionEnabled',
      'AtRestEncryptionEnabled',
    ]);
    expect(group).toMatchObject({
      ReplicationGroupId: 'test',
      Status: 'modifying',
      MemberClusters: ['test-001', 'test-002', 'test-003'],
    });
    expect(migrating.NodeGroups[0].NodeGroupMembers[0].CurrentRole).toBe('primary');
    expect(completed.ReplicationGroup.ReplicationGroupId).toBe('test');
    expect(refused).toContain('ReplicationGroupNotFoundFault');
    expect(await start.ended).toBe(143);
    expect(await allGone(start.descendants)).toBe(true);
  });

  it('says which port is taken, and which variable chooses another', async () => {
    for (const variable of ['PORT', 'AWS_PORT']) {
      const squatter = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => squatter.once('listening', resolve));
      const { port } = squatter.address() as { port: number };
      const start = startCommand(START, { ...FREE, [variable]: String(port) });

      expect(await start.ended).toBe(1);
      expect(start.output()).toMatch(new RegExp(`${port}.*${variable}`, 's'));
      expect(start.output()).not.toMatch(STACK);
      expect(await allGone(start.descendants)).toBe(true);
      squatter.close();
    }
  });

  it('refuses a port that is none', async () => {
    const start = startCommand(START, { ...FREE, PORT: 'http' });

    expect(await start.ended).toBe(1);
    expect(start.output()).toContain('PORT must be a port');
  });

  it('says how to get a redis-server when there is none', async () => {
    const start = startCommand(START, { ...FREE, REDIS_SERVER_BIN: '/nowhere/redis-server' });

    expect(await start.ended).toBe(1);
    expect(start.output()).toContain('/nowhere/redis-server');
    expect(start.output()).not.toMatch(STACK);
  });

  it('says how to install a redis-server when none can be had', async () => {
    const start = startCommand(START, { ...FREE, PATH: '/nowhere', XDG_CACHE_HOME: '/nowhere', REDIS_SERVER_BIN: '' });

    expect(await start.ended).toBe(1);
    for (const system of ['apt-get install', 'dnf install', 'apk add', 'brew install', 'REDIS_SERVER_BIN']) {
      expect(start.output()).toContain(system);
    }
    expect(start.output()).not.toMatch(STACK);
  });

  it.each([300, 1200])('ends everything when npm itself is told to end %i ms after its start', async (afterMs) => {
    const folder = await mkdtemp(join(tmpdir(), 'npm-start-'));
    const npm = startCommand('start', { ...FREE, TMPDIR: folder }, 'npm');
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    npm.child.kill('SIGTERM');
    await npm.ended;

    expect(await allGone(npm.descendants)).toBe(true);
    expect((await readdir(folder)).filter((name) => /embedded-aws|elasticache-migrator/.test(name))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it.each([0, 150, 400, 800, 1500])('leaves nothing behind when it is ended %i ms after its start', async (afterMs) => {
    const start = startCommand(START, FREE);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    start.child.kill('SIGTERM');
    await start.ended;

    expect(await allGone(start.descendants)).toBe(true);
  });
});

describe('npm run demo', () => {
  it('runs one whole migration by itself, tells it in plain lines when piped, and leaves nothing behind', async () => {
    const demo = startCommand('local/demo/main.ts', {}, 'node', ['--keys', '20000']);
    const code = await demo.ended;
    const output = demo.output();

    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    for (const text of [
      '20,000 keys of all types',
      'POST /migrations',
      'MigrationPreflightPassed',
      'forecast',
      'MigrationStarted',
      'MigrationInSync',
      'MigrationVerified',
      'MigrationAwaitingCutover',
      'MigrationPromoted',
      'MigrationCompleted',
      'How long each phase took',
      'its replicas follow it',
      'Where to look next',
    ]) {
      expect(output).toContain(text);
    }
    expect(output).not.toContain('\u001b[');
    expect(await allGone(demo.descendants)).toBe(true);
  }, 240_000);

  it('leaves nothing behind when it is interrupted in the middle', async () => {
    const demo = startCommand('local/demo/main.ts', {}, 'node', ['--keys', '2000']);
    await demo.printed('MigrationAccepted');
    demo.child.kill('SIGINT');

    expect(await demo.ended).toBe(130);
    expect(demo.output()).toMatch(/data +2,000 keys/);
    expect(await allGone(demo.descendants)).toBe(true);
  });

  it('refuses a number of keys that is none', async () => {
    const demo = startCommand('local/demo/main.ts', {}, 'node', ['--keys', 'many']);

    expect(await demo.ended).toBe(1);
    expect(demo.output()).toContain('--keys must be a whole number from 1 on, not many');
    expect(demo.output()).not.toMatch(STACK);
  });
});
