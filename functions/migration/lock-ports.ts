import type { FenceRecord } from './fence.ts';

/** What a migration notes in its lock before it acts on the group, so that a repeat knows what an earlier try did. */
export type Intent = 'test' | 'start' | 'complete' | 'stop';

export interface NotedIntent {
  /** ISO 8601: when it was noted. */
  at: string;
  /** Milliseconds since the epoch, by ElastiCache's clock: the group's events from here on may be about this call. */
  eventsSinceMs: number;
  /** ISO 8601, of `stop` alone: when ElastiCache took the call. */
  sentAt?: string;
  /** ISO 8601, of `stop` alone: when the group was first seen out of migration. */
  leftAt?: string;
  /** Of `complete` alone: how often the call may have been sent, at the most. Each send is counted before it is made. */
  sends?: number;
  /** ISO 8601, of `complete` alone: when the last of them was counted. */
  lastSendAt?: string;
  /** Of `complete` alone: an operator has confirmed what came of it, so that it cannot be judged as refused any more. */
  confirmed?: true;
}

/** A noted intent, so that nobody takes another one for it. */
export interface JudgedIntent {
  /** ISO 8601. */
  at: string;
  sends: number;
}

export interface Lock {
  owner: string;
  epoch: number;
  /** The one try of the cutover that may send CompleteMigration. */
  attempt?: string;
  intents: Partial<Record<Intent, NotedIntent>>;
  /** By an abort that was taken, or by settlement: nothing but a stop is begun any more. */
  closed?: boolean;
  /** The last rollback out of this group, whoever's it was. */
  rolledBack?: GroupRollback;
}

/** A rollback leaves the nodes of its group paused, which nobody can read there. */
export interface GroupRollback {
  migrationId: string;
  /** ISO 8601. */
  at: string;
}

/** The locks of replication groups in the table: authoritative for who may act on a group. */
export interface Locks {
  /** Takes the lock, or finds it ours. @throws ReplicationGroupLockedError when another migration owns it */
  acquire(replicationGroupId: string, migrationId: string): Promise<Lock>;
  /**
   * Notes an intent in our lock; `fresh` is false when an earlier try had noted it, and what that one noted is answered.
   * Each try has a time `at` of its own. `stop` alone can be noted in a closed lock: settlement stops what it has closed.
   *
   * @param attempt of `complete`: the try that must still be armed; what an earlier try noted is answered all the same
   * @throws LockLostError when the lock is not ours, settlement has begun, or the attempt was disarmed
   */
  intend(
    replicationGroupId: string,
    migrationId: string,
    intent: Intent,
    noted: NotedIntent,
    attempt?: string,
  ): Promise<NotedIntent & { fresh: boolean }>;
  /**
   * Makes this the one try that may send CompleteMigration.
   *
   * @throws LockLostError when the lock is not ours or closed, or CompleteMigration or a stop was noted in it
   */
  arm(replicationGroupId: string, migrationId: string, attempt: string): Promise<void>;
  /** Takes every try's leave to send CompleteMigration, also in a closed lock; `sent` when one was noted already. */
  disarm(replicationGroupId: string, migrationId: string): Promise<'disarmed' | 'sent' | 'notOurs'>;
  /**
   * Counts one more send of the CompleteMigration that was noted at that time, before it is made.
   *
   * @throws LockLostError when the lock is not ours or closed, or another intent stands in it
   */
  noteSend(replicationGroupId: string, migrationId: string, at: string): Promise<NotedIntent>;
  /**
   * Adds to the intent `stop` how far it came, also to a closed lock; the first time stands.
   *
   * @throws LockLostError when the lock is not ours, or the intent was not noted in it
   */
  noteStop(replicationGroupId: string, migrationId: string, what: 'sentAt' | 'leftAt', at: string): Promise<void>;
  /**
   * Takes an intent back that was certainly not carried out. With `judged` only if it is still that one, sent no more often
   * than that, and nobody has confirmed the promotion; false when it is not so.
   */
  withdraw(replicationGroupId: string, migrationId: string, intent: Intent, judged?: JudgedIntent): Promise<boolean>;
  /**
   * Notes, also in a closed lock, that an operator has confirmed the promotion by the CompleteMigration that was noted at
   * that time: of a confirmation and a refusal that meet, one gets through. False when it stands there no more.
   */
  confirm(replicationGroupId: string, migrationId: string, at: string): Promise<boolean>;
  find(replicationGroupId: string): Promise<Lock | undefined>;
  /** From now on no intent can be noted; tasks that still run act no more. Nothing happens when the lock is not ours. */
  closeToIntents(replicationGroupId: string, migrationId: string): Promise<void>;
  /**
   * Closes the lock as {@link closeToIntents} does, unless CompleteMigration was noted in it: of an abort and a cutover that
   * meet, one is let through.
   */
  closeUnlessSent(replicationGroupId: string, migrationId: string): Promise<'closed' | 'sent' | 'notOurs'>;
  /** Notes beside the lock, whoever owns it, that the group's nodes were paused to return to a source. It outlives every owner. */
  noteRollback(replicationGroupId: string, rollback: GroupRollback): Promise<void>;
  /** Gives the lock back. Nothing happens when it is not ours. */
  release(replicationGroupId: string, migrationId: string): Promise<void>;
}

/** The fences in the table: authoritative for what stands on the nodes of a source. */
export interface Fences {
  find(migrationId: string): Promise<FenceRecord | undefined>;
  /**
   * Writes the record of a new try. From its deadline on the sweeper finds it, until it is lifted or no more to be looked after.
   *
   * @throws FenceStandsError when another try's fence stands
   */
  open(fence: FenceRecord): Promise<void>;
  /**
   * Changes the record as this try, which proves that nobody has taken it over. Only an open fence can be sealed.
   *
   * @throws FenceTakenOverError when somebody has, or the fence was lifted
   */
  advance(migrationId: string, attempt: string, change: FenceChange): Promise<FenceRecord>;
  /**
   * Makes `attempt` the one try that may touch the source, in phase `lifting`.
   *
   * @param expected the attempt that was read in the record
   * @param phase the one that the fence must still be in; without, any but lifted
   * @returns undefined when it is another one's by now, or lifted, or in another phase
   */
  takeOver(migrationId: string, attempt: string, expected: string, phase?: 'open'): Promise<FenceRecord | undefined>;
  /** A sealed fence is not the sweeper's any more: its CompleteMigration is noted. Nothing happens when it is not this try's. */
  leave(migrationId: string, attempt: string): Promise<void>;
  /** Ids of migrations whose fence is past its deadline and not left, oldest first. */
  overdue(before: string, limit: number): Promise<string[]>;
}

export type FenceChange = Partial<Omit<FenceRecord, 'migrationId' | 'replicationGroupId' | 'attempt' | 'openedAt'>>;
