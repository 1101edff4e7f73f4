import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, FaultPolicy } from '../../local/endpoint/endpoint.ts';
import { eventually, type Lab, startLab } from './lab.ts';

const REASON = 'the wrong source';

describe.concurrent('an abort', { timeout: 240_000 }, () => {
  let lab: Lab;
  let sourcePort: number;
  let faults: FaultPolicy = () => 'none';
  beforeAll(async () => {
    lab = await startLab({
      parameters: { ActingTaskSeconds: '5' },
      faults: (call) => faults(call),
      lambda: { asyncRetryDelaysMs: [10, 20] },
    });
    sourcePort = (await lab.source()).port;
  });
  afterAll(() => lab?.end());

  const abort = (migrationId: string, body: unknown = { reason: REASON }) =>
    lab.request('POST', `/migrations/${migrationId}/abort`, body);
  const statusOf = (group: string) => lab.aws.elastiCache.group(group).describe().Status;
  /** As it was before: on its own, and free for the next migration. */
  const isFreeAgain = async (group: string) => {
    await eventually(async () => statusOf(group) === 'available');
    const primary = lab.aws.elastiCache.group(group).primary();
    expect(await primary.command('ROLE')).toContain('master');
    // What was copied stays, which is why the next one has to waive it.
    expect(await primary.command('DBSIZE')).toBeGreaterThan(0);
    await lab.awaiting(await lab.start(group, sourcePort, { waivers: ['target-holds-data'] }));
  };
  const sourceTakesWrites = async () => {
    const client = await lab.client(sourcePort);
    expect(await client.sendCommand(['SET', 'written-after-the-abort', 'yes'])).toBe('OK');
  };

  it('ends a migration that awaits its cutover, by who asked and why, and leaves both sides as they were', async () => {
    await lab.group('waiting');
    const { migrationId } = await lab.awaiting(await lab.start('waiting', sourcePort));
    const answer = await abort(migrationId);
    const { id, data } = await lab.announcement(migrationId, 'MigrationAborted');

    expect([answer.status, answer.body.allowedActions]).toEqual([202, []]);
    expect(answer.body.requests).toMatchObject({
      abort: { reason: REASON, by: { by: 'http', sourceIp: '127.0.0.1' } },
    });
    expect(id).toBe(`${migrationId}:terminal`);
    expect(data).toMatchObject({ status: 'aborted', failure: { error: 'AbortRequestedError' } });
    expect(await lab.view(migrationId)).toMatchObject({ outcome: 'aborted', requests: { abort: { reason: REASON } } });
    await sourceTakesWrites();
    await isFreeAgain('waiting');
  });

  it('that comes by an event ends a migration during its full sync', async () => {
    await lab.group('copying');
    // Ten seconds, if nobody ended it.
    const slow = await lab.source(1000, { 'rdb-key-save-delay': '10000' });
    const migrationId = await lab.start('copying', slow.port);
    await lab.announcement(migrationId, 'MigrationStarted');
    const client = new EventBridgeClient({
      endpoint: lab.aws.awsEndpoint,
      region: 'us-west-2',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: lab.aws.outputs.MigrationBusName,
            Source: 'ops.tools',
            DetailType: 'AbortRequested',
            Detail: JSON.stringify({ data: { migrationId, reason: REASON } }),
          },
        ],
      }),
    );
    client.destroy();
    await lab.announcement(migrationId, 'MigrationAborted');

    expect(await lab.view(migrationId)).toMatchObject({
      requests: { abort: { by: { by: 'bus', principal: 'ops.tools' } } },
    });
    await eventually(async () => statusOf('copying') === 'available');
  });

  it('that meets a StartMigration under way leaves no online migration that nobody watches', async () => {
    await lab.group('in-flight');
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    faults = async ({ operation, body }): Promise<Fault> => {
      if (operation !== 'StartMigration' || !body.toString().includes('in-flight')) return 'none';
      asked.resolve();
      await goOn.promise;
      return 'none';
    };
    const migrationId = await lab.start('in-flight', sourcePort);
    await asked.promise;
    expect((await abort(migrationId)).status).toBe(202);
    goOn.resolve();
    await lab.announcement(migrationId, 'MigrationAborted');
    faults = () => 'none';

    await isFreeAgain('in-flight');
  });

  it('says why, or is refused with all that is wrong', async () => {
    await lab.group('unaborted');
    const migrationId = await lab.start('unaborted', sourcePort);
    const pointersOf = async (body: unknown) =>
      ((await abort(migrationId, body)).body.violations as { pointer: string }[]).map(({ pointer }) => pointer);

    expect(await pointersOf({})).toEqual(['/reason']);
    expect(await pointersOf({ reason: 7, force: true })).toEqual(['/force', '/reason']);
    expect((await lab.request('POST', '/migrations/none-000000000000/abort', { reason: REASON })).status).toBe(404);
  });

  it('is refused after the promotion, with what can be asked for instead', async () => {
    await lab.group('too-late');
    const { port } = await lab.source();
    const migrationId = await lab.start('too-late', port, { cutover: { mode: 'automatic' } });
    await lab.announcement(migrationId, 'MigrationPromoted');
    const { status, body } = await abort(migrationId);

    expect([status, body.code]).toEqual([409, 'action-not-allowed']);
    expect(body.allowedActions).toContain('unfence');
    expect(await lab.view(migrationId)).not.toHaveProperty('requests');
  });
});
