import { beforeEach, describe, expect, it } from 'vitest';
import type { CheckId } from '../../../functions/migration/preflight.ts';
import type { FactName, Facts, TargetGroup } from '../../../functions/preflight/facts.ts';
import { makePreflight } from '../../../functions/preflight/preflight.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { NODES } from '../support/nodes.ts';
import { aRecord, taskInput } from '../support/records.ts';

const NAMES: FactName[] = [
  ...([
    'groupPresence',
    'group',
    'clusters',
    'parameters',
    'nodes',
    'targetClients',
    'commandsUnknownToTarget',
  ] as const),
  ...(['sourceAddresses', 'sourceReach', 'sourceInfo', 'sourceConfig', 'sourceCommands', 'sourceModules'] as const),
  ...(['sourceFunctions', 'sourceClients', 'sourceUsers', 'sourceKeys', 'writes', 'sentinels', 'rdbFormat'] as const),
  'clocks',
];
/** Facts of which nothing but these can be said. */
const factsWith = (known: Partial<Facts>): Facts =>
  ({ ...Object.fromEntries(NAMES.map((name) => [name, { moot: true }])), ...known }) as Facts;

const absent = factsWith({ groupPresence: { value: 'absent' } });
const group: TargetGroup = {
  status: 'available',
  clusterEnabled: false,
  multiAz: 'disabled',
  automaticFailover: 'enabled',
  transitEncryptionEnabled: false,
  authTokenEnabled: false,
  userGroupIds: [],
  snapshotRetentionLimit: 0,
  pendingChanges: [],
  outpostArns: [],
  nodes: NODES.map((node) => ({ ...node, nodeGroupId: '0001' })),
};
const oneZone = factsWith({
  groupPresence: { value: 'present' },
  group: { value: group },
  nodes: {
    value: {
      read: [
        {
          ...(NODES[0] as (typeof NODES)[0]),
          info: new Map([
            ['db0', 'keys=7,expires=0'],
            ['db3', 'keys=2,expires=1'],
          ]),
        },
      ],
      unread: [],
    },
  },
});

let clock: FakeClock;
let migrations: FakeMigrations;
beforeEach(() => {
  clock = new FakeClock();
  migrations = new FakeMigrations(clock, aRecord());
});

const preflight = (facts: Facts, waivers: CheckId[] = []) =>
  makePreflight(async () => facts, migrations, clock, { copyBytesPerSecond: 40e6 })({ ...taskInput, waivers });

describe('the preflight', () => {
  it('shows that it looks, and afterwards what it found', async () => {
    const result = await preflight(absent);
    const { why, ...kept } = result;

    expect(migrations.changes[0]).toMatchObject({ status: 'checking', phase: 'preflight' });
    expect(migrations.record).toMatchObject({ status: 'checking', statusReason: why, preflight: kept });
    expect(result).toMatchObject({ verdict: 'failed', checkedAt: clock.iso() });
  });

  it('names the checks that block in its reason', async () => {
    expect((await preflight(absent)).why).toBe('The preflight found what blocks the migration: target-not-found.');
  });

  it('passes what was waived by name, and names it', async () => {
    const { verdict, why, waivers } = await preflight({ ...oneZone, nodes: { moot: true } }, [
      'target-multi-az',
      'target-holds-data',
    ]);

    expect([verdict, waivers]).toEqual(['passed', ['target-multi-az', 'target-holds-data']]);
    expect(why).toMatch(/^\d+ checks found nothing that blocks; waived: .*target-multi-az/);
  });

  it('keeps the nodes of the target with the keys that they are known to hold', async () => {
    const { figures } = await preflight(oneZone, ['target-multi-az']);

    expect(figures.targetNodes).toEqual([
      { nodeGroupId: '0001', ...NODES[0], keys: 9 },
      { nodeGroupId: '0001', ...NODES[1] },
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
      clock,
      { copyBytesPerSecond: 40e6 },
    );

    await expect(failing({ ...taskInput, waivers: [] })).rejects.toThrow('throttled');
    expect(asked).toEqual([{ replicationGroupId: 'test', source: taskInput.source }]);
    expect(migrations.record).not.toHaveProperty('preflight');
  });
});
