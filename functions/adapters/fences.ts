import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { FenceStandsError, FenceTakenOverError } from '../migration/errors.ts';
import type { FenceRecord } from '../migration/fence.ts';
import type { Fences } from '../migration/lock-ports.ts';
import { documents, settingAll, updateIf } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

/** After that a lifted fence is only history. */
const LIFTED_KEPT_SECONDS = 120 * 24 * 3600;

const PREFIX = 'FENCE#';
const keyOf = (migrationId: string) => ({ pk: `${PREFIX}${migrationId}` });

/** The mark of fences in the index `unsettled`: another than the migrations' own. */
const MARK = 'fence';

/**
 * The fences in DynamoDB, one item a migration. The record is an attribute of its own: a `replicationGroupId` beside the
 * keys would list the item among the migrations.
 */
export const fencesIn = (table: string): Fences => {
  const find = (migrationId: string) =>
    naming('Read fence', async () => {
      const key = keyOf(migrationId);
      const { Item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return Item?.fence as FenceRecord | undefined;
    });

  const write = (
    migrationId: string,
    expression: string,
    condition: string,
    values: Record<string, unknown>,
    names: Record<string, string> = {},
  ) =>
    naming(
      'Write fence',
      async () =>
        (await updateIf(table, keyOf(migrationId), { expression, condition, values, names }))?.fence as
          | FenceRecord
          | undefined,
    );

  return {
    find,

    async open(fence) {
      const { migrationId, attempt, deadlineAt } = fence;
      const opened = await write(
        migrationId,
        'SET fence = :fence, unsettledMark = :mark, sortKey = :deadline REMOVE expiresAt',
        'attribute_not_exists(pk) OR fence.phase = :lifted OR (fence.attempt = :attempt AND fence.phase = :open)',
        {
          ':fence': fence,
          ':mark': MARK,
          ':deadline': `${deadlineAt}#${migrationId}`,
          ':lifted': 'lifted',
          ':attempt': attempt,
          ':open': 'open',
        },
      );
      if (!opened) throw new FenceStandsError(migrationId, (await find(migrationId))?.phase ?? 'unknown');
    },

    async advance(migrationId, attempt, change) {
      const { sets, names, values } = settingAll(change as Record<string, unknown>);
      const lifts = change.phase === 'lifted';
      const { deadlineAt } = change;
      const all = [
        ...sets.map((set) => `fence.${set}`),
        ...(lifts ? ['expiresAt = :expires'] : []),
        ...(deadlineAt ? ['sortKey = :deadline'] : []),
      ];
      const advanced = await write(
        migrationId,
        `SET ${[...all, 'fence.attempt = :attempt'].join(', ')}${lifts ? ' REMOVE unsettledMark' : ''}`,
        `fence.attempt = :attempt AND ${FROM[change.phase ?? 'same']}`,
        {
          ...values,
          ':attempt': attempt,
          ...(deadlineAt && { ':deadline': `${deadlineAt}#${migrationId}` }),
          ...(change.phase === 'sealed' && { ':open': 'open', ':sealed': 'sealed' }),
          ...(change.phase === undefined && { ':lifted': 'lifted' }),
          ...((change.phase === 'lifting' || change.phase === 'open') && { ':phase': change.phase }),
          ...(lifts && { ':lifting': 'lifting', ':lifted': 'lifted', ':expires': expiry() }),
        },
        names,
      );
      if (!advanced) throw new FenceTakenOverError(migrationId);
      return advanced;
    },

    takeOver: (migrationId, attempt, expected, phase) =>
      write(
        migrationId,
        'SET fence.attempt = :attempt, fence.phase = :lifting, unsettledMark = :mark',
        `(fence.attempt = :expected AND fence.phase ${phase ? '=' : '<>'} :phase) OR (fence.attempt = :attempt AND fence.phase = :lifting)`,
        {
          ':attempt': attempt,
          ':expected': expected,
          ':lifting': 'lifting',
          ':phase': phase ?? 'lifted',
          ':mark': MARK,
        },
      ),

    async leave(migrationId, attempt) {
      await write(migrationId, 'REMOVE unsettledMark', 'fence.attempt = :attempt AND fence.phase = :sealed', {
        ':attempt': attempt,
        ':sealed': 'sealed',
      });
    },

    overdue: (before, limit) =>
      naming('List fences', async () => {
        const { Items = [] } = await documents.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'unsettled',
            KeyConditionExpression: 'unsettledMark = :mark AND sortKey < :before',
            ExpressionAttributeValues: { ':mark': MARK, ':before': before },
            Limit: limit,
          }),
        );
        return Items.map(({ pk }) => String(pk).slice(PREFIX.length));
      }),
  };
};

/** From which phase one comes to another; the repeat of a write whose answer was lost finds itself there. */
const FROM: Record<FenceRecord['phase'] | 'same', string> = {
  same: 'fence.phase <> :lifted',
  open: 'fence.phase = :phase',
  lifting: 'fence.phase = :phase',
  sealed: 'fence.phase IN (:open, :sealed)',
  lifted: 'fence.phase IN (:lifting, :lifted)',
};

const expiry = (): number => Math.floor(Date.now() / 1000) + LIFTED_KEPT_SECONDS;

/** The table that the template names. @throws EnvironmentError */
export const theFences = (): Fences => fencesIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
