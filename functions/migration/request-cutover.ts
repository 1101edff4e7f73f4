import { randomUUID } from 'node:crypto';
import { allowedActions } from './actions.ts';
import { type Caller, saysNothing, toAsker } from './asker.ts';
import type { Migrations, Workflow } from './ports.ts';
import type { MigrationRecord } from './record.ts';
import { ActionNotAllowedError, InvalidRequestError, MigrationNotFoundError } from './request-errors.ts';
import { type MigrationView, toView } from './view.ts';
import type { CutoverWaiver } from './waivers.ts';

/** What comes with a request for a cutover. */
export interface CutoverAsking {
  reason?: string;
  /** Absent when there are none. */
  waivers?: CutoverWaiver[];
}

/** What the waiting execution is told of the request. */
export const answerOf = ({
  cutover,
}: MigrationRecord): { requestedAt: string; waivers: CutoverWaiver[]; reason?: string } | undefined =>
  cutover?.requestedAt === undefined
    ? undefined
    : {
        requestedAt: cutover.requestedAt,
        waivers: cutover.waivers ?? [],
        ...(cutover.reason !== undefined && { reason: cutover.reason }),
      };

/**
 * Asks a migration that awaits its cutover to cut over.
 *
 * The record decides: the request is written to it first, and only then is the waiting execution called. When the call
 * meets no waiter (the execution is just looking at the link), the next wait finds the request in the record.
 * A repeat calls once more, should the first have died before it could. The same event is told the same.
 *
 * @throws MigrationNotFoundError
 * @throws ActionNotAllowedError when the view does not list `cutover`
 * @throws InvalidRequestError without a reason, where nothing but an operator's word says that nobody writes
 */
export const makeRequestCutover =
  (
    migrations: Pick<Migrations, 'find' | 'requestCutover'>,
    workflow: Pick<Workflow, 'resume'>,
    now: () => Date = () => new Date(),
  ) =>
  async (
    migrationId: string,
    { reason, waivers }: CutoverAsking,
    caller: Caller,
    eventId?: string,
  ): Promise<MigrationView> => {
    const requestId = eventId ?? randomUUID();
    const at = now().toISOString();
    const written = await migrations.requestCutover(migrationId, {
      at,
      reason,
      waivers,
      requestId,
      eventId,
      by: toAsker(caller, at, reason),
    });
    const record = written ?? (await migrations.find(migrationId));
    if (!record) throw new MigrationNotFoundError(migrationId);

    if (!written && saysNothing(reason) && record.apiOnly && allowedActions(record).includes('cutover')) {
      throw new InvalidRequestError([{ pointer: '/reason', detail: WHOSE_WORD }]);
    }
    const answer = answerOf(record);
    if (answer && record.taskToken) await workflow.resume(record.taskToken, answer);
    const isOurs = record.cutover?.requestId === requestId || record.cutoverEventId === requestId;
    if (isOurs) return toView(record);
    const why = answer ? `it was requested at ${answer.requestedAt}` : whyNot(record);
    throw new ActionNotAllowedError('Cutover', migrationId, why, allowedActions(record));
  };

/** Who has stopped the writers, and how, stands in the view and the events. */
const WHOSE_WORD = 'is missing: in API-only mode it says how the writers were stopped, and which offsets were compared';

const whyNot = ({ status, statusReason, abort }: MigrationRecord): string =>
  abort ? `its abort was requested at ${abort.at}` : `its status is ${status}: ${statusReason}`;
