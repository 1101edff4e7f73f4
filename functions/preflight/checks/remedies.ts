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
  const id = `${replicationGroupId.slice(0, LONGEST_ID - suffix.length)}${suffix}`;
  // r6gd nodes are the tiered ones; r6g is the same without it.
  const nodeType = shellWord(group.cacheNodeType ?? 'cache.r6g.large').replace('.r6gd.', '.r6g.');
  return [
    `aws elasticache create-replication-group --replication-group-id ${id}`,
    `--replication-group-description 'Target of a migration' --engine ${shellWord(group.engine ?? 'valkey')}`,
    `--cache-node-type ${nodeType} --num-cache-clusters ${Math.max(2, group.nodes.length)}`,
    '--automatic-failover-enabled --multi-az-enabled --no-transit-encryption-enabled',
  ].join(' ');
};

/** AWS keeps its default groups as they are. */
const DEFAULT_GROUP = /^default\.([a-z]+\d+(?:\.x)?)$/;

/** Lines that set a parameter of the group's nodes, over a parameter group of its own where it has a default one. */
export const setParameter = (
  { replicationGroupId }: Circumstances,
  parameterGroup: string | undefined,
  name: string,
  value: string,
): string[] => {
  if (parameterGroup === undefined) return [];
  const family = DEFAULT_GROUP.exec(parameterGroup)?.[1];
  const own = family === undefined ? shellWord(parameterGroup) : `${replicationGroupId}-migration`;
  const set = `aws elasticache modify-cache-parameter-group --cache-parameter-group-name ${own} --parameter-name-values ParameterName=${name},ParameterValue=${shellWord(value)}`;
  if (family === undefined) return [set];
  return [
    `aws elasticache create-cache-parameter-group --cache-parameter-group-name ${own} --cache-parameter-group-family ${family} --description 'For a migration'`,
    set,
    `aws elasticache modify-replication-group --replication-group-id ${replicationGroupId} --cache-parameter-group-name ${own} --apply-immediately`,
  ];
};
