import type { Circumstances, TargetGroup } from '../facts.ts';
import { shellWord } from '../text.ts';

/** A line that waits until the group can be used. */
export const waitForGroup = ({ replicationGroupId }: Circumstances): string =>
  `aws elasticache wait replication-group-available --replication-group-id ${replicationGroupId}`;

/** A line that shows what happened to the group in the last day. */
export const showEvents = ({ replicationGroupId }: Circumstances): string =>
  `aws elasticache describe-events --source-type replication-group --source-identifier ${replicationGroupId} --duration 1440`;

/** The longest id of a replication group. */
const LONGEST_ID = 40;

/** A line that makes a group as a migration needs it, for what cannot be changed of this one. */
export const makeGroup = ({ replicationGroupId }: Circumstances, group: TargetGroup): string => {
  const suffix = '-new';
  // An id with two hyphens in a row is refused, and the cut may leave one at the end.
  const id = `${replicationGroupId.slice(0, LONGEST_ID - suffix.length).replace(/-+$/, '')}${suffix}`;
  // r6gd nodes are the tiered ones; r6g is the same without it.
  const nodeType = shellWord(group.cacheNodeType ?? 'cache.r6g.large').replace('.r6gd.', '.r6g.');
  return [
    `aws elasticache create-replication-group --replication-group-id ${id}`,
    `--replication-group-description 'Target of a migration' --engine ${shellWord(group.engine ?? 'valkey')}`,
    `--cache-node-type ${nodeType} --num-cache-clusters ${Math.max(2, group.nodes.length)}`,
    '--automatic-failover-enabled --multi-az-enabled --no-transit-encryption-enabled',
    '--cache-subnet-group-name "$SUBNET_GROUP" --security-group-ids "$SECURITY_GROUP"',
    '--cache-parameter-group-name "$PARAMETER_GROUP"',
  ].join(' ');
};
