import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFile } from '../../verify/certificate/check.ts';
import { runHere } from '../cli/support/io.ts';
import { awsCallsOf } from '../docs/aws-calls.ts';
import { refusedByAws, runAws } from '../docs/aws-command.ts';
import { ruleOf } from '../docs/command-rules.ts';
import { documentedCommands } from '../docs/commands.ts';
import { type Lab, startLab } from './lab.ts';
import { isInstalled, paste } from './processes.ts';

const KEY_ID = 'offset-certificates';
const hasAws = await isInstalled('aws');

let lab: Lab;
let keyArn: string;
beforeAll(async () => {
  lab = await startLab({ parameters: { CertificateKeyArn: `arn:aws:kms:us-west-2:000000000000:key/${KEY_ID}` } });
  keyArn = lab.aws.kms.createKey({ keyId: KEY_ID }).arn;
});
afterAll(() => lab?.end());

describe('what the pages have to be pasted', () => {
  const commands = documentedCommands().map(({ command }) => command);
  const those = (by: string) => [...new Set(commands.filter((command) => ruleOf(command)?.by === by))];
  let environment: Record<string, string>;
  let port: number;
  beforeAll(async () => {
    const source = await lab.source();
    port = source.port;
    lab.aws.setHostAliases({ '10.0.0.5:6379': `127.0.0.1:${source.port}`, '10.0.0.5:*': '127.0.0.1:*' });
    await lab.group('test', {}, 1);
    const migrationId = await lab.start('test', 6379);
    const { executionArn } = await lab.awaiting(migrationId);
    environment = {
      API: lab.aws.apiUrl,
      GROUP: 'test',
      MIGRATION_ID: migrationId,
      EXECUTION_ARN: String(executionArn),
      TABLE: String(lab.aws.resources.MigrationTable),
      KEY_ARN: keyArn,
      MIGRATION_STATE_MACHINE_ARN: String(lab.aws.outputs.MigrationStateMachineArn),
      SETTLEMENT_STATE_MACHINE_ARN: String(lab.aws.outputs.SettlementStateMachineArn),
      SETTLEMENT_ARN: String(executionArn),
      REFUSED_QUEUE_URL: String(lab.aws.outputs.RefusedQueueUrl),
      UNDELIVERED_QUEUE_URL: String(lab.aws.outputs.UndeliveredQueueUrl),
      ALARM: 'an alarm',
      API_LOGS: String(lab.aws.resources.ApiLogs),
      BUS_LOGS: String(lab.aws.resources.BusLogs),
      TASK_LOGS: String(lab.aws.resources.TaskLogs),
      AWS_ENDPOINT_URL: lab.aws.awsEndpoint,
      AWS_REGION: 'us-west-2',
      AWS_DEFAULT_REGION: 'us-west-2',
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
  });
  /** Its own endpoint is that of `npm start`. */
  const here = (command: string) =>
    command
      .replace(/--endpoint-url \S+/, '')
      .replace(/^export API=.*/, 'true')
      .replace(/ > \S+$/, ' > /dev/null');
  const given = (needed = (_: string) => true) =>
    Object.entries(environment).flatMap(([name, value]) => (needed(name) ? `export ${name}='${value}'` : []));
  const pasted = (command: string) =>
    paste(`set -euo pipefail\n${given().join('\n')}\n${here(command)} 2>&1`).then(
      (output) => ({ command, output, failed: false }),
      (error: { stdout: string }) => ({ command, output: error.stdout, failed: true }),
    );
  /** Ends what the others look at. */
  const isLast = ([, operation = '']: string[]) => /stop-execution|complete-migration|start-migration/.test(operation);

  it('over HTTP is answered', async () => {
    const calls = those('embedded').filter((command) => /^(curl|export) /.test(command));
    const answers = await Promise.all(
      calls.map((command) => pasted(command.replace(/^curl /, 'curl --fail-with-body '))),
    );

    expect(calls.length).toBeGreaterThan(5);
    expect(answers.filter(({ failed }) => failed)).toEqual([]);
  });

  it.runIf(hasAws)('is taken by the aws command and by the services', async () => {
    const commands = those('embedded').filter((command) => command.startsWith('aws '));
    const piped = commands.filter((command) => / [|>] /.test(command));
    const calls = await awsCallsOf([...given(), ...commands.map(here)].join('\n'));
    const ask = (some: string[][]) => runAws(some, environment);
    const looks = await ask(calls.filter((words) => !isLast(words)));
    const ends = await ask(calls.filter(isLast));
    const pipes = await Promise.all(piped.map(pasted));

    expect(calls.length).toBeGreaterThan(10);
    expect(looks.filter(({ code }) => code !== 0)).toEqual([]);
    // Which of them comes first is for the machine: the others are told that it is too late.
    expect(ends.filter(({ code, output }) => code !== 0 && !/An error occurred \(\w+\)/.test(output))).toEqual([]);
    expect(pipes.filter(({ failed }) => failed)).toEqual([]);
  });

  it.runIf(hasAws)('is taken by the aws command, where nobody here serves it', async () => {
    const functions = those('setup').filter((command) => /^\w+\(\) \{/.test(command));
    const calls = await awsCallsOf([...given(), ...functions, ...those('aws')].join('\n'));
    const ofLogs = calls.filter(([, operation]) => operation === 'filter-log-events');
    const hourAgo = Date.now() - 3_600_000;

    expect(calls.length).toBeGreaterThan(20);
    expect(await refusedByAws(calls)).toEqual([]);
    expect(await refusedByAws([['sqs', 'delete-queue', '--queue', 'x', '--now']])).toHaveLength(1);
    expect(ofLogs.length).toBeGreaterThan(10);
    for (const words of ofLogs) {
      const start = Number(words[words.indexOf('--start-time') + 1]);
      expect([words, Math.abs(start - hourAgo) < 60_000]).toEqual([words, true]);
    }
  });

  it.runIf(hasAws)('for the night finds by itself what it needs of the stack and of the migration', async () => {
    /** Whom the page cannot know. */
    const isTheirs = (name: string) => /^(MIGRATION_ID|SETTLEMENT_ARN)$/.test(name);
    const setup = those('setup').map((command) =>
      command.replace(/^export (\w+)=[^"].*/, (line, name) => (isTheirs(name) ? 'true' : line)),
    );
    const found = Object.keys(environment).filter(
      (name) => /(_ARN|_URL|_LOGS|TABLE|GROUP)$/.test(name) && setup.join(' ').includes(`${name}="$`),
    );
    const credentials = given((name) => /^AWS_/.test(name) || isTheirs(name));
    const printed = found.map((name) => `printf '%s\\n' "$${name}"`);

    const values = (await paste(`set -eu\n${[...credentials, ...setup, ...printed].join('\n')}`)).trim().split('\n');

    expect(found).toHaveLength(10);
    expect(Object.fromEntries(found.map((name, at) => [name, values[at]]))).toEqual(
      Object.fromEntries(found.map((name) => [name, environment[name]])),
    );
  });

  it('by our own command line is answered', async () => {
    const asked = commands
      .filter((command) => /^npx elasticache-migrator (list --(limit|status)|show "\$MIGRATION_ID")/.test(command))
      .map((command) => command.replaceAll('"$MIGRATION_ID"', String(environment.MIGRATION_ID)).split(' ').slice(2));
    const answers = await Promise.all(
      asked.map(async (words) => ({
        words,
        ...(await runHere(words, { env: { ELASTICACHE_MIGRATOR_ENDPOINT: lab.aws.apiUrl } })),
      })),
    );

    expect(asked.length).toBeGreaterThan(8);
    expect(answers.filter(({ code }) => code !== 0)).toEqual([]);
  });

  it('into redis-cli is answered by a source', async () => {
    const client = await lab.client(port);
    const asked = those('redis').map((command) => command.split(' ').slice(5));

    expect(asked.length).toBeGreaterThan(2);
    for (const words of asked) expect([words, await client.sendCommand(words)]).toEqual([words, expect.anything()]);
  });
});

it('signs what a cutover rests on, announces it with the promotion, and keeps it', async () => {
  const { publicKeyPem, arn } = lab.aws.kms.createKey({ keyId: KEY_ID });
  const publicKey = createPublicKey(publicKeyPem);
  const source = await lab.source();
  await lab.group('certified', {}, 1);

  const migrationId = await lab.start('certified', source.port, {
    cutover: { mode: 'automatic' },
    waivers: ['fence-not-durable'],
  });
  const promoted = await lab.announcement(migrationId, 'MigrationPromoted');
  const { certificate } = promoted.data as { certificate: object };
  const announced = checkFile({ detail: { metadata: { migrationId }, data: promoted.data } }, publicKey);
  const shown = checkFile(await lab.view(migrationId), publicKey);

  expect(announced?.findings.filter(({ verdict }) => verdict !== 'good')).toEqual([]);
  expect(announced?.certificate).toMatchObject({ migrationId, signature: { keyId: arn } });
  expect(shown?.certificate).toEqual(certificate);
  expect(checkFile(certificate, undefined)?.verdict).toBe('unknown');
  expect(checkFile({ ...certificate, replicationGroupId: 'another' }, publicKey)?.verdict).toBe('bad');
});
