import type { RequestedCutover } from '../migration/fence.ts';
import type { PreflightFigures, TargetNodeFigures } from '../migration/preflight.ts';
import type { Endpoint, PlannedAction } from '../migration/record.ts';
import type { VerificationMode } from '../migration/verification.ts';
import { endpointText } from './text.ts';

/** What a real run is told, and what is known of both sides. */
export interface Plan {
  replicationGroupId: string;
  source: Endpoint;
  cutover: RequestedCutover;
  verification: VerificationMode;
  figures: PreflightFigures;
  /** `fence-not-durable` is waived: no file of the source is written. */
  keepsNothing?: true;
  /** No server is reached: what a real run would do to one is left out. */
  apiOnly?: true;
  /** Where a real run would come to its end before it starts. */
  endsAt?: 'preflight' | 'test';
}

export const nameOfGroup = ({ replicationGroupId }: Plan): string => `replication group ${replicationGroupId}`;
export const nameOfSource = ({ source }: Plan): string => `source ${endpointText(source)}`;
export const nameOfNode = ({ cacheClusterId, endpoint }: TargetNodeFigures): string =>
  `node ${cacheClusterId} (${endpointText(endpoint)})`;

export const nodesOf = ({ figures }: Plan, role: TargetNodeFigures['role']): TargetNodeFigures[] =>
  (figures.targetNodes ?? []).filter((node) => node.role === role);

/** An event on the service's bus. */
export const announce = (detailType: string, effect = EFFECTS[detailType]): PlannedAction => ({
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
  MigrationCutoverBackedOut: 'Possible: told only if the cutover comes to nothing; then the fence is lifted before.',
  MigrationPromotionInDoubt: 'Possible: told only if nothing proves the promotion within its budget.',
  MigrationStragglersFound: 'Possible: told only if clients still turn to the source after the promotion.',
  MigrationPromoted: 'Its subscribers point the clients to the new primary.',
};

export const follow = (plan: Plan, effect: string): PlannedAction => ({
  by: 'service',
  on: nameOfGroup(plan),
  call: 'elasticache:DescribeReplicationGroups, DescribeEvents',
  effect,
});

export const watch = (plan: Plan, call: string, effect: string): PlannedAction => ({
  by: 'service',
  on: `${nameOfSource(plan)} and every node of the group`,
  call,
  effect,
});
