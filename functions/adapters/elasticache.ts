import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import {
  TargetAlreadyMigratingError,
  TargetNotAvailableError,
  TargetNotFoundError,
  TargetNotMigratingError,
  TargetRefusedError,
} from '../migration/errors.ts';
import { tellFigures } from './metrics.ts';
import { isThrottling, isTransient, naming } from './transient.ts';

/** A client that tells of each attempt that was throttled, also of those that it repeats by itself. */
const countingThrottles = (client: ElastiCacheClient): ElastiCacheClient => {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isThrottling(error)) tellFigures({ ElastiCacheThrottles: 1 });
        throw error;
      }
    },
    // Within the repeats, which have a high priority at this step.
    { name: 'countThrottles', step: 'finalizeRequest', priority: 'low' },
  );
  return client;
};

/** One attempt: a call that acts is repeated by the state machine, which knows that it is a repeat. */
export const acting = countingThrottles(new ElastiCacheClient({ maxAttempts: 1 }));
/** A call that only looks is repeated here, where it costs no state transition. */
export const looking = countingThrottles(new ElastiCacheClient({ maxAttempts: 4 }));
/** Whoever looks again and again lets a refusal be one soon, and asks less often then. */
export const watching = countingThrottles(new ElastiCacheClient({ maxAttempts: 2 }));

/**
 * The SDK's names of the faults (not the codes on the wire: there it is `InvalidReplicationGroupState`, for one).
 * What is left is a refusal of the request itself: InvalidParameterValueException, AccessDenied and their like.
 */
const translate = (operation: string, replicationGroupId: string, error: unknown): unknown => {
  const { name, message } = error as Error;
  switch (name) {
    case 'ReplicationGroupNotFoundFault':
      return new TargetNotFoundError(replicationGroupId);
    case 'InvalidReplicationGroupStateFault':
      return new TargetNotAvailableError(operation, replicationGroupId, message);
    case 'ReplicationGroupAlreadyUnderMigrationFault':
      return new TargetAlreadyMigratingError(replicationGroupId);
    case 'ReplicationGroupNotUnderMigrationFault':
      return new TargetNotMigratingError(replicationGroupId);
    default:
      return isClientFault(error) ? new TargetRefusedError(operation, replicationGroupId, faultText(error)) : error;
  }
};

/** ElastiCache says that the request is at fault, which no repeat of it changes. */
export const isClientFault = (error: unknown): boolean => (error as { $fault?: string }).$fault === 'client';

export const faultText = (error: unknown): string => `${(error as Error).name}: ${(error as Error).message}`;

/** Runs a call about a replication group and names its faults. @throws as the port ReplicationGroups says */
export const calling = <T>(operation: string, replicationGroupId: string, call: () => Promise<T>): Promise<T> =>
  naming(`${operation} of replication group ${replicationGroupId}`, async () => {
    try {
      return await call();
    } catch (error) {
      throw isTransient(error) ? error : translate(operation, replicationGroupId, error);
    }
  });
