import type { Endpoint } from '../../migration/record.ts';
import type { Clock } from '../../replication/ports.ts';
import type { Facts } from '../facts.ts';
import type { TargetDescriptions } from '../ports.ts';
import { addressKind } from '../private-address.ts';
import { BEYOND, MOOT } from './fact.ts';
import { describeMembers } from './target.ts';

/**
 * The facts that ElastiCache's API tells; no server is looked at, and no name is looked up.
 * @throws TransientServiceError, TargetRefusedError of the description of the group
 */
export const makeDescribeFacts =
  (targets: Pick<TargetDescriptions, 'group' | 'clusters' | 'parameters'>, clock: Clock) =>
  async ({ replicationGroupId, source }: { replicationGroupId: string; source: Endpoint }): Promise<Facts> => {
    const beganMs = clock.now();
    const group = await targets.group(replicationGroupId, beganMs);
    return {
      ...OF_SERVERS,
      ...(addressKind(source.address) !== undefined && { sourceAddresses: { value: [source.address] } }),
      groupPresence: { value: group ? 'present' : 'absent' },
      group: group ? { value: group } : MOOT,
      ...(group ? await describeMembers(group, targets, beganMs) : { clusters: MOOT, parameters: MOOT }),
    };
  };

/** What only servers tell. */
const OF_SERVERS: Omit<Facts, 'groupPresence' | 'group' | 'clusters' | 'parameters'> = {
  nodes: BEYOND,
  targetClients: BEYOND,
  commandsUnknownToTarget: BEYOND,
  sourceAddresses: BEYOND,
  sourceReach: BEYOND,
  sourceLogin: BEYOND,
  sourceInfo: BEYOND,
  sourceConfig: BEYOND,
  sourceCommands: BEYOND,
  sourceModules: BEYOND,
  sourceFunctions: BEYOND,
  sourceClients: BEYOND,
  sourceReplicas: BEYOND,
  sourceUsers: BEYOND,
  sourceRules: BEYOND,
  fenceRights: BEYOND,
  sourceKeys: BEYOND,
  writes: BEYOND,
  sentinels: BEYOND,
  rdbFormat: BEYOND,
  clocks: BEYOND,
};
