import type { TargetNodeFigures } from '../migration/preflight.ts';
import type { PlannedAction } from '../migration/record.ts';
import { cutOver } from './cutover-actions.ts';
import { announce, follow, nameOfGroup, nameOfNode, nameOfSource, nodesOf, type Plan, watch } from './plan.ts';

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

const lookAtServers = (plan: Plan): PlannedAction[] =>
  plan.apiOnly
    ? []
    : [
        {
          by: 'service',
          on: `${nameOfSource(plan)} and every node of the group`,
          call: 'INFO and other commands that only read',
          effect: 'What the checks need is read.',
        },
      ];

const look = (plan: Plan): PlannedAction[] => [
  {
    by: 'service',
    on: nameOfGroup(plan),
    call: 'elasticache:DescribeReplicationGroups, DescribeCacheClusters, DescribeCacheParameters',
    effect: 'Its attributes are read.',
  },
  ...lookAtServers(plan),
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
  ...watchLinks(plan),
  follow(plan, 'Its status and events are read beside.'),
  ...(plan.apiOnly ? [] : [announce('MigrationProgressed'), announce('MigrationBufferThreatened')]),
  announce('MigrationInSync'),
  announce('MigrationLinkLost'),
  announce('MigrationLinkRestored'),
];

const watchLinks = (plan: Plan): PlannedAction[] =>
  plan.apiOnly
    ? [
        {
          by: 'service',
          on: nameOfGroup(plan),
          call: 'cloudwatch:GetMetricData',
          parameters: { MetricName: 'MasterLinkHealthStatus' },
          effect: 'It is watched until CloudWatch has told for some minutes that every link is in sync.',
        },
      ]
    : [
        watch(
          plan,
          'INFO, and on the source CLIENT LIST and CONFIG GET',
          'Progress, lag and the replica output buffer are watched until every link is in sync.',
        ),
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

/** `1,204 keys of the source`, or what stands for them where the number is not known. */
const keysText = (keys: number | undefined, otherwise: string, whose = ''): string =>
  keys === undefined ? otherwise : `${keys.toLocaleString('en-US')} ${keys === 1 ? 'key' : 'keys'}${whose}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
