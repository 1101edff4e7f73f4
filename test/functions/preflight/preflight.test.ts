import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import type { CheckId } from '../../../functions/migration/preflight.ts';
import type { Facts } from '../../../functions/preflight/facts.ts';
import { makePreflight } from '../../../functions/preflight/preflight.ts';
import { FakeClock } from '../support/clock.ts';
import { aNode, aReplicaNode, aTargetGroup, cleanFacts, nodeInfo, nodes, sourceInfo } from '../support/facts.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, MIGRATION_ID, taskInput } from '../support/records.ts';

const MOOT = { moot: true } as const;
const absent = cleanFacts(
  { groupPresence: 'absent' },
  {
    group: MOOT,
    clusters: MOOT,
    parameters: MOOT,
    nodes: MOOT,
    targetClients: MOOT,
    commandsUnknownToTarget: MOOT,
    clocks: MOOT,
  },
);
/** Without Multi-AZ, with data on the primary; the replica cannot be read. */
const unfit = cleanFacts({
  group: aTargetGroup({ multiAz: 'disabled' }),
  nodes: {
    ...nodes(aNode({ info: nodeInfo({ db0: 'keys=7,expires=0,avg_ttl=0', db3: 'keys=2,expires=1,avg_ttl=5' }) })),
    unread: [{ cacheClusterId: 'test-002', endpoint: aReplicaNode().endpoint, why: 'no answer' }],
  },
});

let clock: FakeClock;
let migrations: FakeMigrations;
let locks: FakeLocks;
beforeEach(() => {
  locks = new FakeLocks();
  clock = new FakeClock();
  migrations = new FakeMigrations(clock, aRecord());
});

const preflight = (facts: Facts, waivers: CheckId[] = []) =>
  makePreflight(async () => facts, migrations, locks, clock, { copyBytesPerSecond: 40e6 })({ ...taskInput, waivers });

describe('the preflight', () => {
  it('finds in the table that the group was left paused by a rollback, whoever owned it then', async () => {
    await locks.noteRollback('test', { migrationId: 'test-before', at: clock.iso() });
    await locks.acquire('test', MIGRATION_ID);
    const clean = cleanFacts();

    expect((await preflight(clean)).why).toBe('Blocked by target-rolled-back.');
    expect(await preflight(clean, ['target-rolled-back'])).toMatchObject({ verdict: 'passed' });
  });

  it('shows that it looks, and afterwards what it found', async () => {
    const result = await preflight(absent);
    const { why, ...kept } = result;

    expect(migrations.changes[0]).toMatchObject({ status: 'checking', phase: 'preflight' });
    expect(migrations.record).toMatchObject({ status: 'checking', statusReason: why, preflight: kept });
    expect(result).toMatchObject({ verdict: 'failed', checkedAt: clock.iso() });
  });

  it('names the checks that block in its reason', async () => {
    expect((await preflight(absent)).why).toBe('Blocked by target-not-found.');
    expect((await preflight(unfit)).why).toMatch(/^Blocked by .*target-multi-az.* and target-holds-data\.$/);
  });

  it('passes what was waived by name, and names it', async () => {
    const facts = cleanFacts({ group: aTargetGroup({ multiAz: 'disabled' }) });
    const { verdict, why, waivers } = await preflight(facts, ['target-multi-az', 'target-holds-data']);

    expect([verdict, waivers]).toEqual(['passed', ['target-multi-az', 'target-holds-data']]);
    expect(why).toMatch(/^\d+ checks found nothing that blocks; waived: .*target-multi-az/);
  });

  it('keeps the nodes of the target with the keys that they are known to hold', async () => {
    const { figures } = await preflight(unfit);

    expect(figures.targetNodes).toEqual([
      { nodeGroupId: '0001', cacheClusterId: 'test-001', endpoint: aNode().endpoint, role: 'primary', keys: 9 },
      { nodeGroupId: '0001', cacheClusterId: 'test-002', endpoint: aReplicaNode().endpoint, role: 'replica' },
    ]);
    expect((await preflight(absent)).figures).not.toHaveProperty('targetNodes');
  });

  it('asks for the facts of this migration, and hands on what keeps them from being gathered', async () => {
    const asked: unknown[] = [];
    const failing = makePreflight(
      async (question) => {
        asked.push(question);
        throw new Error('throttled');
      },
      migrations,
      locks,
      clock,
      { copyBytesPerSecond: 40e6 },
    );

    await expect(failing({ ...taskInput, waivers: [] })).rejects.toThrow('throttled');
    expect(asked).toEqual([{ replicationGroupId: 'test', source: taskInput.source }]);
    expect(migrations.record).not.toHaveProperty('preflight');
  });

  it('judges the fence that the request asks for', async () => {
    const noFence = cleanFacts(
      { sourceInfo: sourceInfo({ redis_version: '5.0.14' }) },
      { sourceUsers: { moot: true } },
    );
    const verdictWith = async (fence: 'auto' | 'none') => {
      const cutoverSettings = { ...DEFAULT_CUTOVER, fence };
      const asked = new FakeMigrations(clock, aRecord({ cutoverSettings }));
      const preflight = makePreflight(async () => noFence, asked, locks, clock, { copyBytesPerSecond: 40e6 });
      return (await preflight({ ...taskInput, waivers: [] })).verdict;
    };

    expect([await verdictWith('auto'), await verdictWith('none')]).toEqual(['failed', 'passed']);
  });
});
