import { describe, expect, it } from 'vitest';
import type { RequestedCutover } from '../../../functions/migration/fence.ts';
import type { PlannedAction } from '../../../functions/migration/record.ts';
import { plannedActions } from '../../../functions/preflight/actions.ts';
import type { Plan } from '../../../functions/preflight/plan.ts';
import { NODES, SOURCE } from '../support/nodes.ts';

const [primary, replica] = NODES as [(typeof NODES)[0], (typeof NODES)[0]];
const CUTOVER: RequestedCutover = { mode: 'manual', fence: 'auto', drainBudgetMs: 2000, quietSeconds: 60 };
const planWith = (change: Partial<Plan> = {}): Plan => ({
  replicationGroupId: 'test',
  source: SOURCE,
  cutover: CUTOVER,
  verification: 'full',
  figures: {
    keys: 120_000,
    fence: 'acl',
    targetNodes: [
      { nodeGroupId: '0001', ...primary, keys: 1204 },
      { nodeGroupId: '0001', ...replica, keys: 0 },
    ],
  },
  ...change,
});

/** `PutEvents MigrationStarted`, or the call and what it is done to. */
const inShort = ({ call, on, parameters }: PlannedAction): string =>
  call === 'events:PutEvents' ? String(parameters?.DetailType) : `${call} on ${on}`;
const shortPlan = (change: Partial<Plan> = {}) => plannedActions(planWith(change)).map(inShort);

const BEGUN = [
  'MigrationAccepted',
  'dynamodb:UpdateItem on the lock of replication group test',
  'elasticache:DescribeReplicationGroups, DescribeCacheClusters, DescribeCacheParameters on replication group test',
  'INFO and other commands that only read on source 10.0.0.5:6379 and every node of the group',
];
const LOOKED = 'INFO on source 10.0.0.5:6379 and every node of the group';
const EACH = 'source 10.0.0.5:6379 and each of its replicas';
const FOLLOWED = 'elasticache:DescribeReplicationGroups, DescribeEvents on replication group test';
const TESTED = [...BEGUN, 'MigrationPreflightPassed', 'elasticache:TestMigration on replication group test', FOLLOWED];
const FAILED = ['dynamodb:UpdateItem on the lock of replication group test', 'MigrationFailed'];

describe('the actions of a real run', () => {
  it('of a stack that reaches no server leave out whatever is done to one', () => {
    const cutover = { ...CUTOVER, fence: 'none' } as const;
    const all = plannedActions(planWith({ apiOnly: true, cutover, verification: 'none', figures: {} }));
    const calls = all.filter(({ by }) => by === 'service').map(({ call }) => call);

    expect(new Set(calls.map((call) => call.split(':')[0]))).toEqual(
      new Set(['events', 'dynamodb', 'elasticache', 'cloudwatch']),
    );
    expect(all.filter(({ by }) => by === 'you').map(({ call }) => call)).toEqual([
      'the end of every writer, and INFO replication of both sides',
      'POST /migrations/{id}/cutover',
    ]);
  });

  it('are told in their order, each with the resource that it is done to', () => {
    expect(shortPlan()).toEqual([
      ...TESTED,
      'elasticache:StartMigration on replication group test',
      'MigrationStarted',
      'REPLICAOF 10.0.0.5 6379 on node test-001 (test-001.test:6379)',
      'PSYNC on source 10.0.0.5:6379',
      'a full sync from its primary on node test-002 (test-002.test:6379)',
      'INFO, and on the source CLIENT LIST and CONFIG GET on source 10.0.0.5:6379 and every node of the group',
      FOLLOWED,
      'MigrationProgressed',
      'MigrationBufferThreatened',
      'MigrationInSync',
      'MigrationLinkLost',
      'MigrationLinkRestored',
      'SCAN, and commands and scripts that only read on source 10.0.0.5:6379 and the primary of the group',
      'MigrationVerified',
      'MigrationVerificationFailed',
      'MigrationAwaitingCutover',
      'POST /migrations/{id}/cutover on the migration',
      'MigrationCutoverStarted',
      LOOKED,
      'dynamodb:UpdateItem on the fence of source 10.0.0.5:6379',
      `ACL SAVE or CONFIG REWRITE on ${EACH}`,
      'CLIENT PAUSE 2000 WRITE on source 10.0.0.5:6379',
      LOOKED,
      `ACL SETUSER of each user with -@write -publish, then ACL SAVE or CONFIG REWRITE on ${EACH}`,
      `CLIENT KILL TYPE normal, CLIENT KILL TYPE pubsub on ${EACH}`,
      LOOKED,
      'dynamodb:UpdateItem on the fence of source 10.0.0.5:6379',
      'elasticache:CompleteMigration on replication group test',
      'MigrationCutoverBackedOut',
      'REPLICAOF NO ONE on node test-001 (test-001.test:6379)',
      FOLLOWED,
      LOOKED,
      'kms:Sign, where a key is configured; dynamodb:PutItem on the offset certificate of replication group test',
      'MigrationPromotionInDoubt',
      'MigrationPromoted',
      `ACL LOG, CLIENT LIST on ${EACH}`,
      'MigrationStragglersFound',
      'dynamodb:UpdateItem on the lock of replication group test',
      'MigrationCompleted',
    ]);
  });

  it('have no place for an operator when the cutover is automatic', () => {
    const manual = shortPlan();
    const automatic = shortPlan({ cutover: { ...CUTOVER, mode: 'automatic' } });

    expect(manual.filter((action) => !automatic.includes(action))).toEqual([
      'MigrationAwaitingCutover',
      'POST /migrations/{id}/cutover on the migration',
    ]);
  });

  it('say of what may not come that it is only possible', () => {
    const possible = plannedActions(planWith()).flatMap(({ parameters, effect }) =>
      effect.startsWith('Possible: ') ? [parameters?.DetailType] : [],
    );

    expect(possible).toEqual([
      'MigrationBufferThreatened',
      'MigrationLinkLost',
      'MigrationLinkRestored',
      'MigrationVerificationFailed',
      'MigrationCutoverBackedOut',
      'MigrationPromotionInDoubt',
      'MigrationStragglersFound',
    ]);
  });

  it('fence as the request says, and as the source allows', () => {
    const fencing = (change: Partial<Plan>) => shortPlan(change).filter((one) => /^(ACL SETUSER|CONFIG SET)/.test(one));
    const asked = (fence: RequestedCutover['fence']) => fencing({ cutover: { ...CUTOVER, fence } });

    expect(asked('auto')).toEqual([expect.stringMatching(/^ACL SETUSER/)]);
    expect(asked('minReplicas')).toEqual([expect.stringMatching(/^CONFIG SET min-replicas-to-write/)]);
    expect(asked('none')).toEqual([]);
    expect(fencing({ figures: { fence: 'minReplicas' } })).toEqual([expect.stringMatching(/^CONFIG SET/)]);
  });

  it('write no file of the source where a fence is not to be kept, or there is none', () => {
    const writing = (change: Partial<Plan>) => shortPlan(change).filter((one) => /ACL SAVE|CONFIG REWRITE/.test(one));

    expect(writing({})).toHaveLength(2);
    expect(writing({ keepsNothing: true })).toEqual([]);
    expect(writing({ cutover: { ...CUTOVER, fence: 'minReplicas' }, keepsNothing: true })).toEqual([]);
    expect(writing({ cutover: { ...CUTOVER, fence: 'none' } })).toEqual([]);
    expect(
      plannedActions(planWith({ keepsNothing: true })).find(({ call }) => call.startsWith('ACL SETUSER'))?.effect,
    ).toBe('Nobody writes any more, until it is restarted; reads go on.');
  });

  it('have IPv6 addresses in brackets', () => {
    const source = { address: 'fd00::5', port: 6379 };
    const node = { nodeGroupId: '0001', ...primary, endpoint: { address: 'fd00::1', port: 6380 } };
    const shortened = shortPlan({ source, figures: { targetNodes: [node] } });

    expect(shortened).toContain('PSYNC on source [fd00::5]:6379');
    expect(shortened).toContain('REPLICAOF fd00::5 6379 on node test-001 ([fd00::1]:6380)');
  });

  it('verify as the request says', () => {
    const effects = (verification: Plan['verification']) =>
      plannedActions(planWith({ verification })).flatMap(({ call, effect }) => (call.startsWith('SCAN') ? effect : []));

    expect(effects('full')).toEqual([expect.stringMatching(/^All keys are compared/)]);
    expect(effects('sample')).toEqual([expect.stringMatching(/^A sample/)]);
    expect(effects('none')).toEqual([]);
  });

  it('end with the failure where a real run would end', () => {
    expect(shortPlan({ endsAt: 'preflight' })).toEqual([...BEGUN, 'MigrationPreflightFailed', ...FAILED]);
    expect(shortPlan({ endsAt: 'test' })).toEqual([...TESTED, ...FAILED]);
  });

  it('say how many keys are erased and how many come, where that is known', () => {
    const effectOn = (plan: Plan, call: string) =>
      plannedActions(plan).find((one) => one.call.startsWith(call))?.effect;

    expect(effectOn(planWith(), 'REPLICAOF 10')).toBe(
      '1,204 keys are erased and replaced by 120,000 keys of the source.',
    );
    expect(effectOn(planWith(), 'a full sync')).toBe('It is empty, and gets the same, behind its primary.');
    const { keys: _, ...unknown } = { nodeGroupId: '0001', ...primary, keys: 0 };
    expect(effectOn(planWith({ figures: { targetNodes: [unknown] } }), 'REPLICAOF 10')).toBe(
      "All its data are erased and replaced by the source's data.",
    );
  });

  it('name the parameters of the calls as AWS names them, and never Force', () => {
    const parametersOf = (call: string) => plannedActions(planWith()).find((one) => one.call === call)?.parameters;
    const endpoint = {
      ReplicationGroupId: 'test',
      CustomerNodeEndpointList: [{ Address: SOURCE.address, Port: SOURCE.port }],
    };

    expect(parametersOf('elasticache:TestMigration')).toEqual(endpoint);
    expect(parametersOf('elasticache:StartMigration')).toEqual(endpoint);
    expect(parametersOf('elasticache:CompleteMigration')).toEqual({ ReplicationGroupId: 'test' });
  });

  it('are told of a group of which nothing is known, too', () => {
    expect(shortPlan({ figures: {}, endsAt: 'preflight' })).toHaveLength(BEGUN.length + 3);
  });
});
