import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { LockLostError, ReplicationGroupLockedError, TransientServiceError } from '../migration/errors.ts';
import type { Intent, Lock, Locks } from '../migration/lock-ports.ts';
import { documents, updateIf } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

type StoredLock = Lock & { closed?: true; owner?: string };

/** `start` is a reserved word of DynamoDB, and the others may become some. */
const PATHS: Record<Intent, string> = { test: '#test', start: '#start', complete: '#complete', stop: '#stop' };
const namesIn = (expression: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(PATHS).flatMap(([intent, path]) => (expression.includes(path) ? [[path, intent]] : [])),
  );

const MOST_TRIES = 10;

/** The locks in DynamoDB. A lock's item outlives its owner, so that its epoch only ever grows. */
export const locksIn = (table: string): Locks => {
  const keyOf = (replicationGroupId: string) => ({ pk: `LOCK#${replicationGroupId}` });

  const find = (replicationGroupId: string) =>
    naming('Read lock', async () => {
      const key = keyOf(replicationGroupId);
      const { Item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return Item as StoredLock | undefined;
    });

  const change = (
    replicationGroupId: string,
    expression: string,
    condition: string,
    values: Record<string, unknown>,
    names: Record<string, string> = {},
  ) =>
    naming(
      'Write lock',
      async () =>
        (await updateIf(table, keyOf(replicationGroupId), {
          expression,
          condition,
          values,
          names: { '#owner': 'owner', ...namesIn(`${expression} ${condition}`), ...names },
        })) as StoredLock | undefined,
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
          'SET #owner = :me, epoch = if_not_exists(epoch, :zero) + :one, acquiredAt = :now, intents = :none REMOVE closed, attempt',
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

    async intend(replicationGroupId, migrationId, intent, noted, attempt) {
      const open = intent === 'stop' ? '' : ' AND attribute_not_exists(closed)';
      const armed = attempt === undefined ? '' : ' AND attempt = :attempt';
      const counted = intent === 'complete' ? { ...noted, sends: 1, lastSendAt: noted.at } : noted;
      const taken = await change(
        replicationGroupId,
        `SET intents.${PATHS[intent]} = :noted`,
        `#owner = :me AND attribute_not_exists(intents.${PATHS[intent]})${open}${armed}`,
        { ':me': migrationId, ':noted': counted, ...(attempt !== undefined && { ':attempt': attempt }) },
      );
      if (taken) return { ...counted, fresh: true };
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

    async arm(replicationGroupId, migrationId, attempt) {
      const armed = await change(
        replicationGroupId,
        'SET attempt = :attempt',
        `#owner = :me AND attribute_not_exists(closed) AND attribute_not_exists(intents.${PATHS.complete}) AND attribute_not_exists(intents.${PATHS.stop})`,
        { ':me': migrationId, ':attempt': attempt },
      );
      if (!armed) throw new LockLostError(replicationGroupId, migrationId);
    },

    async disarm(replicationGroupId, migrationId) {
      for (;;) {
        const disarmed = await change(
          replicationGroupId,
          'REMOVE attempt',
          `#owner = :me AND attribute_not_exists(intents.${PATHS.complete})`,
          { ':me': migrationId },
        );
        if (disarmed) return 'disarmed';
        const standing = await find(replicationGroupId);
        if (standing?.owner !== migrationId) return 'notOurs';
        if (standing.intents?.complete) return 'sent';
        // Withdrawn between the two calls: it can be disarmed now.
      }
    },

    async noteSend(replicationGroupId, migrationId, at) {
      const path = `intents.${PATHS.complete}`;
      const counted = await change(
        replicationGroupId,
        `SET ${path}.sends = if_not_exists(${path}.sends, :one) + :one, ${path}.lastSendAt = :now`,
        `#owner = :me AND attribute_not_exists(closed) AND ${path}.#at = :at`,
        { ':me': migrationId, ':one': 1, ':at': at, ':now': new Date().toISOString() },
        { '#at': 'at' },
      );
      const noted = counted?.intents.complete;
      if (!noted) throw new LockLostError(replicationGroupId, migrationId);
      return noted;
    },

    async withdraw(replicationGroupId, migrationId, intent, judged) {
      const path = `intents.${PATHS[intent]}`;
      const withdrawn = await change(
        replicationGroupId,
        `REMOVE ${path}`,
        judged
          ? `#owner = :me AND ${path}.#at = :at AND ${path}.sends = :sends AND attribute_not_exists(${path}.confirmed)`
          : '#owner = :me',
        { ':me': migrationId, ...(judged && { ':at': judged.at, ':sends': judged.sends }) },
        judged && { '#at': 'at' },
      );
      if (withdrawn) return true;
      const standing = await find(replicationGroupId);
      // Gone: this very write, whose answer was lost, or another's who judged the same.
      return standing?.owner === migrationId && standing.intents?.[intent] === undefined;
    },

    async confirm(replicationGroupId, migrationId, at) {
      const path = `intents.${PATHS.complete}`;
      const confirmed = await change(
        replicationGroupId,
        `SET ${path}.confirmed = :yes`,
        `#owner = :me AND ${path}.#at = :at`,
        { ':me': migrationId, ':at': at, ':yes': true },
        { '#at': 'at' },
      );
      return confirmed !== undefined;
    },

    async closeToIntents(replicationGroupId, migrationId) {
      await change(replicationGroupId, 'SET closed = :yes', '#owner = :me', { ':me': migrationId, ':yes': true });
    },

    async closeUnlessSent(replicationGroupId, migrationId) {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const closed = await change(
          replicationGroupId,
          'SET closed = :yes',
          `#owner = :me AND attribute_not_exists(intents.${PATHS.complete})`,
          { ':me': migrationId, ':yes': true },
        );
        if (closed) return 'closed';
        const standing = await find(replicationGroupId);
        if (standing?.owner !== migrationId) return 'notOurs';
        if (standing.intents?.complete) return 'sent';
        // Taken, or the intent withdrawn, between the two calls: it can be closed now.
      }
      throw new TransientServiceError('Close lock', new Error(`it changed at each of ${MOST_TRIES} tries`));
    },

    async noteRollback(replicationGroupId, rollback) {
      const isLater = 'attribute_not_exists(rolledBack) OR rolledBack.#at < :at';
      await naming('Write lock', () =>
        updateIf(table, keyOf(replicationGroupId), {
          expression: 'SET rolledBack = :rollback',
          condition: isLater,
          values: { ':rollback': rollback, ':at': rollback.at },
          names: { '#at': 'at' },
        }),
      );
    },

    async release(replicationGroupId, migrationId) {
      await change(replicationGroupId, 'REMOVE #owner, closed, attempt', '#owner = :me', { ':me': migrationId });
    },
  };
};

/** The table that the template names. @throws EnvironmentError */
export const theLocks = (): Locks => locksIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
