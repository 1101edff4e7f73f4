import type { Act, ActRequest, Ask, AskedAct, SweptAs } from './acts.ts';
import type { AnnouncedPage } from './announced.ts';
import type { Asker } from './asker.ts';
import type { RollbackPossibility } from './cutover-record.ts';
import type { MigrationRecord } from './record.ts';
import type { Outcome, Status } from './status.ts';
import type { CutoverWaiver } from './waivers.ts';

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
  | 'fence'
  | 'confirmRefused'
  | 'unfenceRefused'
  | 'unfencedAt'
  | 'rolledBackAt'
  | 'rollbackPossibility'
  | 'stragglers'
  | 'certificate'
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
  waivers?: CutoverWaiver[] | undefined;
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
  /** Of all others: tasks that watch, and migrations that wait for their turn, are silent for minutes. */
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
  /**
   * Notes the request for a cutover if one is awaited and none stands; undefined when that is not so. Of a migration that is
   * API-only it has to have a reason.
   */
  requestCutover(migrationId: string, request: CutoverRequest): Promise<MigrationRecord | undefined>;
  /**
   * Notes a cutover that came to nothing, with the request for it if there was one, and forgets that request, so that a
   * new one can be made. A repeat with the same time notes nothing.
   */
  clearCutoverRequest(migrationId: string, backOut: { at: string; reason: string }): Promise<void>;
  /**
   * Notes what is asked for, if the record allows it; undefined when that is not so. `abort`: neither ended nor promoted,
   * and not asked for yet. `close`: promoted and not ended, and not asked for yet. `unfence`, `rollback`: promoted (an
   * unfence also in doubt, or after any end), with a fence that is not lifted, not done, nothing pending, and a rollback
   * not known to be impossible; they are pending from then on. An unfence takes the place of a pending confirm, and one
   * that gives nodes up that of a pending unfence.
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
  /** Records that a promotion is in doubt; undefined when one is recorded already, or the migration has ended. */
  recordDoubt(migrationId: string, change: RecordChange): Promise<MigrationRecord | undefined>;
  /** Notes whether a rollback is possible, unless it is known never to be again. */
  noteRollback(migrationId: string, possibility: RollbackPossibility): Promise<void>;
  /** Changes also a record that has an outcome, in what may come to be known after the end. */
  note(migrationId: string, afterwards: Afterwards): Promise<MigrationRecord | undefined>;
  /**
   * Records how the migration ended, if nobody has. Answers the record as it stands: the first writer wins. A dry run
   * that is to be aborted does not end well.
   */
  end(migrationId: string, outcome: Outcome, change: RecordChange): Promise<MigrationRecord | undefined>;
  markSettled(migrationId: string): Promise<void>;
  /** Notes under which names the sweeper had it looked after. Nobody's work on it: its `updatedAt` stays. */
  noteSweep(migrationId: string, sweptAs: SweptAs): Promise<void>;
  /** Forgets an act that was asked for: it was carried out, or refused for good. Another one is left as it is. */
  concludeAct(migrationId: string, act: AskedAct): Promise<void>;
  /**
   * Records whose end has not been settled and that have been quiet for so long, and those with an act that was asked
   * for before `endedBefore`; oldest first.
   */
  unsettled(quiet: Quiet, limit: number): Promise<MigrationRecord[]>;
  countOpen(): Promise<OpenCount>;
  /**
   * Those that wait for their turn to begin, are not to be aborted, and have written their record since; oldest first.
   *
   * @param heardSince ISO 8601
   */
  inLine(limit: number, heardSince: string): Promise<MigrationRecord[]>;
}

/** Migrations that are not settled. */
export interface OpenCount {
  /** Those that neither wait for their cutover nor for their turn to begin. */
  atWork: number;
  /** Those that wait for their turn to begin, and are not to be aborted. */
  inLine: number;
}

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

/** The replication groups that may be migrated into. */
export interface TargetGroups {
  /** @param replicationGroupId in lower case */
  has(replicationGroupId: string): boolean;
  /** As the deployment names them. */
  toString(): string;
}
