import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { paginateGetExecutionHistory, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reservePort } from '../../local/redis/ports.ts';
import { secretArn } from '../../local/secretsmanager/secrets.ts';
import { makeAuthority } from '../functions/support/certificate.ts';
import { ADDRESS, type Lab, startLab } from './lab.ts';

const PASSWORD = 'planted-password';
const VALUE = 'planted-value';
const TOKEN = 'planted-token';
const AUTHORITY = makeAuthority();
/** Of this service, to the source. */
const OURS = AUTHORITY.issue({ dns: ['migrator'] });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** What must be nowhere: names, values, passwords and what Redis makes of them, a private key. */
const PLANTED = new RegExp(
  ['planted', sha256(PASSWORD), sha256(`${PASSWORD}-ours`), OURS.key.split('\n')[1]?.slice(20, 50)].join('|'),
);

let lab: Lab;
let folder: string;
const logs: string[] = [];
const events: string[] = [];
beforeAll(async () => {
  lab = await startLab({
    parameters: { RedactKeyNames: 'true', SourceSecretArns: ['source', 'broken'].map(secretArn).join(',') },
    lambda: { logs: ({ line }) => logs.push(line), env: { POWERTOOLS_LOG_LEVEL: 'DEBUG' } },
  });
  lab.aws.onEvent((event) => events.push(JSON.stringify(event)));
});
afterAll(async () => {
  await lab?.end();
  await rm(folder, { recursive: true, force: true });
});

/** A source that lets this service in by TLS, with a certificate and a password. */
const sourceByTls = async () => {
  folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-privacy-'));
  const { cert, key } = AUTHORITY.issue({ ips: [ADDRESS] });
  const files = { 'tls-cert-file': cert, 'tls-key-file': key, 'tls-ca-cert-file': AUTHORITY.cert };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const config = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, name)]));
  const { port } = await reservePort();
  const source = await lab.source(300, { ...config, 'tls-port': String(port), 'tls-auth-clients': 'yes' });
  const secret = {
    endpoints: [`${ADDRESS}:${source.port}`],
    username: 'migrator',
    password: `${PASSWORD}-ours`,
    tls: { port, ca: AUTHORITY.cert, cert: OURS.cert, key: OURS.key },
  };
  lab.aws.secrets.put('source', JSON.stringify(secret));
  // Of a source that nobody runs.
  const broken = { endpoints: [`${ADDRESS}:1`], password: ['planted'], 'planted-field': 'planted' };
  lab.aws.secrets.put('broken', JSON.stringify(broken));
  return source;
};

const all = async <T>(pages: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const page of pages) found.push(page);
  return found;
};

it('tells no name of a key where names are redacted, and no value and no password ever: in logs, events, the table, histories and answers', async () => {
  const source = await sourceByTls();
  const onSource = await lab.client(source.port);
  await onSource.sendCommand(['ACL', 'SETUSER', 'app', 'on', `>${PASSWORD}`, '~*', '&*', '+@all']);
  for (let key = 0; key < 100; key++)
    await onSource.sendCommand(['SET', `session:planted:${key}`, VALUE, 'EX', key < 50 ? '55' : '3600']);
  await onSource.sendCommand(['ACL', 'SETUSER', 'migrator', 'on', `>${PASSWORD}-ours`, '~*', '&*', '+@all']);
  // As docs/source-credentials.md says it.
  const forElastiCache = ['+ping', '+replconf', '+psync', '+sync', '+info', '+config|get', '+command', '+cluster'];
  await onSource.sendCommand(['ACL', 'SETUSER', 'default', '-@all', ...forElastiCache]);
  await lab.group('private', {}, 1);
  await lab.group('refused');
  const refused = await lab.start('refused', 1, { dryRun: true });
  const { data } = await lab.announcement(refused, 'MigrationPreflightFailed');
  expect(JSON.stringify(data)).toContain(
    'The secret broken-AbCdEf cannot be used: password is no text, or empty; it has 1 fields',
  );
  // As in the tests of the verification: what differs is written behind the replication's back.
  const stopHearing = lab.aws.onEvent((event) => {
    if (event['detail-type'] !== 'MigrationInSync') return;
    stopHearing();
    const primary = lab.aws.elastiCache.group('private').primary();
    const letLook = lab.aws.elastiCache.faults.add({ action: 'DescribeReplicationGroups', kind: 'callRateExceeded' });
    void primary
      .command('CONFIG', 'SET', 'replica-read-only', 'no')
      .then(() => primary.command('SET', 'session:planted:99', `${VALUE}!`))
      .then(() => primary.command('CONFIG', 'SET', 'replica-read-only', 'yes'))
      .then(letLook);
  });

  const migrationId = await lab.start(
    'private',
    source.port,
    { waivers: ['users-included'] },
    { authorization: TOKEN, cookie: TOKEN },
  );
  await lab.announcement(migrationId, 'MigrationVerificationFailed');
  await lab.awaiting(migrationId);
  await lab.request('POST', `/migrations/${migrationId}/cutover`, {
    reason: 'it was us',
    waivers: ['verification-differences'],
  });
  await lab.announcement(migrationId, 'MigrationPromoted');
  await lab.announcement(migrationId, 'MigrationCompleted');

  const endpoint = { endpoint: lab.aws.awsEndpoint, region: 'us-west-2' };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const [dynamo, states] = [
    new DynamoDBClient({ ...endpoint, credentials }),
    new SFNClient({ ...endpoint, credentials }),
  ];
  const scanned = await all(paginateScan({ client: dynamo }, { TableName: lab.aws.outputs.MigrationTableName }));
  const items = scanned.flatMap(({ Items = [] }) => Items);
  const histories: unknown[] = [];
  for (const stateMachineArn of [lab.aws.outputs.MigrationStateMachineArn, lab.aws.outputs.SettlementStateMachineArn]) {
    for await (const { executions = [] } of paginateListExecutions({ client: states }, { stateMachineArn })) {
      for (const { executionArn } of executions)
        histories.push(...(await all(paginateGetExecutionHistory({ client: states }, { executionArn }))));
    }
  }
  const answers = [
    await lab.view(migrationId),
    (await lab.request('GET', `/migrations/${migrationId}?timeline=true`)).body,
    (await lab.request('GET', '/migrations')).body,
  ];
  dynamo.destroy();
  states.destroy();
  const places = {
    logs: logs.join('\n'),
    events: events.join('\n'),
    // A checkpoint needs the names to go on from; docs/security.md says so.
    table: JSON.stringify(items.filter(({ pk }) => !pk?.S?.startsWith('CHECKPOINT#'))),
    histories: JSON.stringify(histories),
    answers: JSON.stringify(answers),
  };

  for (const [place, text] of Object.entries(places)) {
    expect([place, PLANTED.exec(text)?.[0]]).toEqual([place, undefined]);
    if (place === 'logs') continue;
    // The finding and the difference are there, and so is what stands for their keys.
    expect([place, text.includes(migrationId)]).toEqual([place, true]);
    expect([place, text.includes('short-ttls'), /\bkey-[0-9a-f]{16}\b/.test(text)]).toEqual([place, true, true]);
  }
});
