import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryPolicy } from '../../local/eventbridge/delivery.ts';
import { at, eventually, type Lab, startLab, TERMINAL } from './lab.ts';

/** Of the embedded Lambda; less than half of it is reserved. */
const ACCOUNT = 120;

describe('ends that the execution cannot announce itself', () => {
  let lab: Lab;
  let sourcePort: number;
  let deliveries: DeliveryPolicy = () => 'deliver';
  beforeAll(async () => {
    lab = await startLab({
      deliveries: (delivery) => deliveries(delivery),
      // Twenty may begin at once, and more are not started here.
      parameters: { ActingTaskSeconds: '5', StartsPerMinute: '60' },
      lambda: { accountConcurrency: ACCOUNT },
    });
    sourcePort = (await lab.source()).port;
  });
  afterAll(() => lab?.end());

  const awaiting = async (group: string, port = sourcePort) => {
    await lab.group(group);
    return lab.awaiting(await lab.start(group, port));
  };
  const stop = (executionArn: unknown) =>
    lab.aws.stepFunctions.stopExecution({
      executionArn: executionArn as string,
      error: 'Operator',
      cause: 'stopped by hand',
    });
  const terminalEvents = (migrationId: string) =>
    lab.announced.filter((one) => one.migrationId === migrationId && TERMINAL.includes(one.detailType));
  /** The source takes writes, and the group is out of migration. */
  const isSafe = async (group: string, port = sourcePort) => {
    const client = await lab.client(port);
    expect(await client.sendCommand(['SET', 'after', group])).toBe('OK');
    const { status, nodeGroups } = lab.aws.elastiCache.group(group);
    expect([status, await nodeGroups[0]?.primary.linkState()]).toEqual(['available', 'primary']);
  };
  const isStatusChange: DeliveryPolicy = ({ event }) =>
    event['detail-type'] === 'Step Functions Execution Status Change' ? 'lose' : 'deliver';

  it('announces an execution that was stopped from outside, and gives its lock back', async () => {
    const { migrationId, executionArn } = await awaiting('outside');
    stop(executionArn);
    const { id, data } = await lab.announcement(migrationId, 'MigrationAborted');
    const view = await lab.view(migrationId);

    expect(id).toBe(`${migrationId}:terminal`);
    expect(data).toMatchObject({
      status: 'aborted',
      failure: { error: 'Operator', cause: 'stopped by hand. The online migration was stopped.' },
    });
    expect(view).toMatchObject({ status: 'aborted', outcome: 'aborted', allowedActions: [] });
    await isSafe('outside');
    // The lock is free, and the group too: a new migration goes through.
    const again = await lab.start('outside', sourcePort, {
      cutover: { mode: 'automatic', fence: 'none' },
      waivers: ['target-holds-data'],
      reason: 'what the first one copied',
    });
    await lab.announcement(again, 'MigrationCompleted');
  });

  it('announces one end when the status change is delivered twice', async () => {
    deliveries = ({ event }) => (event.source === 'aws.states' ? 'repeat' : 'deliver');
    const { migrationId, executionArn } = await awaiting('doubled');
    stop(executionArn);
    await lab.announcement(migrationId, 'MigrationAborted');
    deliveries = () => 'deliver';

    expect(new Set(terminalEvents(migrationId).map(({ id }) => id)).size).toBe(1);
  });

  it('announces a failure once, although both the Catch and the status change start a settlement', async () => {
    const migrationId = await lab.start('absent', sourcePort);
    await lab.announcement(migrationId, 'MigrationFailed');
    await eventually(async () => {
      const { executions } = lab.aws.stepFunctions.listExecutions({
        stateMachineArn: lab.aws.outputs.SettlementStateMachineArn as string,
      });
      return executions.every(({ status }) => status !== 'RUNNING');
    });

    expect(terminalEvents(migrationId)).toHaveLength(1);
  });

  it('finds by the sweeper an end whose status change was lost', async () => {
    deliveries = isStatusChange;
    const { migrationId, executionArn } = await awaiting('unheard');
    stop(executionArn);
    await makeOld(lab, migrationId);
    expect((await sweep(lab)).settling).toEqual([migrationId]);
    await lab.announcement(migrationId, 'MigrationAborted');
    deliveries = () => 'deliver';

    await eventually(async () => (await sweep(lab)).looked === 0);
  });

  it('leaves a running migration alone, whatever the sweeper thinks of its silence', async () => {
    const { migrationId } = await awaiting('silent');
    await makeOld(lab, migrationId);

    expect((await sweep(lab)).settling).toEqual([]);
    await lab.request('POST', `/migrations/${migrationId}/cutover`);
    await lab.announcement(migrationId, 'MigrationCompleted');
  });

  it('settles a request that died before its execution began', async () => {
    const failed = Promise.withResolvers<void>();
    lab.aws.setFaultPolicy(({ operation }) => {
      if (operation !== 'StartExecution') return 'none';
      failed.resolve();
      return 'fail';
    });
    const answer = await lab.request('POST', '/migrations', {
      replicationGroupId: 'stillborn',
      customerNodeEndpointList: at(sourcePort),
    });
    await failed.promise;
    lab.aws.setFaultPolicy(() => 'none');
    const { body } = await lab.request('GET', '/migrations?replicationGroupId=stillborn');
    const [{ migrationId }] = body.migrations as [{ migrationId: string }];
    await makeOld(lab, migrationId);
    await sweep(lab);
    const { data } = await lab.announcement(migrationId, 'MigrationFailed');

    expect([answer.status, answer.body.code]).toEqual([503, 'transient-service-fault']);
    expect(data.failure).toMatchObject({ error: 'NeverStarted' });
  });

  it('settles although everything else has taken all concurrency that is left in the account', async () => {
    // The other one is fenced by those that were cut over.
    const { port } = await lab.source();
    const { migrationId, executionArn } = await awaiting('starved', port);
    const hog = lab.aws.resources.ListMigrationsFunction as string;
    await lab.aws.lambda.invoke(hog, {});
    // Each hangs until its timeout of 15 s.
    lab.aws.lambda.kill(hog, 'SIGSTOP');
    const hung = Array.from({ length: ACCOUNT }, () => lab.aws.lambda.invoke(hog, {}).catch((error: Error) => error));
    await expect(lab.aws.lambda.invoke(lab.aws.resources.PreflightFunction as string, {})).rejects.toMatchObject({
      name: 'TooManyRequestsError',
    });
    stop(executionArn);
    await lab.announcement(migrationId, 'MigrationAborted');
    await isSafe('starved', port);
    lab.aws.lambda.kill(hog);
    await Promise.all(hung);
  });

  it('lets one move up in the line where all others have left it', async () => {
    // The sweeper comes when it is called.
    deliveries = ({ event }) => (event['detail-type'] === 'Scheduled Event' ? 'lose' : 'deliver');
    const isQueued = (id: string) => async () =>
      /^its turn to begin, at \S+ at the latest/.test(String((await lab.view(id)).waitingFor)) && lab.view(id);
    await setItem(lab, 'FLEET#line', 'nextMs', Date.now() + 3600_000);
    const left = await lab.start('left', sourcePort, { dryRun: true });
    await lab.group('behind');
    const behind = await lab.start('behind', sourcePort, { dryRun: true });
    await eventually(isQueued(behind));
    expect(await eventually(isQueued(left))).toMatchObject({ status: 'accepted', allowedActions: ['abort'] });
    await lab.request('POST', `/migrations/${left}/abort`, { reason: 'not needed' });
    await lab.announcement(left, 'MigrationAborted');
    expect((await lab.view(behind)).status).toBe('accepted');

    await sweep(lab);
    await lab.announcement(behind, 'MigrationDryRunCompleted');
    deliveries = () => 'deliver';
    // Whoever comes now does not wait for an hour either.
    await lab.announcement(await lab.start('absent', sourcePort, { dryRun: true }), 'MigrationPreflightFailed');
  });

  it('survives the death of every function at any moment', async () => {
    await lab.group('killed');
    const migrationId = await lab.start('killed', sourcePort, { cutover: { mode: 'automatic', fence: 'none' } });
    const victims = [
      'PreflightFunction',
      'TestReplicationFunction',
      'StartReplicationFunction',
      'WatchReplicationFunction',
      'CutOverFunction',
      'WatchPromotionFunction',
    ];
    const hunt = setInterval(() => {
      const victim = victims.shift();
      if (victim) lab.aws.lambda.kill(lab.aws.resources[victim] as string);
    }, 200);
    await lab.announcement(migrationId, 'MigrationCompleted');
    clearInterval(hunt);
  });
});

/** A record as if nobody had written it for hours: the sweeper's suspects. */
const makeOld = (lab: Lab, migrationId: string) =>
  setItem(lab, `MIGRATION#${migrationId}`, 'updatedAt', '2026-01-01T00:00:00.000Z');

/** Writes past the service. */
const setItem = async (lab: Lab, pk: string, attribute: string, value: unknown) => {
  const client = new DynamoDBClient({
    endpoint: lab.aws.awsEndpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await DynamoDBDocumentClient.from(client).send(
    new UpdateCommand({
      TableName: lab.aws.outputs.MigrationTableName,
      Key: { pk },
      UpdateExpression: 'SET #attribute = :value',
      ExpressionAttributeNames: { '#attribute': attribute },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
  client.destroy();
};

const sweep = async (lab: Lab) => {
  const result = await lab.aws.lambda.invoke(lab.aws.resources.SweepFunction as string, {});
  if (!result.ok) throw new Error(result.cause);
  return result.payload as { looked: number; settling: string[] };
};
