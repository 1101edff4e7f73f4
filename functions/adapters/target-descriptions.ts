import {
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
} from '@aws-sdk/client-elasticache';
import { TargetNotFoundError } from '../migration/errors.ts';
import { type TargetDescriptions, Unread } from '../preflight/ports.ts';
import { calling, faultText, isClientFault, looking } from './elasticache.ts';
import { toTargetCluster, toTargetGroup } from './target-group.ts';
import { isTransient, naming } from './transient.ts';

/** Repeats included: one description that takes longer is worth another try of the whole task, not its time. */
const DESCRIBE_WITHIN_MS = 3000;
/** A parameter group has some hundred parameters. */
const MOST_PAGES = 20;

const inTime = () => ({ abortSignal: AbortSignal.timeout(DESCRIBE_WITHIN_MS) });

/** Names the faults of a description that the checks can do without. */
const describing = <T>(operation: string, subject: string, call: () => Promise<T>): Promise<T> =>
  naming(`${operation} of ${subject}`, async () => {
    try {
      return await call();
    } catch (error) {
      if (isTransient(error) || !isClientFault(error)) throw error;
      throw new Unread(`${operation} of ${subject} was refused: ${faultText(error)}`);
    }
  });

/** What ElastiCache's API says of the target, for the preflight. */
export const targetDescriptions: TargetDescriptions = {
  async group(replicationGroupId) {
    try {
      return await calling('DescribeReplicationGroups', replicationGroupId, async () => {
        const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId: replicationGroupId });
        const { ReplicationGroups: [group] = [] } = await looking.send(command, inTime());
        return group && toTargetGroup(group);
      });
    } catch (error) {
      if (error instanceof TargetNotFoundError) return undefined;
      throw error;
    }
  },

  clusters: (cacheClusterIds) =>
    Promise.all(
      Array.from(cacheClusterIds, (cacheClusterId) =>
        describing('DescribeCacheClusters', `cache cluster ${cacheClusterId}`, async () => {
          const command = new DescribeCacheClustersCommand({ CacheClusterId: cacheClusterId, ShowCacheNodeInfo: true });
          const { CacheClusters: [cluster] = [] } = await looking.send(command, inTime());
          if (!cluster) throw new Unread(`DescribeCacheClusters shows no cache cluster ${cacheClusterId}`);
          return toTargetCluster(cacheClusterId, cluster);
        }),
      ),
    ),

  parameters: (parameterGroup) =>
    describing('DescribeCacheParameters', `parameter group ${parameterGroup}`, async () => {
      const values = new Map<string, string>();
      let marker: string | undefined;
      let pages = 0;
      do {
        const command = new DescribeCacheParametersCommand({
          CacheParameterGroupName: parameterGroup,
          MaxRecords: 100,
          ...(marker && { Marker: marker }),
        });
        const page = await looking.send(command, inTime());
        for (const { ParameterName: name, ParameterValue: value } of page.Parameters ?? []) {
          if (name && value !== undefined) values.set(name, value);
        }
        marker = page.Marker;
      } while (marker && ++pages < MOST_PAGES);
      return values;
    }),
};
