import type { Act, ActRequest, Ask, AskedAct } from './acts.ts';
import type { AnnouncedPage } from './announced.ts';
import type { Asker } from './asker.ts';
import type { FenceRecord } from './fence.ts';
import type { MigrationRecord } from './record.ts';
import type { Outcome, Status } from './status.ts';
import type { OtherWaiver } from './waivers.ts';

/** What an idempotency key stands for. */
export interface KeyClaim {
  keyHash: string;
  fingerprint: string;
  migrationId: string;
}

/** A part of a record that a task writes; `phase` changes are noted with their time. */
export type RecordChange = Partial<
  Omit<MigrationRecord, 'migrationId' | 'replicationGroupId' | 'outcome' | 'phases' | 'unsettled'>
>;

/** What may come to be known of a migration after its end. */
export type Afterwards = Pick<
  RecordChange,
  'fence' | 'confirmRefused' | 'unfencedAt' | 'rolledBackAt' | 'rollbackPossibility' | 'stragglers' | 'certificate'
>;

export interface ListQuery {
  status?: Status;
  replicationGroupId?: string;
  /** 1-100. */
  limit: number;
  /** As an earlier page gave it. Throws InvalidRequestError when it is not one of ours. */
  nextToken?: string;
}

/** What is asked with a cutover. */
export interface CutoverRequest {
  /** ISO 8601. */
  at: string;
  reason?: string | undefined;
  /** What to go on in spite of, this once. */
  waivers?: OtherWaiver[] | undefined;
  by: Asker;
  /** Of this request alone, so that it is known again when only the answer to its write was lost. */
  requestId: string;
  /** The event that it came by: what was asked for under one is not asked for again, however often it is delivered. */
  eventId?: string | undefined;
}

/** Since when nobody has written a record that is worth a look, both ISO 8601. */
export interface Quiet {
  /** Of records whose execution may never have begun, and of those that have ended. */
  endedBefore: string;
  /** Of all others: tasks that watch are silent for minutes. */
  atWorkBefore: string;
}

/** The migrations in the table. Every write is a conditional write of one item. */
export interface Migrations {
  /** Writes the claim, or answers the one that stands already. */
  claimKey(claim: KeyClaim): Promise<KeyClaim>;
  /** Writes the record, or answers the one that stands already under its id. */
  create(record: MigrationRecord): Promise<MigrationRecord>;
  find(migrationId: string): Promise<MigrationRecord | undefined>;
  /** Changes a record that has no outcome yet; one that has is left as it is. Answers the record as it is afterwards. */
  update(migrationId: string, change: RecordChange): Promise<MigrationRecord | undefined>;
  list(query: ListQuery): Promise<{ migrations: MigrationRecord[]; nextToken?: string }>;
  /** Notes the request for a cutover if one is awaited and none stands; undefined when that is not so. */
  requestCutover(migrationId: string, request: CutoverRequest): Promise<MigrationRecord | undefined>;
  /**
   * Notes a cutover that came to nothing, with the request for it if there was one, and forgets that request, so that a
   * new one can be made. A repeat with the same time notes nothing.
   */
  clearCutoverRequest(migrationId: string, backOut: { at: string; reason: string }): Promise<void>;
  /**
   * Notes what is asked for, if the record allows it; undefined when that is not so. `abort`: neither ended nor promoted,
   * and not asked for yet. `close`: promoted and not ended, and not asked for yet. `unfence`, `rollback`: promoted (an
   * unfence also in doubt, or after any end), with a fence that is not lifted, neither done nor pending, and a rollback not known to be impossible; they are
   * pending from then on.
   */
  requestAct(migrationId: string, ask: Ask, request: ActRequest): Promise<MigrationRecord | undefined>;
  /** Forgets a request that was refused after all, if it still is the one that stands. */
  forgetAct(migrationId: string, ask: Ask, requestId: string): Promise<void>;
  /**
   * Records a promotion that was proven, or that an operator has confirmed: the first word counts. Undefined when one is
   * recorded already, or the migration has ended.
   *
   * @param asked the act that must still be pending
   */
  recordPromotion(migrationId: string, change: RecordChange, asked?: 'confirm'): Promise<MigrationRecord | undefined>;
  /** Changes also a record that has an outcome, in what may come to be known after the end. */
  note(migrationId: string, afterwards: Afterwards): Promise<MigrationRecord | undefined>;
  /**
   * Records how the migration ended, if nobody has. Answers the record as it stands: the first writer wins. A dry run
   * that is to be aborted does not end well.
   */
  end(migrationId: string, outcome: Outcome, change: RecordChange): Promise<MigrationRecord | undefined>;
  markSettled(migrationId: string): Promise<void>;
  /** Forgets an act that was asked for: it was carried out, or refused for good. Another one is left as it is. */
  concludeAct(migrationId: string, act: AskedAct): Promise<void>;
  /**
   * Records whose end has not been settled and that have been quiet for so long, and those with an act that was asked
   * for before `endedBefore`; oldest first.
   */
  unsettled(quiet: Quiet, limit: number): Promise<MigrationRecord[]>;
}

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

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/** An event of an execution's history without what it carried: inputs hold task tokens, outputs customers' data. */
export interface TimelineEntry {
  id: number;
  at: string;
  type: string;
  state?: string;
  error?: string;
  cause?: string;
}

/** The state machine of migrations. */
export interface Workflow {
  /** The execution's ARN, known before it is started. */
  executionArn(migrationId: string): string;
  /** Starts the execution of that name; one that exists already (running or ended) is left as it is. */
  start(migrationId: string, input: string): Promise<void>;
  /** undefined when there is no such execution. */
  describe(executionArn: string): Promise<{ status: ExecutionStatus; error?: string; cause?: string } | undefined>;
  history(
    executionArn: string,
    nextToken?: string,
  ): Promise<{ timeline: TimelineEntry[]; nextToken?: string } | undefined>;
  /** The ARN of an execution of the settlement machine, by its name. */
  settlementArn(name: string): string;
  /** A page of what an execution has put on the bus, newest first; undefined when there is no such execution. */
  announced(executionArn: string, nextToken?: string): Promise<AnnouncedPage | undefined>;
  /** Hands `output` to the execution that waits with this token; false when none waits with it any more. */
  resume(taskToken: string, output: unknown): Promise<boolean>;
  /** Lets the execution that waits with this token fail by this name; false when none waits with it any more. */
  fail(taskToken: string, error: string, cause: string): Promise<boolean>;
  /** Starts the settlement machine under this name, to settle if no other act is named; one that exists already is left as it is. */
  settle(name: string, migrationId: string, act?: Act): Promise<void>;
}

/** The networks in which a source may be. */
export interface SourceNetworks {
  /** Why an endpoint's address is refused, before anybody looks a name up; undefined when it is a name, or allowed. */
  refusalOf(nameOrAddress: string): string | undefined;
}
