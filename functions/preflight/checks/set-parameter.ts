import { versionIn } from '../engine.ts';
import type { Circumstances, TargetCluster } from '../facts.ts';
import { shellWord, shown } from '../text.ts';

const DEFAULT_GROUP = /^default\.([a-z]+\d+(?:\.\d+|\.x)?)(?:\.cluster\.on)?$/;

/**
 * Lines that set a parameter of the group's nodes by a new parameter group: AWS keeps its default groups as they are, and
 * changes some parameters (`databases`) of no group that is in use.
 */
export const setParameter = (
  circumstances: Circumstances,
  cluster: TargetCluster | undefined,
  name: string,
  value: string,
): string[] => {
  const family = familyOf(cluster);
  if (cluster === undefined || family === undefined) return [];
  const { parameterGroup = '' } = cluster;
  const fresh = freshName(circumstances, parameterGroup);
  return [
    `aws elasticache create-cache-parameter-group --cache-parameter-group-name ${fresh} --cache-parameter-group-family ${family} --description 'For a migration'`,
    ...copiedBy(parameterGroup),
    `aws elasticache modify-cache-parameter-group --cache-parameter-group-name ${fresh} --parameter-name-values ParameterName=${name},ParameterValue=${shellWord(value)}`,
    `aws elasticache modify-replication-group --replication-group-id ${circumstances.replicationGroupId} --cache-parameter-group-name ${fresh} --apply-immediately`,
  ];
};

/** Who has pasted the lines once uses the first name already. */
const freshName = ({ replicationGroupId }: Circumstances, parameterGroup: string): string => {
  const name = `${replicationGroupId}-migration`;
  if (parameterGroup === name) return `${name}-2`;
  const number = parameterGroup.startsWith(`${name}-`) ? /^\d{1,6}$/.exec(parameterGroup.slice(name.length + 1)) : null;
  return number ? `${name}-${Number(number[0]) + 1}` : name;
};

/** A default group has nothing of its own. */
const copiedBy = (parameterGroup: string): string[] =>
  DEFAULT_GROUP.test(parameterGroup)
    ? []
    : [
        `# It begins with AWS's defaults: set in it, too, what ${shown(parameterGroup) || 'the group in use'} has of its own. This shows it:`,
        `aws elasticache describe-cache-parameters --cache-parameter-group-name ${shellWord(parameterGroup)} --source user`,
      ];

/** `redis7`, `redis6.x`, `redis5.0`, `valkey8`: by the default group's name, else by the engine. */
const familyOf = (cluster: TargetCluster | undefined): string | undefined => {
  const byDefault = DEFAULT_GROUP.exec(cluster?.parameterGroup ?? '')?.[1];
  if (byDefault !== undefined) return byDefault;
  const [major, minor = '0'] = versionIn(cluster?.engineVersion ?? '')?.split('.') ?? [];
  if (major === undefined) return undefined;
  if (cluster?.engine === 'valkey') return `valkey${major}`;
  if (cluster?.engine !== 'redis') return undefined;
  if (Number(major) === 6) return 'redis6.x';
  return Number(major) > 6 ? `redis${major}` : `redis${major}.${minor}`;
};
