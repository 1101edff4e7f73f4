import { beforeEach, describe, expect, it } from 'vitest';
import { AllowedGroups } from '../../../functions/adapters/allowed-groups.ts';
import { AllowedNetworks } from '../../../functions/adapters/allowed-networks.ts';
import { type Asking, makeAcceptMigration } from '../../../functions/migration/accept.ts';
import type { Migrations, Workflow } from '../../../functions/migration/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRequest, CALLER } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const clock = new FakeClock();
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
beforeEach(() => {
  migrations = new FakeMigrations(clock);
  workflow = new FakeWorkflow();
});

const PRIVATE = new AllowedNetworks(['10.0.0.0/8', 'fc00::/7']);

const acceptWith = (over: Partial<Migrations & Workflow> = {}) => {
  const standing = {
    claimKey: migrations.claimKey.bind(migrations),
    create: migrations.create.bind(migrations),
    start: workflow.start.bind(workflow),
    executionArn: workflow.executionArn.bind(workflow),
    ...over,
  };
  return makeAcceptMigration(
    standing,
    standing,
    PRIVATE,
    new AllowedGroups(['test', 'orders-*']),
    'full',
    () => new Date(clock.now()),
  );
};
const asking = (change: Partial<Asking> = {}): Asking => ({
  body: aRequest(),
  caller: CALLER,
  correlationId: 'corr-1',
  ...change,
});
const keyed = (change: Partial<Asking> = {}) => asking({ idempotencyKey: 'key-1', ...change });

describe('a replication group that the deployment does not name', () => {
  it('is refused by name before anything is written', async () => {
    const claims: string[] = [];
    const claimKey: Migrations['claimKey'] = async (claim) => {
      claims.push(claim.migrationId);
      return claim;
    };
    const accept = acceptWith({ claimKey });

    for (const replicationGroupId of ['sessions', 'test-2', 'order', 'TESTS']) {
      await expect(accept(keyed({ body: aRequest({ replicationGroupId }) }))).rejects.toMatchObject({
        name: 'ReplicationGroupNotAllowedError',
        code: 'replication-group-not-allowed',
        message: `Replication group ${replicationGroupId.toLowerCase()} is not one that this deployment may migrate into: test, orders-*`,
      });
    }
    expect([claims, migrations.records.size, workflow.started]).toEqual([[], 0, []]);
    for (const replicationGroupId of ['TEST', 'Orders-1']) {
      await expect(accept(keyed({ body: aRequest({ replicationGroupId }) }))).resolves.toBeDefined();
    }
  });
});

describe('acceptMigration', () => {
  it('answers where the migration will be, and starts its execution with the record as its memory', async () => {
    const answer = await acceptWith()(asking());

    expect(answer).toEqual({
      migrationId: expect.stringMatching(/^test-[0-9a-f]{12}$/),
      status: 'accepted',
      links: {
        self: `/migrations/${answer.migrationId}`,
        cutover: `/migrations/${answer.migrationId}/cutover`,
        abort: `/migrations/${answer.migrationId}/abort`,
        confirm: `/migrations/${answer.migrationId}/confirm`,
        unfence: `/migrations/${answer.migrationId}/unfence`,
        rollback: `/migrations/${answer.migrationId}/rollback`,
        close: `/migrations/${answer.migrationId}/close`,
      },
    });
    expect(workflow.started).toEqual([{ migrationId: answer.migrationId, input: migrations.record.input }]);
    expect(JSON.parse(migrations.record.input)).toEqual({
      migrationId: answer.migrationId,
      correlationId: 'corr-1',
      replicationGroupId: 'test',
      source: { address: '10.0.0.5', port: 6379 },
      cutover: { mode: 'manual', fence: 'auto', drainBudgetMs: 2000, quietSeconds: 60 },
      verification: { mode: 'full', maxKeysPerSecond: 50_000, freshForMinutes: 60 },
      dryRun: false,
      waivers: [],
    });
  });

  it('hands the dry run and the waivers to the execution, and keeps them in the record', async () => {
    await acceptWith()(asking({ body: aRequest({ dryRun: true, waivers: ['source-bind'] }) }));

    expect(JSON.parse(migrations.record.input)).toMatchObject({ dryRun: true, waivers: ['source-bind'] });
    expect(migrations.record.request).toMatchObject({ dryRun: true, waivers: ['source-bind'] });
  });

  it('tells the execution how to cut over, and leaves out of it only what is the deployment’s own', async () => {
    const cutover = {
      mode: 'automatic',
      fence: 'acl',
      drainBudgetMs: 500,
      promotionBudgetSeconds: 60,
      quietSeconds: 0,
    };
    await acceptWith()(asking({ body: aRequest({ cutover }) }));

    expect(JSON.parse(migrations.record.input).cutover).toEqual(cutover);
    expect(migrations.record.cutoverSettings).toEqual(cutover);
  });

  it('keeps who asked, when and why', async () => {
    await acceptWith()(asking({ body: aRequest({ reason: 'we move' }) }));

    expect(migrations.record.requestedBy).toEqual({ ...CALLER, at: clock.iso(), reason: 'we move' });
  });

  it('keeps nothing of a request that is refused, not even its key', async () => {
    await expect(acceptWith()(keyed({ body: {} }))).rejects.toThrow('violation');

    await expect(acceptWith()(keyed())).resolves.toMatchObject({ status: 'accepted' });
    expect(migrations.records.size).toBe(1);
  });

  it('takes every request without a key for a new one', async () => {
    const accept = acceptWith();
    await accept(asking());
    await accept(asking());

    expect(workflow.started).toHaveLength(2);
  });

  it('replays the first answer under the same key, word for word', async () => {
    const first = await acceptWith()(keyed());
    const again = await acceptWith()(keyed({ correlationId: 'corr-2' }));

    expect(again).toEqual(first);
    expect(workflow.started).toHaveLength(1);
  });

  it('takes a request for the same that only spells its defaults out, or its id in capitals', async () => {
    const first = await acceptWith()(keyed());
    const cutover = { mode: 'manual', fence: 'auto', drainBudgetMs: 2000, quietSeconds: 60 };
    const body = aRequest({ replicationGroupId: 'TEST', cutover, dryRun: false, waivers: [] });

    expect(await acceptWith()(keyed({ body }))).toEqual(first);
  });

  it('takes the same waivers in another order for the same request', async () => {
    const first = await acceptWith()(keyed({ body: aRequest({ waivers: ['source-bind', 'target-memory'] }) }));
    const again = await acceptWith()(keyed({ body: aRequest({ waivers: ['target-memory', 'source-bind'] }) }));

    expect(again).toEqual(first);
  });

  it.each([
    ['a dry run', { dryRun: true }],
    ['a waiver more', { waivers: ['source-bind'] }],
  ])('takes %s for another request', async (_, change) => {
    await acceptWith()(keyed());

    await expect(acceptWith()(keyed({ body: aRequest(change) }))).rejects.toMatchObject({
      name: 'IdempotencyKeyReusedError',
    });
  });

  it('refuses the key for another request, naming the migration that it belongs to', async () => {
    const { migrationId } = await acceptWith()(keyed());

    await expect(acceptWith()(keyed({ body: aRequest({ reason: 'other' }) }))).rejects.toMatchObject({
      name: 'IdempotencyKeyReusedError',
      message: expect.stringContaining(migrationId),
    });
  });

  it('keeps the keys of HTTP and of the bus apart', async () => {
    const { migrationId } = await acceptWith()(keyed());

    expect((await acceptWith()(keyed({ caller: { by: 'bus' } }))).migrationId).not.toBe(migrationId);
  });

  it('replays the answer, and starts nothing, also after the migration has ended', async () => {
    const first = await acceptWith()(keyed());
    await migrations.end(first.migrationId, 'failed', { status: 'failed', statusReason: 'x', phase: 'ended' });
    workflow.executions.clear();

    expect(await acceptWith()(keyed())).toEqual(first);
    expect(workflow.started).toHaveLength(1);
  });

  it.each([
    ['before the key is claimed', 'claimKey', false],
    ['after the key is claimed', 'claimKey', true],
    ['before the record is written', 'create', false],
    ['after the record is written', 'create', true],
    ['before the execution is started', 'start', false],
    ['after the execution is started', 'start', true],
  ] as const)('that dies %s is finished by its repeat: one record, one execution', async (_, step, takesEffect) => {
    const dying = async (...args: never[]) => {
      const real = step === 'start' ? workflow.start.bind(workflow) : migrations[step].bind(migrations);
      if (takesEffect) await (real as (...args: never[]) => Promise<unknown>)(...args);
      throw new Error('the process is gone');
    };
    await expect(acceptWith({ [step]: dying })(keyed())).rejects.toThrow('gone');

    const answer = await acceptWith()(keyed({ correlationId: 'corr-2' }));

    expect([...migrations.records.keys()]).toEqual([answer.migrationId]);
    expect(workflow.started).toEqual([{ migrationId: answer.migrationId, input: migrations.record.input }]);
  });

  it('lets 20 repeats at once make one migration', async () => {
    const accept = acceptWith();
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(keyed())));

    expect(new Set(answers.map(({ migrationId }) => migrationId)).size).toBe(1);
    expect(workflow.started).toHaveLength(1);
  });
});

describe('the source of a request', () => {
  const endpoint = (address: string) => ({ customerNodeEndpointList: [{ address, port: 6379 }] });
  const asked = async (address: string) => {
    try {
      return await acceptWith()(asking({ body: aRequest(endpoint(address)) }));
    } catch (error) {
      return (error as { violations?: unknown }).violations;
    }
  };

  it.each([
    ['127.0.0.1', 'is loopback'],
    ['169.254.169.254', 'is link-local, where the metadata service is'],
    ['0.0.0.0', 'is no address'],
    ['8.8.8.8', 'is outside of the allowed networks (10.0.0.0/8, fc00::/7)'],
    ['fd00:ec2::254', 'is where the metadata service is'],
    ['2130706433', 'is neither a name nor an IP address in its usual form'],
    ['0x7f000001', 'is neither a name nor an IP address in its usual form'],
    ['0177.0.0.1', 'is neither a name nor an IP address in its usual form'],
  ])('is refused at its pointer, before anything is written: %s', async (address, detail) => {
    expect(await asked(address)).toEqual([{ pointer: '/customerNodeEndpointList/0/address', detail }]);
    expect(workflow.started).toEqual([]);
  });

  it.each(['10.0.0.5', 'fd12::5', 'db.example'])('is taken: %s', async (address) => {
    expect(await asked(address)).toMatchObject({ status: 'accepted' });
  });

  it('is refused along with everything else', async () => {
    const body = aRequest({ ...endpoint('127.0.0.1'), dryRun: 'yes' });
    const error = await acceptWith()(asking({ body })).catch((caught) => caught);

    expect(error.violations).toHaveLength(2);
  });
});
