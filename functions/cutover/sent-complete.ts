import type { Lock } from '../migration/lock-ports.ts';
import type { MigrationRecord } from '../migration/record.ts';

/** CompleteMigration as it was sent, for whoever watches what becomes of it. */
export interface SentComplete {
  /** ISO 8601: when it was to be sent first. */
  sentAt: string;
  /** Events from here on may be about it. */
  eventsSinceMs: number;
  /** Which cutover of the migration it was. */
  attempt: number;
  /** How long the promotion may take; null where the request does not say. */
  promotionBudgetSeconds: number | null;
  /** The doubt was told already. */
  inDoubt: boolean;
}

/** What the lock says of a CompleteMigration: undefined when none was sent under it. */
export const sentBy = (lock: Lock, record: MigrationRecord): SentComplete | undefined => {
  const intent = lock.intents.complete;
  if (!intent) return undefined;
  return {
    sentAt: intent.at,
    eventsSinceMs: intent.eventsSinceMs,
    attempt: record.cutoverAttempt ?? 1,
    promotionBudgetSeconds: record.request.cutover?.promotionBudgetSeconds ?? null,
    inDoubt: record.doubtToldOf === (record.cutoverAttempt ?? 1),
  };
};
