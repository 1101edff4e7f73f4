import { type Ask, isAskedAct } from '../migration/acts.ts';
import { saysNothing } from '../migration/asker.ts';
import type { BackOut } from '../migration/cutover-record.ts';
import { TransientServiceError } from '../migration/errors.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';

type Requests = Pick<Migrations, 'requestCutover' | 'clearCutoverRequest' | 'requestAct' | 'forgetAct' | 'note'>;

/** Changes a record under a condition; undefined when it does not hold. */
export type Change = (
  migrationId: string,
  attributes: Record<string, unknown>,
  condition: string,
  more?: { sets?: string[]; removes?: string[]; names?: Record<string, string>; values?: Record<string, unknown> },
) => Promise<MigrationRecord | undefined>;

/** A request brings reasons of a thousand characters, and the item must not fill up. */
const MOST_BACK_OUTS = 20;
/** Hardly anybody else writes while a cutover is backed out. */
const MOST_TRIES = 10;

/** `abort`, `close` and others are reserved words of DynamoDB. */
const NAMES: Record<string, string> = {
  '#abort': 'abort',
  '#close': 'close',
  '#fence': 'fence',
  '#phase': 'phase',
  '#status': 'status',
  '#cutover': 'cutover',
};
const namesIn = (expression: string): Record<string, string> =>
  Object.fromEntries(Object.entries(NAMES).filter(([placeholder]) => expression.includes(placeholder)));

const RUNNING = 'attribute_not_exists(outcome)';
const FENCED = [
  'attribute_exists(cutoverSettings)',
  '(attribute_not_exists(#fence) OR #fence.#phase <> :lifted)',
  // As unfencedSince has it.
  '(attribute_not_exists(unfencedAt) OR unfencedAt < #fence.openedAt)',
  'attribute_not_exists(rolledBackAt)',
].join(' AND ');
const LEFT = `${FENCED} AND attribute_not_exists(pendingAct)`;

/** When each may be asked for; functions/migration/actions.ts says the same of a record that was read. */
const ALLOWED: Record<Ask, { condition: string; values?: Record<string, unknown> }> = {
  abort: { condition: `${RUNNING} AND attribute_not_exists(promotedAt) AND attribute_not_exists(#abort)` },
  close: { condition: `${RUNNING} AND attribute_exists(promotedAt) AND attribute_not_exists(#close)` },
  confirm: {
    condition: `#phase = :inDoubt AND attribute_not_exists(promotedAt) AND ${RUNNING} AND ${LEFT}`,
    values: { ':inDoubt': 'promotionInDoubt', ':lifted': 'lifted' },
  },
  unfence: {
    condition: `((attribute_exists(promotedAt) AND attribute_not_exists(apiOnly)) OR #phase = :inDoubt OR attribute_exists(completeSentAt) OR (attribute_exists(outcome) AND attribute_exists(#fence))) AND ${FENCED} AND (attribute_not_exists(pendingAct) OR pendingAct.act IN (:confirm, :replaced, :left))`,
    values: { ':inDoubt': 'promotionInDoubt', ':lifted': 'lifted', ':confirm': 'confirm' },
  },
  rollback: {
    condition: `attribute_exists(promotedAt) AND attribute_not_exists(apiOnly) AND ${LEFT} AND attribute_not_exists(rollbackPossibility.forGood)`,
    values: { ':lifted': 'lifted' },
  },
};

/** What is asked of migrations, and what became of it. */
export const requestsBy = (change: Change, find: Migrations['find']): Requests => ({
  requestCutover: (migrationId, { at, reason, waivers, requestId, eventId, by }) => {
    const condition = `#status = :awaiting AND attribute_not_exists(#cutover.requestedAt) AND attribute_not_exists(#abort) AND ${RUNNING} AND (attribute_not_exists(cutoverEventId) OR cutoverEventId <> :requestId)${saysNothing(reason) ? ' AND attribute_not_exists(apiOnly)' : ''}`;
    return change(
      migrationId,
      {
        cutover: { requestedAt: at, reason, waivers, requestId, by },
        cutoverEventId: eventId,
        statusReason: 'The cutover is requested.',
        waitingFor: 'the cutover to begin',
      },
      condition,
      { names: namesIn(condition), values: { ':awaiting': 'awaitingCutover', ':requestId': requestId } },
    );
  },

  async clearCutoverRequest(migrationId, { at, reason }) {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const record = await find(migrationId);
      if (!record || record.outcome || record.backOuts?.some((one) => one.at === at)) return;
      const backOuts = [...(record.backOuts ?? []), backOutOf(record, at, reason)].slice(-MOST_BACK_OUTS);
      const cleared = await change(migrationId, { backOuts }, `${RUNNING} AND updatedAt = :seen`, {
        removes: ['cutover', 'taskToken'],
        values: { ':seen': record.updatedAt },
      });
      if (cleared) return;
    }
    throw new TransientServiceError('Note back-out', new Error(`the record changed at each of ${MOST_TRIES} tries`));
  },

  requestAct(migrationId, ask, request) {
    const { condition, values } = ALLOWED[ask];
    // The mark is what the sweeper finds a pending act by.
    const pending = isAskedAct(ask) && { pendingAct: { act: ask, at: request.at }, unsettledMark: 'yes' };
    // One that names what to give up takes the place of an unfence or a rollback that waits for just that.
    const replaced = ask === 'unfence' && {
      ':replaced': request.giveUp ? 'unfence' : 'confirm',
      ':left': request.giveUp ? 'rollback' : 'confirm',
    };
    return change(migrationId, { [ask]: request, ...pending }, condition, {
      names: namesIn(condition),
      ...(values && { values: { ...values, ...replaced } }),
    });
  },

  async forgetAct(migrationId, ask, requestId) {
    await change(migrationId, {}, '#ask.requestId = :requestId', {
      removes: ['#ask'],
      names: { '#ask': ask },
      values: { ':requestId': requestId },
    });
  },

  note: (migrationId, afterwards) => change(migrationId, afterwards, 'attribute_exists(pk)'),
});

const backOutOf = ({ cutover }: MigrationRecord, at: string, reason: string): BackOut => {
  const { requestId, ...request } = cutover ?? {};
  return { at, reason, ...(request.requestedAt !== undefined && { request }) };
};
