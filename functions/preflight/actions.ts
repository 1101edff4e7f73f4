import type { PreflightFigures, TargetNodeFigures } from '../migration/preflight.ts';
import type { Endpoint, PlannedAction } from '../migration/record.ts';
import type { VerificationMode } from '../migration/verification.ts';
import { endpointText } from './text.ts';

/** What a real run is told, and what is known of both sides. */
export interface Plan {
  replicationGroupId: string;
  source: Endpoint;
  cutover: 'manual' | 'automatic';
  verification: VerificationMode;
  figures: PreflightFigures;
  /** Where a real run would come to its end before it starts. */
  endsAt?: 'preflight' | 'test';
}

/** Everything that a real run would do to a resource, in its order, up to its end. What only may come says so. */
export const plannedActions = (plan: Plan): PlannedAction[] => {
  const begun = [announce('MigrationAccepted'), takeLock(plan), ...look(plan)];
  if (plan.endsAt === 'preflight') return [...begun, announce('MigrationPreflightFailed'), ...fail(plan)];
  const tested = [...begun, announce('MigrationPreflightPassed'), ...test(plan)];
  if (plan.endsAt === 'test') return [...tested, ...fail(plan)];
  return [
    ...tested,
    ...replicate(plan),
    ...verify(plan),
    ...cutOver(plan),
    releaseLock(plan),
    announce('MigrationCompleted'),
  ];
};

const announce = (detailType: string, effect = EFFECTS[detailType]): PlannedAction => ({
  by: 'service',
  on: 'the event bus',
  call: 'events:PutEvents',
  parameters: { DetailType: detailType },
  effect: effect ?? 'Its subscribers are told.',
});

const EFFECTS: Record<string, string> = {
  MigrationProgressed: 'Its subscribers are told at each tenth of the full sync.',
  MigrationBufferThreatened: "Possible: told only if the source's output buffer for the target nears its limit.",
  MigrationLinkLost: 'Possible: told only if the link to the source is lost.',
  MigrationLinkRestored: 'Possible: told only after a lost link, when all are in sync again.',
  MigrationVerificationFailed:
    'Possible: told only if the two differ, or if it cannot be told; then an operator decides.',
  MigrationAwaitingCutover: 'Its subscribers are told that it is your turn.',
  MigrationPromoted: 'Its subscribers point the clients to the new primary.',
};

const nameOfGroup = ({ replicationGroupId }: Plan): string => `replication group ${replicationGroupId}`;
const nameOfSource = ({ source }: Plan): string => `source ${endpointText(source)}`;
const nameOfNode = ({ cacheClusterId, endpoint }: TargetNodeFigures): string =>
  `node ${cacheClusterId} (${endpointText(endpoint)})`;

const nodesOf = ({ figures }: Plan, role: TargetNodeFigures['role']): TargetNodeFigures[] =>
  (figures.targetNodes ?? []).filter((node) => node.role === role);

const lock = (plan: Plan, effect: string): PlannedAction => ({
  by: 'service',
  on: `the lock of ${nameOfGroup(plan)}`,
  call: 'dynamodb:UpdateItem',
  parameters: { pk: `LOCK#${plan.replicationGroupId}` },
  effect,
});
const takeLock = (plan: Plan) => lock(plan, 'No other migration of this service acts on the group until the end.');
const releaseLock = (plan: Plan) => lock(plan, 'Another migration may act on the group.');

const fail = (plan: Plan): PlannedAction[] => [releaseLock(plan), announce('MigrationFailed')];

const look = (plan: Plan): PlannedAction[] => [
  {
    by: 'service',
    on: nameOfGroup(plan),
    call: 'elasticache:DescribeReplicationGroups, DescribeCacheClusters, DescribeCacheParameters',
    effect: 'Its attributes are read.',
  },
  {
    by: 'service',
    on: `${nameOfSource(plan)} and every node of the group`,
    call: 'INFO and other commands that only read',
    effect: 'What the checks need is read.',
  },
];

const endpointOf = ({ replicationGroupId, source }: Plan) => ({
  ReplicationGroupId: replicationGroupId,
  CustomerNodeEndpointList: [{ Address: source.address, Port: source.port }],
});

const test = (plan: Plan): PlannedAction[] => [
  {
    by: 'service',
    on: nameOfGroup(plan),
    call: 'elasticache:TestMigration',
    parameters: endpointOf(plan),
    effect: 'ElastiCache tries whether the group can replicate from the source; no data move.',
  },
  follow(plan, "Its status and events are read until they tell the test's verdict."),
];

const follow = (plan: Plan, effect: string): PlannedAction => ({
  by: 'service',
  on: nameOfGroup(plan),
  call: 'elasticache:DescribeReplicationGroups, DescribeEvents',
  effect,
});

const replicate = (plan: Plan): PlannedAction[] => [
  {
    by: 'service',
    on: nameOfGroup(plan),
    call: 'elasticache:StartMigration',
    parameters: endpointOf(plan),
    effect: 'Its status becomes modifying, then migrating; its nodes take no writes of clients any more.',
  },
  announce('MigrationStarted'),
  ...nodesOf(plan, 'primary').map((node) => becomeReplica(plan, node)),
  {
    by: 'ElastiCache',
    on: nameOfSource(plan),
    call: 'PSYNC',
    effect: `The source forks a child that sends a snapshot of ${keysText(plan.figures.keys, 'its data')}, and from then on sends every write.`,
  },
  ...nodesOf(plan, 'replica').map(
    (node): PlannedAction => ({
      by: 'ElastiCache',
      on: nameOfNode(node),
      call: 'a full sync from its primary',
      effect: `${erased(node)} the same, behind its primary.`,
    }),
  ),
  watch(
    plan,
    'INFO, and on the source CLIENT LIST and CONFIG GET',
    'Progress, lag and the replica output buffer are watched until every link is in sync.',
  ),
  follow(plan, 'Its status and events are read beside.'),
  announce('MigrationProgressed'),
  announce('MigrationBufferThreatened'),
  announce('MigrationInSync'),
  announce('MigrationLinkLost'),
  announce('MigrationLinkRestored'),
];

const becomeReplica = ({ source, figures }: Plan, node: TargetNodeFigures): PlannedAction => ({
  by: 'ElastiCache',
  on: nameOfNode(node),
  call: `REPLICAOF ${source.address} ${source.port}`,
  effect: `${erased(node)} ${keysText(figures.keys, "the source's data", ' of the source')}.`,
});

const erased = ({ keys }: TargetNodeFigures): string => {
  if (keys === 0) return 'It is empty, and gets';
  return `${capital(keysText(keys, 'all its data'))} are erased and replaced by`;
};

const watch = (plan: Plan, call: string, effect: string): PlannedAction => ({
  by: 'service',
  on: `${nameOfSource(plan)} and every node of the group`,
  call,
  effect,
});

const verify = (plan: Plan): PlannedAction[] => {
  if (plan.verification === 'none') return [];
  const what = plan.verification === 'sample' ? 'A sample of the keys of each side is' : 'All keys are';
  return [
    {
      by: 'service',
      on: `${nameOfSource(plan)} and the primary of the group`,
      call: 'SCAN, and commands and scripts that only read',
      effect: `${what} compared in both directions; a difference keeps the migration from cutting over.`,
    },
    announce('MigrationVerified'),
    announce('MigrationVerificationFailed'),
  ];
};

const cutOver = (plan: Plan): PlannedAction[] => [
  ...(plan.cutover === 'manual' ? [announce('MigrationAwaitingCutover'), awaited] : []),
  announce('MigrationCutoverStarted'),
  watch(plan, 'INFO', 'The links are looked at once more: all must be in sync.'),
  {
    by: 'service',
    on: nameOfGroup(plan),
    call: 'elasticache:CompleteMigration',
    parameters: { ReplicationGroupId: plan.replicationGroupId },
    effect: 'From the moment it is sent there is no way back.',
  },
  ...nodesOf(plan, 'primary').map(
    (node): PlannedAction => ({
      by: 'ElastiCache',
      on: nameOfNode(node),
      call: 'REPLICAOF NO ONE',
      effect: 'It stops following the source, and takes writes of clients.',
    }),
  ),
  follow(plan, 'Its status and events are read until they tell the end.'),
  watch(plan, 'INFO', 'The promotion is proven by the nodes themselves.'),
  announce('MigrationPromoted'),
];

const awaited: PlannedAction = {
  by: 'you',
  on: 'the migration',
  call: 'POST /migrations/{id}/cutover',
  effect: 'The replication goes on until you ask for the cutover, for 8 days at the most.',
};

/** `1,204 keys of the source`, or what stands for them where the number is not known. */
const keysText = (keys: number | undefined, otherwise: string, whose = ''): string =>
  keys === undefined ? otherwise : `${keys.toLocaleString('en-US')} ${keys === 1 ? 'key' : 'keys'}${whose}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
