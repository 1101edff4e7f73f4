import type { ActRequest, PendingAct, RefusedAct, SweptAs } from './acts.ts';
import type { Asker } from './asker.ts';
import type { Confirmation } from './certificate.ts';
import type { BackOut, CutoverRecord, FenceSummary, RollbackPossibility, StragglersSummary } from './cutover-record.ts';
import type { RequestedCutover } from './fence.ts';
import type { Guarantees } from './guarantees.ts';
import type { PreflightResult } from './preflight.ts';
import type { MigrationRequest } from './request.ts';
import type { Outcome, Phase, Status } from './status.ts';
import type { VerificationProgress, VerificationReport, VerificationSettings } from './verification.ts';
import type { WaiverId } from './waivers.ts';

export interface Endpoint {
  address: string;
  port: number;
}

/** A node of the replication group as it was last seen. */
export interface NodeView {
  cacheClusterId: string;
  endpoint: Endpoint;
  role: 'primary' | 'replica';
  /** INFO's `role` and `master_link_status`; absent while the node does not answer. */
  replicationRole?: 'master' | 'slave';
  linkStatus?: 'up' | 'down';
  offset?: number;
}

/** One shard's link as the view shows it. */
export interface ShardView {
  nodeGroupId: string;
  source: Endpoint;
  phase: Phase;
  nodes: NodeView[];
  sourceOffset?: number;
  targetOffset?: number;
  replicationId?: string;
}

/** What is known of a promoted shard: the new replication id, and up to where it continues the source's history. */
export interface PromotedShard {
  nodeGroupId: string;
  primary: Endpoint;
  /** Absent where no node was looked at. */
  replicationId?: string;
  previousReplicationId?: string;
  continuesUpToOffset?: number;
}

/** Figures of all shards together. One that is not known is absent. */
export interface Progress {
  bytesCopied?: number;
  bytesTotal?: number;
  /** 0-100 of the full sync. */
  percent?: number;
  lagBytes?: number;
  lagSeconds?: number;
  etaSeconds?: number;
  /** What the source holds back for the target while the full sync goes on, and the most that it holds back. */
  buffer?: { bytes: number; limitBytes?: number };
  /** ISO 8601: when the figures were read. */
  asOf: string;
}

export interface Failure {
  /** A stable code of docs/errors.md, or the name of an error that no code stands for. */
  error: string;
  cause: string;
}

/** A change of phase, for how long each took. */
export interface PhaseChange {
  phase: Phase;
  /** ISO 8601. */
  at: string;
}

/** Something that a real run would do. */
export interface PlannedAction {
  by: 'service' | 'ElastiCache' | 'you';
  /** What it is done to: `replication group test`, `node test-001 (10.0.1.1:6379)`. */
  on: string;
  /** The operation of an API, or the command to a server, as it would be called. */
  call: string;
  parameters?: Record<string, unknown>;
  /** What comes of it, in one sentence. */
  effect: string;
}

/** What a dry run found out. */
export interface DryRunResult {
  verdict: 'wouldStart' | 'wouldFail';
  /** One sentence. */
  why: string;
  /** What a real run would do, in its order, up to its end. */
  actions: PlannedAction[];
}

/** A migration as the table keeps it. Times are ISO 8601. */
export interface MigrationRecord {
  migrationId: string;
  replicationGroupId: string;
  request: MigrationRequest;
  /** Absent, and as good as `none`, in records of requests that were accepted before there was a verification. */
  verification?: VerificationSettings;
  correlationId: string;
  /** The execution's input, word for word: StartExecution is idempotent only for the same text. */
  input: string;
  executionArn: string;
  status: Status;
  statusReason: string;
  phase: Phase;
  waitingFor?: string;
  acceptedAt: string;
  /** When it begins at the latest. One that has this and is still `accepted` waits in the line for its turn. */
  turnAt?: string;
  startedAt?: string;
  stoppedAt?: string;
  updatedAt: string;
  phases: PhaseChange[];
  progress?: Progress;
  shards?: ShardView[];
  /** Of the verification under way, or of the last one. */
  verificationProgress?: VerificationProgress;
  /** Of the last one that came to its end. */
  verificationReport?: VerificationReport;
  /** How it cuts over; absent in records of requests that were accepted before there was a fence. */
  cutoverSettings?: RequestedCutover;
  /** Accepted by a stack that reaches no server: what it is judged by is what AWS tells. */
  apiOnly?: true;
  /** Who asked for the migration; absent in older records. */
  requestedBy?: Asker;
  /** The request for a cutover that stands. */
  cutover?: CutoverRecord;
  /** The last event that asked for a cutover; it outlives a cutover that was backed out. */
  cutoverEventId?: string;
  /** Which cutover is, or was, under way, counted from 1. */
  cutoverAttempt?: number;
  /** The last 20 cutovers that came to nothing, oldest first. */
  backOuts?: BackOut[];
  /** What stands, or stood, on the source. The fence's own record is authoritative. */
  fence?: FenceSummary;
  /** Whoever settles a migration that has this ends it as aborted, if CompleteMigration was not sent. */
  abort?: ActRequest;
  /** That the target was promoted, although nothing proves it: the last request. */
  confirm?: ActRequest;
  /** Why the last one was refused. */
  confirmRefused?: RefusedAct;
  /** To lift the fence for good: the last request. */
  unfence?: ActRequest;
  /** Why the last one was refused. */
  unfenceRefused?: RefusedAct;
  /** To return to the source: the last request. */
  rollback?: ActRequest;
  /** To close although stragglers are not quiet. */
  close?: ActRequest;
  unfencedAt?: string;
  rolledBackAt?: string;
  /** Whether one call still returns to the source, as it was last seen. */
  rollbackPossibility?: RollbackPossibility;
  /** Who turned to the old primary after the promotion. */
  stragglers?: StragglersSummary;
  /** Of the offset certificate, which has an item of its own. */
  certificate?: { hash: string; signed: boolean };
  promotedAt?: string;
  /** Set on a migration that ended after CompleteMigration was sent and before anything proved the promotion. */
  completeSentAt?: string;
  /** Of the promotion that was proven, or that an operator has confirmed. */
  promotion?: { evidence: string; shards: PromotedShard[]; confirmation?: Confirmation };
  /** The cutover, counted as `cutoverAttempt`, whose doubt was told. */
  doubtToldOf?: number;
  /** Asked for, and not carried out yet. */
  pendingAct?: PendingAct;
  /** Who looked after it when nobody else did: what they have announced is told with the rest. */
  sweptAs?: SweptAs;
  /** Calls the execution that awaits the cutover, rests, or waits for its turn. Never leaves the service. */
  taskToken?: string;
  preflight?: PreflightResult;
  /** Of a dry run that has completed. */
  dryRun?: DryRunResult;
  replicationTest?: { verdict: 'passed' | 'unknown'; detail: string };
  failure?: Failure;
  /** Set once, by whoever ends the migration first. */
  outcome?: Outcome;
  /** Present until settlement has seen that the terminal event went out. */
  unsettled?: true;
}

/**
 * What the state machine is started with. Nothing in it may differ between two sends of one request. `dryRun` and
 * `waivers` are absent from the inputs of requests that were accepted before there was a preflight, `verification` from
 * those before there was one, and all of `cutover` but its mode from those before there was a fence.
 */
export interface MigrationInput {
  migrationId: string;
  correlationId: string;
  replicationGroupId: string;
  source: Endpoint;
  cutover: RequestedCutover;
  verification: VerificationSettings;
  dryRun: boolean;
  waivers: WaiverId[];
  reason?: string;
  /** Absent where nothing lacks. */
  guarantees?: Guarantees;
}
