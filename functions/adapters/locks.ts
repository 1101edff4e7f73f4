import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { LockLostError, ReplicationGroupLockedError } from '../migration/errors.ts';
import type { Intent, Lock, Locks } from '../migration/ports.ts';
import { documents, unlessConditionFails } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

type StoredLock = Lock & { closed?: true; owner?: string };

/** `start` is a reserved word of DynamoDB, and the others may become some. */
const PATHS: Record<Intent, string> = { test: '#test', start: '#start', complete: '#complete', stop: '#stop' };
const namesIn = (expression: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(PATHS).flatMap(([intent, path]) => (expression.includes(path) ? [[path, intent]] : [])),
  );

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
            ExpressionAttributeNames: { '#owner': 'owner', ...namesIn(expression) },
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
          'SET #owner = :me, epoch = if_not_exists(epoch, :zero) + :one, acquiredAt = :now, intents = :none REMOVE closed',
          'attribute_not_exists(#owner)',
          { ':me': migrationId, ':zero': 0, ':one': 1, ':none': {}, ':now': new Date().toISOString() },
        );
        const standing = taken ?? (await find(replicationGroupId));
        // Released between the two calls: it can be taken now.
        if (!standing?.owner) continue;
        if (standing.owner !== migrationId) throw new ReplicationGroupLockedError(replicationGroupId, standing.owner);
        if (standing.closed) throw new LockLostError(replicationGroupId, migrationId);
        return standing;
      }
    },

    async intend(replicationGroupId, migrationId, intent, noted) {
      const open = intent === 'stop' ? '' : ' AND attribute_not_exists(closed)';
      const taken = await change(
        replicationGroupId,
        `SET intents.${PATHS[intent]} = :noted`,
        `#owner = :me AND attribute_not_exists(intents.${PATHS[intent]})${open}`,
        { ':me': migrationId, ':noted': noted },
      );
      if (taken) return { ...noted, fresh: true };
      const standing = await find(replicationGroupId);
      const earlier = standing?.intents?.[intent];
      const isClosed = standing?.closed && intent !== 'stop';
      if (standing?.owner !== migrationId || isClosed || earlier === undefined) {
        throw new LockLostError(replicationGroupId, migrationId);
      }
      // The same time is this very try: the client repeats a write whose answer was lost.
      return { ...earlier, fresh: earlier.at === noted.at };
    },

    async noteStop(replicationGroupId, migrationId, what, at) {
      const path = `intents.${PATHS.stop}`;
      const noted = await change(
        replicationGroupId,
        `SET ${path}.${what} = if_not_exists(${path}.${what}, :at)`,
        `#owner = :me AND attribute_exists(${path})`,
        { ':me': migrationId, ':at': at },
      );
      if (!noted) throw new LockLostError(replicationGroupId, migrationId);
    },

    async withdraw(replicationGroupId, migrationId, intent) {
      await change(replicationGroupId, `REMOVE intents.${PATHS[intent]}`, '#owner = :me', { ':me': migrationId });
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
