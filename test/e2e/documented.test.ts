import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFile } from '../../verify/certificate/check.ts';
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
  beforeAll(async () => {
    const source = await lab.source();
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
      SETTLEMENT_STATE_MACHINE_ARN: String(lab.aws.outputs.SettlementStateMachineArn),
      REFUSED_QUEUE_URL: String(lab.aws.outputs.RefusedQueueUrl),
      UNDELIVERED_QUEUE_URL: String(lab.aws.outputs.UndeliveredQueueUrl),
      TASK_LOGS: 'nobody here serves them',
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
  const pasted = (command: string) => {
    const given = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
    return paste(`set -euo pipefail\n${given.join('\n')}\n${here(command)} 2>&1`).then(
      (output) => ({ command, output, failed: false }),
      (error: { stdout: string }) => ({ command, output: error.stdout, failed: true }),
    );
  };
  /** Ends what the others look at. */
  const isLast = (command: string) => /stop-execution|complete-migration|start-migration/.test(command);

  it('over HTTP is answered', async () => {
    const calls = those('embedded').filter((command) => /^(curl|export) /.test(command));
    const answers = await Promise.all(
      calls.map((command) => pasted(command.replace(/^curl /, 'curl --fail-with-body '))),
    );

    expect(calls.length).toBeGreaterThan(5);
    expect(answers.filter(({ failed }) => failed)).toEqual([]);
  });

  it.runIf(hasAws)('is taken by the aws command and by the services', async () => {
    const calls = those('embedded').filter((command) => command.startsWith('aws '));
    const looks = await Promise.all(calls.filter((command) => !isLast(command)).map(pasted));
    const ends = await Promise.all(calls.filter(isLast).map(pasted));

    expect(looks.filter(({ failed }) => failed)).toEqual([]);
    // Which of them comes first is for the machine: the others are told that it is too late.
    expect(ends.filter(({ failed, output }) => failed && !/An error occurred \(\w+\)/.test(output))).toEqual([]);
  });

  it.runIf(hasAws)('is taken by the aws command, where nobody here serves it', async () => {
    const calls = those('aws').map((command) => `${command.replace(/ \|.*/, '')} --generate-cli-skeleton`);

    expect((await Promise.all(calls.map(pasted))).filter(({ failed }) => failed)).toEqual([]);
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
