import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AskedAct } from '../migration/acts.ts';
import type { KeyClaim, Migrations, RecordChange } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { documents, settingAll, unlessConditionFails } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { type MigrationFacts, toldFacts, UNHEARD } from './migration-facts.ts';
import { countOpen, inLineMigrations, listMigrations, unsettledMigrations } from './migration-index.ts';
import { type Change, requestsBy } from './migration-requests.ts';
import { naming } from './transient.ts';

/** As long as Step Functions keeps an execution's name: 90 days after it closed, and a long migration's own time. */
const KEY_LIFETIME_SECONDS = 120 * 24 * 3600;
/** Phases are noted for their durations; a link that flaps for days must not fill the item (400 KB). */
const MOST_PHASES = 200;

const keyOf = (migrationId: string) => ({ pk: `MIGRATION#${migrationId}` });

/** The migrations in DynamoDB; each write is a conditional write of one item. */
export const migrationsIn = (table: string, facts: MigrationFacts = UNHEARD): Migrations => {
  const find = (migrationId: string) =>
    naming('Read migration', async () => {
      const key = keyOf(migrationId);
      const { Item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      if (Item) facts.seen(Item as MigrationRecord);
      return Item as MigrationRecord | undefined;
    });

  /** Changes the record under a condition, next to which every change has its time. */
  const change: Change = (migrationId, attributes, condition, more = {}) =>
    naming('Write migration', () =>
      unlessConditionFails(async () => {
        const { sets, names, values } = settingAll({ ...attributes, updatedAt: new Date().toISOString() });
        const removes = more.removes?.length ? ` REMOVE ${more.removes.join(', ')}` : '';
        const { Attributes } = await documents.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(migrationId),
            UpdateExpression: `SET ${[...sets, ...(more.sets ?? [])].join(', ')}${removes}`,
            ConditionExpression: `attribute_exists(pk) AND ${condition}`,
            ExpressionAttributeNames: { ...names, ...more.names },
            ExpressionAttributeValues: { ...values, ...more.values },
            ReturnValues: 'ALL_NEW',
          }),
        );
        if (Attributes) facts.seen(Attributes as MigrationRecord);
        return Attributes as MigrationRecord | undefined;
      }),
    );

  const notingPhase = async (
    migrationId: string,
    attributes: RecordChange & { outcome?: string },
    { removes = [], only, asked }: { removes?: string[]; only?: string; asked?: AskedAct | undefined } = {},
  ) => {
    const aborts = attributes.outcome === 'dryRunCompleted' ? { '#abort': 'abort' } : undefined;
    const missing = ['outcome', ...(aborts ? ['#abort'] : []), ...(only ? [only] : [])].map(
      (name) => `attribute_not_exists(${name})`,
    );
    const open = [...missing, ...(asked ? ['pendingAct.act = :asked'] : [])].join(' AND ');
    const pending = asked && { ':asked': asked };
    const { phase } = attributes;
    if (phase !== undefined) {
      const changed = await change(migrationId, attributes, `${open} AND #phase <> :phase AND size(phases) < :most`, {
        removes,
        sets: ['phases = list_append(phases, :change)'],
        names: { '#phase': 'phase', ...aborts },
        values: {
          ':phase': phase,
          ':most': MOST_PHASES,
          ':change': [{ phase, at: new Date().toISOString() }],
          ...pending,
        },
      });
      if (changed) facts.entered(changed, phase);
      if (changed) return changed;
    }
    return change(migrationId, attributes, open, {
      removes,
      ...(aborts && { names: aborts }),
      ...(pending && { values: pending }),
    });
  };

  return {
    find,

    async claimKey(claim) {
      const item = {
        pk: `KEY#${claim.keyHash}`,
        ...claim,
        expiresAt: Math.floor(Date.now() / 1000) + KEY_LIFETIME_SECONDS,
      };
      const claimed = await naming('Claim idempotency key', () => putNew(table, item));
      if (claimed) return claim;
      const { Item } = await naming('Read idempotency key', () =>
        documents.send(new GetCommand({ TableName: table, Key: { pk: item.pk }, ConsistentRead: true })),
      );
      return (Item as KeyClaim | undefined) ?? claim;
    },

    async create(record) {
      const { migrationId, acceptedAt } = record;
      const item = {
        ...keyOf(migrationId),
        ...record,
        listed: 'yes',
        unsettledMark: 'yes',
        sortKey: `${acceptedAt}#${migrationId}`,
      };
      const created = await naming('Write migration', () => putNew(table, item));
      if (created) facts.created(record);
      return created ? record : ((await find(migrationId)) ?? record);
    },

    update: async (migrationId, attributes) => (await notingPhase(migrationId, attributes)) ?? find(migrationId),

    async end(migrationId, outcome, attributes) {
      const removes = ['waitingFor', 'taskToken'];
      const ended = await notingPhase(migrationId, { ...attributes, outcome }, { removes });
      if (ended) facts.ended(ended, outcome);
      return ended ?? find(migrationId);
    },

    async recordPromotion(migrationId, promotion, asked) {
      const promoted = await notingPhase(migrationId, promotion, { only: 'promotedAt', asked });
      if (promoted) facts.promoted(promoted, asked !== undefined);
      return promoted;
    },

    recordDoubt: (migrationId, doubt) => notingPhase(migrationId, doubt, { only: 'promotedAt' }),

    async noteRollback(migrationId, rollbackPossibility) {
      await change(
        migrationId,
        { rollbackPossibility },
        'attribute_exists(pk) AND attribute_not_exists(rollbackPossibility.forGood)',
      );
    },

    ...requestsBy(change, find),

    async markSettled(migrationId) {
      const ended = 'attribute_exists(outcome)';
      const removes = ['unsettled', 'taskToken'];
      const settled = await change(migrationId, {}, `${ended} AND attribute_not_exists(pendingAct)`, {
        removes: [...removes, 'unsettledMark'],
      });
      // The mark is what the sweeper finds a pending act by.
      if (!settled) await change(migrationId, {}, ended, { removes });
    },

    async noteSweep(migrationId, sweptAs) {
      await naming('Write migration', () =>
        unlessConditionFails(() =>
          documents.send(
            new UpdateCommand({
              TableName: table,
              Key: keyOf(migrationId),
              UpdateExpression: 'SET sweptAs = :sweptAs',
              ConditionExpression: 'attribute_exists(pk)',
              ExpressionAttributeValues: { ':sweptAs': sweptAs },
            }),
          ),
        ),
      );
    },

    async concludeAct(migrationId, act) {
      const isThis = 'pendingAct.act = :act';
      const values = { ':act': act };
      const concluded = await change(migrationId, {}, `${isThis} AND attribute_not_exists(unsettled)`, {
        removes: ['pendingAct', 'unsettledMark'],
        values,
      });
      if (!concluded) await change(migrationId, {}, isThis, { removes: ['pendingAct'], values });
    },

    list: (query) => listMigrations(table, query),
    unsettled: (quiet, limit) => unsettledMigrations(table, quiet, limit),
    countOpen: () => countOpen(table),
    inLine: (limit, heardSince) => inLineMigrations(table, limit, heardSince),
  };
};

const putNew = (table: string, item: Record<string, unknown>) =>
  unlessConditionFails(() =>
    documents.send(new PutCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' })),
  );

/** The table that the template names. @throws EnvironmentError */
export const theMigrations = (): Migrations =>
  migrationsIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME, toldFacts);
