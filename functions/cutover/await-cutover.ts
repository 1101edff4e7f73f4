import { AbortRequestedError } from '../migration/errors.ts';
import type { Migrations, Workflow } from '../migration/ports.ts';
import { answerOf } from '../migration/request-cutover.ts';

export interface AwaitCutoverInput {
  migrationId: string;
  taskToken: string;
  /** What the last look at the links found, in a sentence. */
  why: string;
  /** Why the last verification does not allow the cutover; null when it does, or need not. */
  blockedBy?: string | null;
  /** Why the automatic cutover was backed out, and is not tried again by itself; null or absent where it is. */
  handedOverFor?: string | null;
  /** What an operator does before the cutover, in sentences; null or absent where the service does it. */
  byHand?: string | null;
  /** When the request was made that has come to nothing: it is forgotten, and a new one can be made. */
  refusedAt?: string | null;
}

/**
 * Puts the task token into the record, where the request for the cutover finds it. A request that came while the
 * execution was looking at the link is found here, and carried out at once: whichever of the two writes comes second
 * sees the other. The same is so of a request for an abort, by which the wait fails.
 */
export const makeAwaitCutover =
  (
    migrations: Pick<Migrations, 'find' | 'update' | 'clearCutoverRequest'>,
    workflow: Pick<Workflow, 'resume' | 'fail'>,
    now: () => Date = () => new Date(),
  ) =>
  async ({
    migrationId,
    taskToken,
    why,
    blockedBy,
    handedOverFor,
    byHand,
    refusedAt,
  }: AwaitCutoverInput): Promise<void> => {
    // While the status is another, nobody can make a new one.
    if (refusedAt && (await migrations.find(migrationId))?.cutover?.requestedAt === refusedAt) {
      const reason = blockedBy ?? 'The verification before it did not allow it.';
      await migrations.clearCutoverRequest(migrationId, { at: now().toISOString(), reason });
    }
    const record = await migrations.update(migrationId, {
      status: 'awaitingCutover',
      statusReason: [why, blockedBy && blocked(blockedBy), handedOverFor && handedOver(handedOverFor)]
        .filter(Boolean)
        .join(' '),
      phase: 'awaitingCutover',
      waitingFor: byHand ? `the request for the cutover. ${byHand}` : 'the request for the cutover',
      taskToken,
    });
    if (record?.abort && !record.outcome) {
      const { name, message } = new AbortRequestedError(migrationId, record.abort);
      await workflow.fail(taskToken, name, message);
      return;
    }
    const answer = record && answerOf(record);
    if (answer) await workflow.resume(taskToken, answer);
  };

const blocked = (by: string): string =>
  `The last verification does not allow the cutover: ${by} A request for the cutover verifies again first; one that waives verification-differences does not.`;

const handedOver = (reason: string): string =>
  `The automatic cutover was backed out, and is not tried again without a request: ${reason}.`;
