import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { LockLostError, ReplicationGroupLockedError } from '../migration/errors.ts';
import type { Lock, Locks } from '../migration/ports.ts';
import { documents, unlessConditionFails } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

type StoredLock = Lock & { closed?: true; owner?: string };

/** The locks in DynamoDB. A lock's item outlives its owner, so that its epoch only ever grows. */
export const locksIn = (table: string): Locks => {
  const keyOf = (replicationGroupId: string) => ({ pk: `LOCK#${replicationGroupId}` });

  const find = (replicationGroupId: string) =>
    naming('Read lock', async () => {
      const key = keyOf(replicationGroupId);
      const { Item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return Item as StoredLock | undefined;
    });

  const change = (replicationGroupId: string, expression: string, condition: string, values: Record<string, unknown>) =>
    naming('Write lock', () =>
      unlessConditionFails(async () => {
        const { Attributes } = await documents.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(replicationGroupId),
            UpdateExpression: expression,
            ConditionExpression: condition,
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: values,
            ReturnValues: 'ALL_NEW',
          }),
        );
        return Attributes as StoredLock;
      }),
    );

  return {
    async find(replicationGroupId) {
      const lock = await find(replicationGroupId);
      return lock?.owner ? lock : undefined;
    },

    async acquire(replicationGroupId, migrationId) {
      for (;;) {
        const taken = await change(
          replicationGroupId,
          'SET #owner = :me, epoch = if_not_exists(epoch, :zero) + :one, acquiredAt = :now REMOVE testSentAt, startSentAt, completeSentAt, closed',
          'attribute_not_exists(#owner)',
          { ':me': migrationId, ':zero': 0, ':one': 1, ':now': new Date().toISOString() },
        );
        const standing = taken ?? (await find(replicationGroupId));
        // Released between the two calls: it can be taken now.
        if (!standing?.owner) continue;
        if (standing.owner !== migrationId) throw new ReplicationGroupLockedError(replicationGroupId, standing.owner);
        if (standing.closed) throw new LockLostError(replicationGroupId, migrationId);
        return standing;
      }
    },

    async intend(replicationGroupId, migrationId, intent, at) {
      const noted = await change(
        replicationGroupId,
        `SET ${intent} = :at`,
        `#owner = :me AND attribute_not_exists(closed) AND attribute_not_exists(${intent})`,
        { ':me': migrationId, ':at': at },
      );
      if (noted) return { fresh: true, at };
      const standing = await find(replicationGroupId);
      const earlier = standing?.[intent];
      if (standing?.owner !== migrationId || standing.closed || earlier === undefined) {
        throw new LockLostError(replicationGroupId, migrationId);
      }
      // The same time is this very try: the client repeats a write whose answer was lost.
      return { fresh: earlier === at, at: earlier };
    },

    async withdraw(replicationGroupId, migrationId, intent) {
      await change(replicationGroupId, `REMOVE ${intent}`, '#owner = :me', { ':me': migrationId });
    },

    async closeToIntents(replicationGroupId, migrationId) {
      await change(replicationGroupId, 'SET closed = :yes', '#owner = :me', { ':me': migrationId, ':yes': true });
    },

    async release(replicationGroupId, migrationId) {
      await change(replicationGroupId, 'REMOVE #owner, closed', '#owner = :me', { ':me': migrationId });
    },
  };
};

/** The table that the template names. @throws EnvironmentError */
export const theLocks = (): Locks => locksIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
