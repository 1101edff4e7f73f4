import type { FenceKind } from '../migration/fence.ts';
import type { PlannedAction } from '../migration/record.ts';
import { announce, follow, nameOfGroup, nameOfNode, nameOfSource, nodesOf, type Plan, watch } from './plan.ts';

/** What a cutover does, in its order, up to the closing. */
export const cutOver = (plan: Plan): PlannedAction[] => (plan.apiOnly ? byWord(plan) : measured(plan));

const measured = (plan: Plan): PlannedAction[] => [
  ...(plan.cutover.mode === 'manual' ? [announce('MigrationAwaitingCutover'), awaited] : []),
  announce('MigrationCutoverStarted'),
  watch(plan, 'INFO', 'The links are looked at once more: all must be in sync.'),
  ...drain(plan),
  ...fence(plan),
  ...complete(plan),
  watch(plan, 'INFO', 'The promotion is proven by the nodes themselves.'),
  certify(plan),
  announce('MigrationPromotionInDoubt'),
  announce('MigrationPromoted'),
  watchStragglers(plan),
  ...(plan.cutover.fence === 'none' ? [] : [announce('MigrationStragglersFound')]),
];

/** Where no server is reached: nothing is frozen, drained, fenced, read or looked for. */
const byWord = (plan: Plan): PlannedAction[] => [
  announce('MigrationAwaitingCutover'),
  {
    by: 'you',
    on: nameOfSource(plan),
    call: 'the end of every writer, and INFO replication of both sides',
    effect: 'Nobody writes, and every node of the group has applied what the source has: nothing else sees to that.',
  },
  awaited,
  announce('MigrationCutoverStarted'),
  ...complete(plan),
  announce('MigrationPromotionInDoubt'),
  announce('MigrationPromoted'),
];

const complete = (plan: Plan): PlannedAction[] => [
  {
    by: 'service',
    on: nameOfGroup(plan),
    call: 'elasticache:CompleteMigration',
    parameters: { ReplicationGroupId: plan.replicationGroupId },
    effect: 'From the moment it is sent there is no way back.',
  },
  announce('MigrationCutoverBackedOut'),
  ...nodesOf(plan, 'primary').map(
    (node): PlannedAction => ({
      by: 'ElastiCache',
      on: nameOfNode(node),
      call: 'REPLICAOF NO ONE',
      effect: 'It stops following the source, and takes writes of clients.',
    }),
  ),
  follow(plan, 'Its status and events are read until they tell the end.'),
];

const awaited: PlannedAction = {
  by: 'you',
  on: 'the migration',
  call: 'POST /migrations/{id}/cutover',
  effect: 'The replication goes on until you ask for the cutover, for 8 days at the most.',
};

/** As it is chosen; where the request leaves it to the service, the best that the preflight saw. */
const kindOf = ({ cutover, figures }: Plan): FenceKind =>
  cutover.fence === 'auto' ? (figures.fence ?? 'none') : cutover.fence;

const nodesOfSource = (plan: Plan): string => `${nameOfSource(plan)} and each of its replicas`;

const noteFence = (plan: Plan, effect: string): PlannedAction => ({
  by: 'service',
  on: `the fence of ${nameOfSource(plan)}`,
  call: 'dynamodb:UpdateItem',
  effect,
});

const drain = (plan: Plan): PlannedAction[] => [
  noteFence(plan, 'What will be changed on the source is recorded before, with the values that it has now.'),
  ...writeFiles(plan),
  {
    by: 'service',
    on: nameOfSource(plan),
    call: `CLIENT PAUSE ${plan.cutover.drainBudgetMs} WRITE`,
    effect: `Writes of clients wait, for ${plan.cutover.drainBudgetMs} ms at the most; reads go on. From 6.2 on; before, the durable fence begins here.`,
  },
  watch(
    plan,
    'INFO',
    'Every node of the group applies what the source has; if that takes longer, all of this is undone.',
  ),
];

const SETS: Record<Exclude<FenceKind, 'none'>, { call: string; keep: string; effect: string; others: string }> = {
  acl: {
    call: 'ACL SETUSER of each user with -@write -publish',
    keep: 'ACL SAVE or CONFIG REWRITE',
    effect: 'Nobody writes any more',
    others: 'reads go on',
  },
  minReplicas: {
    call: 'CONFIG SET min-replicas-to-write',
    keep: 'CONFIG REWRITE',
    effect: 'No write is taken any more',
    others: 'PUBLISH, expiry and eviction go on',
  },
};

const setFence = (plan: Plan, kind: Exclude<FenceKind, 'none'>): PlannedAction => {
  const { call, keep, effect, others } = SETS[kind];
  const on = nodesOfSource(plan);
  return plan.keepsNothing
    ? { by: 'service', on, call, effect: `${effect}, until it is restarted; ${others}.` }
    : { by: 'service', on, call: `${call}, then ${keep}`, effect: `${effect}, also after a restart; ${others}.` };
};

const writeFiles = (plan: Plan): PlannedAction[] => {
  const kind = kindOf(plan);
  if (kind === 'none' || plan.keepsNothing) return [];
  const effect = 'The file that will keep the fence is written, as the server is: one that cannot be ends it here.';
  return [{ by: 'service', on: nodesOfSource(plan), call: SETS[kind].keep, effect }];
};

const fence = (plan: Plan): PlannedAction[] => {
  const kind = kindOf(plan);
  return [
    ...(kind === 'none' ? [] : [setFence(plan, kind)]),
    {
      by: 'service',
      on: nodesOfSource(plan),
      call: 'CLIENT KILL TYPE normal, CLIENT KILL TYPE pubsub',
      effect: 'Clients that are blocked, or that could write late, are disconnected; they may come back, and read.',
    },
    watch(plan, 'INFO', 'The offset is read once more, and every node of the group has to have applied it.'),
    noteFence(plan, 'From here it is lifted only on evidence that the promotion failed, or by an operator.'),
  ];
};

const certify = (plan: Plan): PlannedAction => ({
  by: 'service',
  on: `the offset certificate of ${nameOfGroup(plan)}`,
  call: 'kms:Sign, where a key is configured; dynamodb:PutItem',
  effect: 'It says which offset each node of the group had applied when the source was fenced.',
});

const watchStragglers = (plan: Plan): PlannedAction => ({
  by: 'service',
  on: nodesOfSource(plan),
  call: 'ACL LOG, CLIENT LIST',
  effect: `Who still turns to the source is named; the migration closes when nobody has for ${plan.cutover.quietSeconds} s, or when you say so.`,
});
