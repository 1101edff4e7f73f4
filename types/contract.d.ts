/* Made of events/openapi.yaml and events/schema by `npm run generate`. */

/**
 * Why, in the words of whoever asks: not only of spaces.
 */
export type GivenReason = string;
/**
 * Why, in the words of whoever asks.
 */
export type Reason = string;
/**
 * ISO 8601 with its zone; seconds can be left out.
 */
export type ZonedTime = string;
/**
 * The migration; also the name of its execution.
 */
export type MigrationId = string;
/**
 * What can be asked of a migration. More may come.
 */
export type Action = 'cutover' | 'abort' | 'confirm' | 'unfence' | 'rollback' | 'close';
/**
 * Where a migration stands.
 */
export type Status =
  | 'accepted'
  | 'checking'
  | 'testing'
  | 'starting'
  | 'syncing'
  | 'verifying'
  | 'awaitingCutover'
  | 'cuttingOver'
  | 'promoted'
  | 'completed'
  | 'dryRunCompleted'
  | 'failed'
  | 'aborted'
  | 'timedOut';
/**
 * How it ended. Absent until it has.
 */
export type Outcome = 'completed' | 'dryRunCompleted' | 'failed' | 'aborted' | 'timedOut';
/**
 * The step inside the status; docs/states.md lists them. More may come.
 */
export type Phase =
  | 'queued'
  | 'claiming'
  | 'preflight'
  | 'testing'
  | 'starting'
  | 'connecting'
  | 'copying'
  | 'loading'
  | 'catchingUp'
  | 'inSync'
  | 'linkLost'
  | 'verifying'
  | 'stopping'
  | 'awaitingCutover'
  | 'completing'
  | 'draining'
  | 'fencing'
  | 'promoting'
  | 'promotionInDoubt'
  | 'closing'
  | 'ended';
/**
 * The target, in lower case as ElastiCache stores it. AWS's rule: 1-40 letters, digits or hyphens, a letter first.
 */
export type ReplicationGroupId = string;
/**
 * A check of the preflight; docs/preflight.md lists them.
 */
export type CheckId = string;
/**
 * What to go on in spite of: findings by the ids of their checks, and verification-differences.
 *
 * @maxItems 100
 */
export type Waivers = CheckId[];
/**
 * ISO 8601 in UTC.
 */
export type Time = string;
/**
 * Something that was asked for.
 */
export type AskedFor = AskedForBase;
/**
 * An unfence that was asked for.
 */
export type UnfenceAskedFor = AskedForBase & {
  /**
   * Nodes of the source that were given up.
   */
  giveUp?: Endpoint[];
};
/**
 * A migration.
 */
export type Migration = MigrationBase & {
  guarantees: Guarantees;
  preflight?: Preflight;
  dryRunResult?: DryRunResult;
  verification: Verification;
  cutover: Cutover;
  /**
   * With timeline=true. A page of the execution's history, oldest first.
   */
  timeline?: TimelineEntry[];
  /**
   * With timeline=events. A page of what was announced, newest first; a page may be empty and have one after it.
   */
  events?: AnnouncedEvent[];
  /**
   * There is another page.
   */
  nextToken?: string;
};
/**
 * failed: something blocks, and is not waived.
 */
export type PreflightVerdict = 'passed' | 'failed';
/**
 * What a real run would do.
 */
export type DryRunVerdict = 'wouldStart' | 'wouldFail';
/**
 * How source and target are compared, and what came of it.
 */
export type Verification = VerificationBase & {
  report?: VerificationReport;
};
/**
 * The cutover.
 */
export type Cutover = CutoverBase & {
  /**
   * Those that came to nothing, oldest first; the last 20.
   *
   * @maxItems 20
   */
  backOuts?: BackOut[];
  stragglers?: Stragglers;
};
/**
 * What else than a finding of the preflight can be waived.
 */
export type OtherWaiver = 'verification-differences';
/**
 * A migration without its long parts.
 */
export type ListedMigration = MigrationBase & {
  /**
   * Without what lacks.
   */
  guarantees: {
    /**
     * full: watched by the servers themselves. api-only: by what AWS tells of them.
     */
    mode: 'full' | 'api-only';
  };
  /**
   * Without what was found.
   */
  preflight?: {
    verdict: PreflightVerdict;
    checkedAt: Time;
    /**
     * How many were made.
     */
    checks: number;
    waivers: Waivers;
  };
  /**
   * Without the actions.
   */
  dryRunResult?: {
    verdict: DryRunVerdict;
    /**
     * In one sentence.
     */
    why: string;
  };
  /**
   * Without the differences.
   */
  verification: VerificationBase & {
    /**
     * Of the last verification that came to its end.
     */
    report?: {
      /**
       * What came of it.
       */
      verdict: 'same' | 'different' | 'unknown';
      /**
       * In one sentence.
       */
      why: string;
      /**
       * Every key, or a sample.
       */
      mode: 'full' | 'sample';
      startedAt: Time;
      verifiedAt: Time;
      confidence?: VerificationConfidence;
      counts?: VerificationCounts;
      epoch?: VerificationEpoch;
    };
  };
  /**
   * Without back-outs and stragglers.
   */
  cutover: CutoverBase;
};
/**
 * What a request for a cutover can go on in spite of: differences of the verification, and findings that the cutover looks for once more.
 */
export type CutoverWaiver =
  | 'verification-differences'
  | 'source-sentinel'
  | 'fence-not-durable'
  | 'min-replicas-set'
  | 'users-included'
  | 'modules-loaded-twice';
/**
 * Why the status is what it is, for a human.
 */
export type StatusReason = string;
/**
 * The step inside the status; docs/states.md lists them. More may come.
 */
export type EventPhase = 'connecting' | 'copying' | 'loading' | 'catchingUp' | 'inSync' | 'linkLost';
/**
 * Whatever the service announces, told apart by its detail-type.
 */
export type Notification =
  | MigrationAborted
  | MigrationAccepted
  | MigrationAwaitingCutover
  | MigrationBufferThreatened
  | MigrationCompleted
  | MigrationCutoverBackedOut
  | MigrationCutoverStarted
  | MigrationDryRunCompleted
  | MigrationFailed
  | MigrationInSync
  | MigrationLinkLost
  | MigrationLinkRestored
  | MigrationPreflightFailed
  | MigrationPreflightPassed
  | MigrationProgressed
  | MigrationPromoted
  | MigrationPromotionInDoubt
  | MigrationRolledBack
  | MigrationStarted
  | MigrationStragglersFound
  | MigrationTimedOut
  | MigrationUnfenced
  | MigrationVerificationFailed
  | MigrationVerified;

export interface AskingWithReason {
  reason: GivenReason;
}
export interface UnfenceAsking {
  reason: GivenReason;
  /**
   * Nodes of the source that are gone for good, and whose fence nobody can lift.
   *
   * @minItems 1
   * @maxItems 50
   */
  giveUp?: CustomerNodeEndpoint[];
}
/**
 * The source, as StartMigration takes it; inside of the deployment's allowed networks.
 */
export interface CustomerNodeEndpoint {
  /**
   * A DNS name or an IP address.
   */
  address: string;
  /**
   * A TCP port.
   */
  port: number;
}
export interface Asking {
  reason?: Reason;
}
export interface Acceptance {
  migrationId: MigrationId;
  /**
   * Where it stands, at first.
   */
  status: 'accepted';
  /**
   * Paths of this API.
   */
  links: {
    /**
     * The migration.
     */
    self: string;
    /**
     * To ask for its cutover.
     */
    cutover: string;
    /**
     * To ask for its abort.
     */
    abort: string;
    /**
     * To say that its promotion did happen.
     */
    confirm: string;
    /**
     * To let the source take writes again.
     */
    unfence: string;
    /**
     * To return to the source.
     */
    rollback: string;
    /**
     * To end the watch over the old primary.
     */
    close: string;
  };
}
/**
 * RFC 9457. docs/errors.md has a heading for each code.
 */
export interface Problem {
  /**
   * The heading of docs/errors.md.
   */
  type: string;
  /**
   * The code in words.
   */
  title: string;
  /**
   * As the answer's own.
   */
  status: number;
  /**
   * What is wrong with this request.
   */
  detail: string;
  /**
   * Stable. More may come.
   */
  code:
    | 'invalid-request'
    | 'migration-not-found'
    | 'action-not-allowed'
    | 'body-too-large'
    | 'unsupported-media-type'
    | 'idempotency-key-reused'
    | 'replication-group-not-allowed'
    | 'not-in-reach'
    | 'transient-service-fault'
    | 'internal-error';
  /**
   * The logs know it.
   */
  requestId: string;
  /**
   * Every breach of the contract.
   *
   * @minItems 1
   */
  violations?: Violation[];
  /**
   * What can be asked for instead.
   */
  allowedActions?: Action[];
}
/**
 * What is wrong, and where.
 */
export interface Violation {
  /**
   * JSON pointer (RFC 6901) into the body; empty for the whole of it.
   */
  pointer?: string;
  /**
   * Name of the query parameter.
   */
  parameter?: string;
  /**
   * Name of the header.
   */
  header?: string;
  /**
   * What is wrong.
   */
  detail: string;
}
/**
 * API Gateway's own words.
 */
export interface GatewayMessage {
  /**
   * In short.
   */
  message: string | null;
}
/**
 * What the view of a migration and its row in a list have in common.
 */
export interface MigrationBase {
  migrationId: MigrationId;
  status: Status;
  /**
   * Why the status is what it is, for a human.
   */
  statusReason: string;
  phase: Phase;
  /**
   * What has to happen for it to go on.
   */
  waitingFor?: string;
  /**
   * What can be asked for now.
   */
  allowedActions: Action[];
  replicationGroupId: ReplicationGroupId;
  source: Endpoint;
  /**
   * Nothing is started.
   */
  dryRun: boolean;
  waivers: Waivers;
  /**
   * Why it was asked for, in the words of whoever did.
   */
  reason?: string;
  requestedBy?: Asker;
  /**
   * The caller's own, or the id of the request.
   */
  correlationId: string;
  acceptedAt: Time;
  /**
   * When ElastiCache accepted StartMigration. Of a dry run absent.
   */
  startedAt?: Time;
  /**
   * When it ended.
   */
  stoppedAt?: Time;
  /**
   * Every change of phase.
   */
  phases: PhaseChange[];
  progress?: Progress;
  /**
   * One for cluster mode disabled; none before the first look.
   */
  shards: Shard[];
  /**
   * What TestMigration said.
   */
  replicationTest?: {
    /**
     * unknown: nothing was told in time.
     */
    verdict: 'passed' | 'unknown';
    /**
     * In words.
     */
    detail: string;
  };
  /**
   * What was asked of it besides its cutover; the last request each.
   */
  requests?: {
    abort?: AskedFor;
    confirm?: AskedFor;
    unfence?: UnfenceAskedFor;
    rollback?: AskedFor;
    close?: AskedFor;
  };
  failure?: Failure;
  /**
   * CompleteMigration was sent then, and whether the target was promoted is not known: a human must look.
   */
  completeSentAt?: Time;
  outcome?: Outcome;
  /**
   * Its execution in Step Functions.
   */
  executionArn: string;
}
/**
 * Where a Redis or Valkey server listens.
 */
export interface Endpoint {
  /**
   * A DNS name or an IP address.
   */
  address: string;
  /**
   * A TCP port.
   */
  port: number;
}
/**
 * Who asked for something, and why.
 */
export interface Asker {
  /**
   * How it was asked.
   */
  by: 'http' | 'bus';
  /**
   * The caller's ARN, the token's subject, or the event's source.
   */
  principal?: string;
  /**
   * The caller's AWS account.
   */
  account?: string;
  /**
   * Where the request came from.
   */
  sourceIp?: string;
  /**
   * When it was asked.
   */
  at: Time;
  /**
   * In the words of whoever asked.
   */
  reason?: string;
}
export interface PhaseChange {
  phase: Phase;
  at: Time;
}
/**
 * Figures of all shards together. One that is not known is absent.
 */
export interface Progress {
  /**
   * Of the full sync so far, in bytes.
   */
  bytesCopied?: number;
  /**
   * Of the full sync, in bytes. Absent while the source streams without knowing the size.
   */
  bytesTotal?: number;
  /**
   * Of the full sync, 0-100.
   */
  percent?: number;
  /**
   * What the source has and the target has not applied, in bytes of the replication stream.
   */
  lagBytes?: number;
  /**
   * Since the replica last acknowledged, in whole seconds.
   */
  lagSeconds?: number;
  /**
   * Until the full sync ends, in seconds. Absent while nobody can know.
   */
  etaSeconds?: number;
  /**
   * What the source holds back for the target while the full sync goes on.
   */
  buffer?: {
    /**
     * Held back now, in bytes.
     */
    bytes: number;
    /**
     * The most that it holds back, in bytes. Absent when that is not known, or there is no limit.
     */
    limitBytes?: number;
  };
  /**
   * When the figures were read.
   */
  asOf: Time;
}
/**
 * A shard as it was last seen.
 */
export interface Shard {
  /**
   * The shard.
   */
  nodeGroupId: string;
  source: Endpoint;
  phase: Phase;
  /**
   * Of the target.
   */
  nodes: {
    /**
     * The node.
     */
    cacheClusterId: string;
    endpoint: Endpoint;
    /**
     * In ElastiCache's words.
     */
    role: 'primary' | 'replica';
    /**
     * In its own words; absent while it does not answer.
     */
    replicationRole?: 'master' | 'slave';
    /**
     * To whom it follows.
     */
    linkStatus?: 'up' | 'down';
    /**
     * Applied of the replication stream.
     */
    offset?: number;
  }[];
  /**
   * Of the source's replication stream.
   */
  sourceOffset?: number;
  /**
   * Applied by the node that is furthest behind.
   */
  targetOffset?: number;
  /**
   * Of the source's history.
   */
  replicationId?: string;
}
/**
 * Something that was asked for.
 */
export interface AskedForBase {
  at: Time;
  /**
   * Why.
   */
  reason?: string;
  by: Asker;
}
/**
 * What ended the migration.
 */
export interface Failure {
  /**
   * A name of docs/errors.md, or the name that AWS gave.
   */
  error: string;
  /**
   * What happened, for a human.
   */
  cause: string;
}
/**
 * What the migration is watched by, and what lacks for that: docs/api-only.md.
 */
export interface Guarantees {
  /**
   * full: by the servers themselves. api-only: by what AWS tells of them, in a stack without a VPC.
   */
  mode: 'full' | 'api-only';
  /**
   * Sentences; none where nothing lacks.
   */
  lacks: string[];
}
/**
 * What was found before anything moved; docs/preflight.md lists the checks.
 */
export interface Preflight {
  verdict: PreflightVerdict;
  checkedAt: Time;
  /**
   * How many were made.
   */
  checks: number;
  /**
   * What blocks first.
   */
  findings: Finding[];
  waivers: Waivers;
  figures: Figures;
  forecast: Forecast;
}
/**
 * What a check of the preflight found wrong.
 */
export interface Finding {
  id: CheckId;
  /**
   * blocking: the migration does not start, unless it is waived.
   */
  severity: 'blocking' | 'warning' | 'info';
  /**
   * What is wrong, in one sentence.
   */
  title: string;
  /**
   * What was seen.
   */
  found: string;
  /**
   * What would be right.
   */
  required: string;
  /**
   * Commands or settings that can be pasted, in their order.
   */
  remedy: string[];
  /**
   * Where the rule comes from.
   */
  because: {
    /**
     * An AWS page, or a measurement.
     */
    text: string;
    /**
     * Of the page.
     */
    url?: string;
  };
  /**
   * The request waived it by name.
   */
  waived?: true;
}
/**
 * What was learned of both sides. A figure that is not known is absent.
 */
export interface Figures {
  /**
   * Engine and version of the source.
   */
  sourceVersion?: string;
  /**
   * Engine and version of the target.
   */
  targetVersion?: string;
  /**
   * Of the source, in all databases.
   */
  keys?: number;
  /**
   * Of the source, in bytes.
   */
  usedMemoryBytes?: number;
  /**
   * What a node of the target has for data, in bytes.
   */
  targetCapacityBytes?: number;
  /**
   * The best fence that the source allows.
   */
  fence?: 'acl' | 'minReplicas' | 'none';
  source?: Endpoint;
  /**
   * The nodes of the replication group.
   */
  targetNodes?: TargetNode[];
}
/**
 * A node of the replication group, whose data a migration replaces.
 */
export interface TargetNode {
  /**
   * Its shard.
   */
  nodeGroupId: string;
  /**
   * Its id.
   */
  cacheClusterId: string;
  endpoint: Endpoint;
  /**
   * In its node group.
   */
  role: 'primary' | 'replica';
  /**
   * Of all its databases. Absent when it could not be read.
   */
  keys?: number;
}
/**
 * Whether the full sync outlives the source's limits for replica output buffers.
 */
export interface Forecast {
  /**
   * unknown: a figure that it needs could not be read.
   */
  verdict: 'pass' | 'tight' | 'willFail' | 'unknown';
  /**
   * One sentence with the figures.
   */
  why: string;
  /**
   * Written to the replication stream, in bytes a second.
   */
  writeBytesPerSecond?: {
    /**
     * The lower estimate.
     */
    low: number;
    /**
     * The upper estimate.
     */
    high: number;
  };
  /**
   * To be copied, in bytes.
   */
  copyBytes?: number;
  /**
   * From the fork until the target reads the stream, in seconds.
   */
  syncSeconds?: {
    /**
     * The lower estimate.
     */
    low: number;
    /**
     * The upper estimate.
     */
    high: number;
  };
  /**
   * What the source will hold back for the target at the most, in bytes.
   */
  peakBufferBytes?: {
    /**
     * The lower estimate.
     */
    low: number;
    /**
     * The upper estimate.
     */
    high: number;
  };
  /**
   * The source's client-output-buffer-limit for replicas; 0 is no limit.
   */
  limit?: {
    /**
     * Closes the link at once, in bytes.
     */
    hardBytes: number;
    /**
     * Closes the link when it is passed for softSeconds, in bytes.
     */
    softBytes: number;
    /**
     * In seconds.
     */
    softSeconds: number;
  };
  /**
   * The source's replication backlog, in bytes.
   */
  backlogBytes?: number;
  /**
   * The backlog with which a short interruption is no new full sync, in bytes.
   */
  neededBacklogBytes?: number;
  /**
   * CONFIG SET lines for the source that would make it pass.
   */
  remedy: string[];
}
/**
 * Of a dry run, once it has completed.
 */
export interface DryRunResult {
  verdict: DryRunVerdict;
  /**
   * In one sentence.
   */
  why: string;
  /**
   * What a real run would do, in its order.
   */
  actions: PlannedAction[];
}
/**
 * Something that a real run would do.
 */
export interface PlannedAction {
  /**
   * Who does it.
   */
  by: 'service' | 'ElastiCache' | 'you';
  /**
   * What it is done to.
   */
  on: string;
  /**
   * The operation of an API, or the command to a server.
   */
  call: string;
  /**
   * Of the call, by the API's own names.
   */
  parameters?: {};
  /**
   * What comes of it, in one sentence.
   */
  effect: string;
}
/**
 * How source and target are compared before the cutover.
 */
export interface VerificationBase {
  /**
   * none: not at all.
   */
  mode: 'full' | 'sample' | 'none';
  /**
   * With mode sample: how many keys of each side are drawn.
   */
  sampleKeys?: number;
  /**
   * Over both directions.
   */
  maxKeysPerSecond?: number;
  /**
   * A cutover on a result that is older verifies again first.
   */
  freshForMinutes?: number;
  /**
   * Two expiries that are so close count as equal.
   */
  ttlToleranceMs?: number;
  /**
   * Of the verification under way, or of the last one.
   */
  progress?: {
    /**
     * 0-100.
     */
    percent: number;
    /**
     * Of both sides.
     */
    keysDone: number;
    /**
     * Of both sides.
     */
    keysTotal: number;
    /**
     * Of late.
     */
    keysPerSecond?: number;
    /**
     * Until it ends.
     */
    etaSeconds?: number;
    /**
     * What keeps it.
     */
    waitingFor?: string;
    counts: VerificationCounts;
    startedAt: Time;
    asOf: Time;
  };
}
/**
 * What was compared, and what came of it, in keys.
 */
export interface VerificationCounts {
  /**
   * Of the source, held against the target.
   */
  compared: number;
  /**
   * Of the target, looked for on the source.
   */
  lookedFor: number;
  /**
   * Compared piece by piece.
   */
  big: number;
  /**
   * Not the same at the first look.
   */
  candidates: number;
  /**
   * … and the same once the target had applied the source's writes.
   */
  settled: number;
  /**
   * … and gone on both sides, their expiry having passed.
   */
  expired: number;
  /**
   * … and gone on both sides while the source evicted keys.
   */
  evicted: number;
  /**
   * … and changed faster than they could be compared.
   */
  unsettled: number;
  /**
   * Of a type that cannot be read.
   */
  unreadable: number;
  /**
   * Confirmed, by kind.
   */
  differences: {
    /**
     * Not on the target.
     */
    missing: number;
    /**
     * Only on the target.
     */
    extra: number;
    /**
     * Of another type.
     */
    type: number;
    /**
     * Of another value.
     */
    value: number;
    /**
     * Of another expiry.
     */
    ttl: number;
  };
}
/**
 * What a verification has found.
 */
export interface VerificationReport {
  /**
   * same: no difference. different: at least one. unknown: none, but something could not be told.
   */
  verdict: 'same' | 'different' | 'unknown';
  /**
   * The verdict in one sentence.
   */
  why: string;
  /**
   * Every key, or a sample.
   */
  mode: 'full' | 'sample';
  /**
   * When it began.
   */
  startedAt: Time;
  /**
   * When it had its verdict; by this it is fresh or not.
   */
  verifiedAt: Time;
  confidence?: VerificationConfidence;
  counts?: VerificationCounts;
  /**
   * The first of them: 20 in an event, 100 in the view. counts has all.
   *
   * @maxItems 100
   */
  differences: Difference[];
  /**
   * Some keys that could not be told.
   */
  untold: string[];
  /**
   * What a reader should know.
   */
  notes: string[];
  epoch?: VerificationEpoch;
}
/**
 * Of a sample without differences: what it says of the rest.
 */
export interface VerificationConfidence {
  /**
   * At 95 %, at most this share of all keys differs.
   */
  maxDifferentShare: number;
  /**
   * The same in words.
   */
  text: string;
}
/**
 * A key that is not the same on both sides.
 */
export interface Difference {
  /**
   * Of the logical databases.
   */
  database: number;
  /**
   * Its name, printable: other bytes as \xNN, cut when it is long.
   */
  key: string;
  /**
   * The name's bytes, where the text is not the name itself.
   */
  keyBase64?: string;
  /**
   * missing: not on the target. extra: only on the target. type, value, ttl: what differs.
   */
  kind: 'missing' | 'extra' | 'type' | 'value' | 'ttl';
  source?: DifferenceSide;
  target?: DifferenceSide;
  /**
   * What may explain it.
   */
  note?: string;
}
/**
 * A key as one server has it.
 */
export interface DifferenceSide {
  /**
   * As TYPE says it.
   */
  type: string;
  /**
   * The first 16 hex digits of the value's digest. Absent for big values.
   */
  digest?: string;
  /**
   * When it expires, in milliseconds since 1970. Absent when it does not.
   */
  expiresAtMs?: number;
  /**
   * Bytes of a string, elements of anything else.
   */
  length: number;
}
/**
 * Which copy of the source's data was verified: a cutover that meets another one is backed out, and verified for again.
 */
export interface VerificationEpoch {
  /**
   * Of the source.
   */
  replicationId: string;
  /**
   * Of the source: another one after each restart.
   */
  runId?: string;
  /**
   * The source's sync_full: full syncs that it has begun, for whichever replica.
   */
  fullSyncs?: number;
}
/**
 * How it cuts over, what was asked for, and what stands on the source.
 */
export interface CutoverBase {
  /**
   * manual: when it is asked for. automatic: as soon as it is verified.
   */
  mode: 'manual' | 'automatic';
  /**
   * What is asked to keep clients from writing to the source.
   */
  fence?: 'auto' | 'acl' | 'minReplicas' | 'none';
  /**
   * From the freeze to CompleteMigration at the most.
   */
  drainBudgetMs?: number;
  /**
   * From CompleteMigration to the promotion; absent: the deployment's own.
   */
  promotionBudgetSeconds?: number;
  /**
   * It closes when nobody has turned to the old primary for so long.
   */
  quietSeconds?: number;
  requestedAt?: Time;
  /**
   * Why the cutover was asked for.
   */
  reason?: string;
  /**
   * What its request said to go on in spite of.
   */
  waivers?: OtherWaiver[];
  by?: Asker;
  fenced?: Fence;
  promotedAt?: Time;
  /**
   * From the freeze to the promotion.
   */
  outageMs?: number;
  rollback?: Rollback;
  confirmation?: Confirmation;
  /**
   * Why an operator's last word for a promotion in doubt was not taken.
   */
  confirmRefused?: Refused;
  /**
   * Why an operator's last word to lift the fence was not taken.
   */
  unfenceRefused?: Refused;
  unfencedAt?: Time;
  rolledBackAt?: Time;
  /**
   * The offset certificate; in an answer to an act or in a list its hash alone.
   */
  certificate?:
    | Certificate
    | {
        /**
         * SHA-256, in hex.
         */
        hash: string;
        /**
         * By KMS.
         */
        signed: boolean;
      };
}
/**
 * What stands, or stood, on the source.
 */
export interface Fence {
  /**
   * What keeps clients from writing.
   */
  kind: 'acl' | 'minReplicas' | 'none';
  /**
   * sealed: only evidence or an operator lifts it.
   */
  phase: 'open' | 'sealed' | 'lifting' | 'lifted';
  /**
   * Of the source.
   */
  nodes: number;
  openedAt: Time;
  frozenAt?: Time;
  drainedAt?: Time;
  /**
   * From the freeze until every node of the target had applied what the source had.
   */
  drainMs?: number;
  fencedAt?: Time;
  sealedAt?: Time;
  liftedAt?: Time;
  /**
   * In one sentence.
   */
  liftedBecause?: string;
  /**
   * Replicas of the source on which it could not be lifted, and that an operator has given up.
   */
  givenUp?: Endpoint[];
}
/**
 * Whether one call still returns to the source, as it was last seen.
 */
export interface Rollback {
  /**
   * Then.
   */
  possible: boolean;
  /**
   * It will never be possible again.
   */
  forGood?: true;
  /**
   * In one sentence.
   */
  why: string;
  asOf: Time;
}
/**
 * An operator's word that the target was promoted, where its history does not prove it; absent where it does.
 */
export interface Confirmation {
  /**
   * When the nodes were looked at, and the word was taken.
   */
  at: Time;
  /**
   * Who gave it.
   */
  by: Asker;
  /**
   * In the words of whoever gave it.
   */
  reason: string;
  /**
   * Why nothing proves the promotion.
   */
  unproven: string[];
  /**
   * What was counted then, a node group each.
   */
  keys: {
    /**
     * The node group.
     */
    nodeGroupId: string;
    /**
     * Absent where the source could not be read.
     */
    sourceKeys?: number;
    /**
     * Of its primary.
     */
    targetKeys: number;
  }[];
  /**
   * Where the fence of the source was not seen to stand then, a sentence a node: clients may write there. Absent where it stood on every node.
   */
  unfenced?: string[];
}
/**
 * What was asked for, and not done.
 */
export interface Refused {
  at: Time;
  /**
   * In one sentence.
   */
  why: string;
}
/**
 * What the cutover rests on: every node of the target had applied what the source had when it was fenced.
 */
export interface Certificate {
  /**
   * What this is, and its version.
   */
  certificate: 'elasticache-migrator/offsets/v1';
  /**
   * The migration.
   */
  migrationId: string;
  replicationGroupId: ReplicationGroupId;
  /**
   * The execution of the migration's state machine.
   */
  executionArn: string;
  /**
   * What stood on the source when CompleteMigration was sent.
   */
  fence: {
    /**
     * What keeps clients from writing to the source.
     */
    kind: 'acl' | 'minReplicas' | 'none';
    /**
     * Every node of the source.
     */
    nodes: {
      endpoint: Endpoint;
      /**
       * Of the source.
       */
      role: 'primary' | 'replica';
      /**
       * A restart of the node does not forget the fence.
       */
      outlivesRestart: boolean;
    }[];
  };
  /**
   * One for cluster mode disabled.
   *
   * @minItems 1
   */
  shards: {
    /**
     * The shard.
     */
    nodeGroupId: string;
    source: Endpoint;
    /**
     * Of the history that source and target had in common.
     */
    replicationId: string;
    /**
     * The source's offset under the durable fence, in bytes of the replication stream.
     */
    fencedOffset: number;
    /**
     * Every node of the target, none of them behind the fenced offset.
     */
    nodes: {
      /**
       * The node.
       */
      cacheClusterId: string;
      /**
       * Of the target.
       */
      role: 'primary' | 'replica';
      endpoint: Endpoint;
      /**
       * In bytes of the replication stream.
       */
      appliedOffset: number;
    }[];
    /**
     * What the promoted primary says of its history.
     */
    promoted: {
      primary: Endpoint;
      /**
       * The promoted primary's new replication id.
       */
      replicationId: string;
      /**
       * The source's replication id, whose history the promoted primary continues.
       */
      previousReplicationId?: string;
      /**
       * The first offset that is not the source's any more (INFO's second_repl_offset).
       */
      continuesUpToOffset?: number;
    };
  }[];
  /**
   * When it happened.
   */
  times: {
    /**
     * When the request was accepted.
     */
    migrationRequestedAt: Time;
    /**
     * When the cutover was asked for.
     */
    cutoverRequestedAt?: Time;
    /**
     * When the writes were frozen.
     */
    frozenAt?: Time;
    /**
     * When every node of the target had applied what the source had.
     */
    drainedAt?: Time;
    /**
     * When the durable fence stood on every node.
     */
    fencedAt?: Time;
    /**
     * When CompleteMigration was sent.
     */
    completeSentAt: Time;
    /**
     * When the promotion was seen.
     */
    promotedAt: Time;
  };
  /**
   * As far as it is known.
   */
  askedBy: {
    /**
     * Who asked for the migration.
     */
    migration?: {
      /**
       * How it was asked.
       */
      by: 'http' | 'bus';
      /**
       * The caller's ARN, the token's subject, or the event's source.
       */
      principal?: string;
      /**
       * The caller's AWS account.
       */
      account?: string;
      /**
       * Where the request came from.
       */
      sourceIp?: string;
      /**
       * When it was asked.
       */
      at: Time;
      /**
       * In the words of whoever asked.
       */
      reason?: string;
    };
    /**
     * Who asked for the cutover.
     */
    cutover?: {
      /**
       * How it was asked.
       */
      by: 'http' | 'bus';
      /**
       * The caller's ARN, the token's subject, or the event's source.
       */
      principal?: string;
      /**
       * The caller's AWS account.
       */
      account?: string;
      /**
       * Where the request came from.
       */
      sourceIp?: string;
      /**
       * When it was asked.
       */
      at: Time;
      /**
       * In the words of whoever asked.
       */
      reason?: string;
    };
  };
  /**
   * What was verified before; null when nothing was.
   */
  verification: null | {
    /**
     * How it was verified.
     */
    mode: string;
    /**
     * What came of it.
     */
    verdict: 'same' | 'different' | 'unknown';
    /**
     * When it ended.
     */
    verifiedAt: Time;
    /**
     * Keys.
     */
    compared?: number;
    /**
     * Keys.
     */
    differences?: number;
    /**
     * Differences were waived by name.
     */
    waived: boolean;
  };
  /**
   * What was waived by name.
   */
  waivers: string[];
  confirmation?: Confirmation;
  /**
   * What the certificate is checked by.
   */
  hash: {
    /**
     * Over the canonical form (RFC 8785) of everything but hash and signature.
     */
    algorithm: 'SHA-256';
    /**
     * In lower-case hex.
     */
    value: string;
  };
  /**
   * By KMS, where a key is configured.
   */
  signature?: {
    /**
     * ARN of the KMS key.
     */
    keyId: string;
    /**
     * KMS's name of it.
     */
    algorithm: string;
    /**
     * In base64.
     */
    value: string;
  };
  /**
   * Why there is no signature although a key is configured.
   */
  unsignedBecause?: string;
}
/**
 * A cutover that came to nothing.
 */
export interface BackOut {
  at: Time;
  /**
   * In one sentence.
   */
  reason: string;
  /**
   * Who asked for it, and why. Absent where nobody did.
   */
  request?: {
    requestedAt?: Time;
    /**
     * Why.
     */
    reason?: string;
    /**
     * What to go on in spite of.
     */
    waivers?: OtherWaiver[];
    by?: Asker;
  };
}
/**
 * Who turned to the old primary after the promotion.
 */
export interface Stragglers {
  asOf: Time;
  quietSince?: Time;
  /**
   * In sight at the last look.
   */
  writers: number;
  /**
   * In sight at the last look.
   */
  readers: number;
  /**
   * The first 20.
   *
   * @maxItems 20
   */
  clients: {
    /**
     * writes: its commands were refused. reads: it is connected.
     */
    kind: 'writes' | 'reads';
    /**
     * Without the port.
     */
    address: string;
    node: Endpoint;
    /**
     * Of the server.
     */
    user?: string;
    /**
     * As it calls itself.
     */
    name?: string;
    /**
     * The last one.
     */
    command?: string;
    /**
     * How often it was refused.
     */
    count?: number;
    lastSeenAt?: Time;
  }[];
  /**
   * Why nothing is known of them.
   */
  untold?: string;
}
/**
 * An event of the execution's history, without what it carried.
 */
export interface TimelineEntry {
  /**
   * In the execution, from 1.
   */
  id: number;
  at: Time;
  /**
   * Step Functions' name of it.
   */
  type: string;
  /**
   * Of the state machine.
   */
  state?: string;
  /**
   * A name.
   */
  error?: string;
  /**
   * What happened.
   */
  cause?: string;
}
/**
 * An event as its consumers get it; one that was tried again comes twice.
 */
export interface AnnouncedEvent {
  at: Time;
  /**
   * docs/events.md has a heading for each.
   */
  detailType: string;
  /**
   * As events/schema has it for this detail type.
   */
  detail: {
    metadata: Metadata;
    /**
     * By the detail type.
     */
    data: {};
  };
}
export interface Metadata {
  /**
   * The same at every delivery of one notification: drop what you have seen. `<migrationId>:<step>`; the last one is `<migrationId>:terminal`.
   */
  id: string;
  /**
   * Of this contract.
   */
  version: '1';
  /**
   * When it was announced.
   */
  time: Time;
  migrationId: MigrationId;
  /**
   * The caller's own, or the id of the request.
   */
  correlationId: string;
  /**
   * The migration's execution in Step Functions.
   */
  executionArn: string;
}
/**
 * A page of migrations, newest first. There may be a next page with nothing on it.
 */
export interface MigrationList {
  /**
   * Newest first.
   *
   * @maxItems 100
   */
  migrations: ListedMigration[];
  /**
   * There may be another page.
   */
  nextToken?: string;
}
/**
 * The samples behind the charts; docs/history.md explains them.
 */
export interface History {
  migrationId: MigrationId;
  from: Time;
  to: Time;
  /**
   * Of so long a time the extremes are kept; absent where nothing was left out.
   */
  resolutionSeconds?: number;
  /**
   * Oldest first.
   *
   * @maxItems 2000
   */
  samples: {
    at: Time;
    phase: Phase;
    /**
     * Of all shards together.
     */
    lagBytes?: number;
    /**
     * Of the shard that lags most.
     */
    lagSeconds?: number;
    /**
     * Of the full sync.
     */
    bytesCopied?: number;
    /**
     * Of the full sync.
     */
    bytesTotal?: number;
    /**
     * Since the sample before.
     */
    bytesPerSecond?: number;
    /**
     * What the source holds back for the target.
     */
    bufferBytes?: number;
    /**
     * The most that it holds back.
     */
    bufferLimitBytes?: number;
    /**
     * Only where there are several.
     */
    shards?: {
      /**
       * The shard.
       */
      nodeGroupId: string;
      /**
       * Of this shard.
       */
      lagBytes?: number;
      /**
       * Of this shard.
       */
      lagSeconds?: number;
    }[];
  }[];
}
/**
 * Every route: what it takes, and what it answers by status.
 */
export interface Routes {
  /**
   * List migrations, newest first
   */
  'GET /migrations': {
    query?: {
      status?: Status;
      replicationGroupId?: string;
      limit?: number;
      nextToken?: string;
    };
    answers: {
      '200': MigrationList;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Ask for a migration
   */
  'POST /migrations': {
    header?: {
      'Idempotency-Key'?: string;
      'X-Correlation-Id'?: string;
    };
    body: MigrationRequest;
    answers: {
      '202': Acceptance;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '413':
        | (Problem & {
            status?: 413;
            code?: 'body-too-large';
          })
        | GatewayMessage;
      '415': Problem & {
        status?: 415;
        code?: 'unsupported-media-type';
      };
      '422': Problem & {
        status?: 422;
        code?: 'idempotency-key-reused' | 'replication-group-not-allowed' | 'not-in-reach';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Look at a migration
   */
  'GET /migrations/{id}': {
    path: {
      id: MigrationId;
    };
    query?: {
      timeline?: 'true' | 'false' | 'events';
      nextToken?: string;
    };
    answers: {
      '200': Migration;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Lag, throughput and buffer over time
   */
  'GET /migrations/{id}/history': {
    path: {
      id: MigrationId;
    };
    query?: {
      from?: ZonedTime;
      to?: ZonedTime;
      points?: number;
    };
    answers: {
      '200': History;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Ask for the cutover
   */
  'POST /migrations/{id}/cutover': {
    path: {
      id: MigrationId;
    };
    body?: CutoverAsking;
    answers: {
      '202': Migration;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '409': Problem & {
        status?: 409;
        code?: 'action-not-allowed';
      };
      '413':
        | (Problem & {
            status?: 413;
            code?: 'body-too-large';
          })
        | GatewayMessage;
      '415': Problem & {
        status?: 415;
        code?: 'unsupported-media-type';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Ask for the abort
   */
  'POST /migrations/{id}/abort': {
    path: {
      id: MigrationId;
    };
    body: AskingWithReason;
    answers: {
      '202': Migration;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '409': Problem & {
        status?: 409;
        code?: 'action-not-allowed';
      };
      '413':
        | (Problem & {
            status?: 413;
            code?: 'body-too-large';
          })
        | GatewayMessage;
      '415': Problem & {
        status?: 415;
        code?: 'unsupported-media-type';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Say that the promotion did happen
   */
  'POST /migrations/{id}/confirm': {
    path: {
      id: MigrationId;
    };
    body: AskingWithReason;
    answers: {
      '202': Migration;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '409': Problem & {
        status?: 409;
        code?: 'action-not-allowed';
      };
      '413':
        | (Problem & {
            status?: 413;
            code?: 'body-too-large';
          })
        | GatewayMessage;
      '415': Problem & {
        status?: 415;
        code?: 'unsupported-media-type';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Let the source take writes again
   */
  'POST /migrations/{id}/unfence': {
    path: {
      id: MigrationId;
    };
    body: UnfenceAsking;
    answers: {
      '202': Migration;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '409': Problem & {
        status?: 409;
        code?: 'action-not-allowed';
      };
      '413':
        | (Problem & {
            status?: 413;
            code?: 'body-too-large';
          })
        | GatewayMessage;
      '415': Problem & {
        status?: 415;
        code?: 'unsupported-media-type';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * Return to the source
   */
  'POST /migrations/{id}/rollback': {
    path: {
      id: MigrationId;
    };
    body: AskingWithReason;
    answers: {
      '202': Migration;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '409': Problem & {
        status?: 409;
        code?: 'action-not-allowed';
      };
      '413':
        | (Problem & {
            status?: 413;
            code?: 'body-too-large';
          })
        | GatewayMessage;
      '415': Problem & {
        status?: 415;
        code?: 'unsupported-media-type';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
  /**
   * End the watch over the old primary
   */
  'POST /migrations/{id}/close': {
    path: {
      id: MigrationId;
    };
    body?: Asking;
    answers: {
      '202': Migration;
      '400': Problem & {
        status?: 400;
        code?: 'invalid-request';
      };
      '401': GatewayMessage;
      '403': GatewayMessage;
      '404': Problem & {
        status?: 404;
        code?: 'migration-not-found';
      };
      '409': Problem & {
        status?: 409;
        code?: 'action-not-allowed';
      };
      '413':
        | (Problem & {
            status?: 413;
            code?: 'body-too-large';
          })
        | GatewayMessage;
      '415': Problem & {
        status?: 415;
        code?: 'unsupported-media-type';
      };
      '429': GatewayMessage;
      '500':
        | (Problem & {
            status?: 500;
            code?: 'internal-error';
          })
        | GatewayMessage;
      '503':
        | (Problem & {
            status?: 503;
            code?: 'transient-service-fault';
          })
        | GatewayMessage;
    };
  };
}
/**
 * A request to migrate; the body of POST /migrations.
 */
export interface MigrationRequest {
  /**
   * The target, under AWS's rule for ids: 1-40 letters, digits or hyphens, a letter first. Upper case is taken and lowered.
   */
  replicationGroupId: string;
  /**
   * The source: exactly one endpoint, as StartMigration's own parameter.
   *
   * @minItems 1
   * @maxItems 1
   */
  customerNodeEndpointList: CustomerNodeEndpoint[];
  cutover?: {
    /**
     * manual: when it is asked for. automatic: as soon as the migration is in sync.
     */
    mode?: 'manual' | 'automatic';
    /**
     * What keeps clients from writing to the source for good. auto: the best that it allows. none: your word that nobody writes.
     */
    fence?: 'auto' | 'acl' | 'minReplicas' | 'none';
    /**
     * From the freeze of the source's clients to CompleteMigration, at the most; then the cutover is backed out.
     */
    drainBudgetMs?: number;
    /**
     * From CompleteMigration to the promotion; then it is announced as in doubt. By default the deployment's own.
     */
    promotionBudgetSeconds?: number;
    /**
     * The migration closes when nobody has turned to the old primary for so long.
     */
    quietSeconds?: number;
  };
  /**
   * How source and target are compared before the cutover.
   */
  verification?: {
    /**
     * full: every key. sample: some keys of each side. none: not at all.
     */
    mode?: 'full' | 'sample' | 'none';
    /**
     * With mode sample: how many keys of each side are drawn.
     */
    sampleKeys?: number;
    /**
     * Over both directions.
     */
    maxKeysPerSecond?: number;
    /**
     * A cutover on a result that is older verifies again first.
     */
    freshForMinutes?: number;
    /**
     * Two expiries that are so close count as equal, in milliseconds. Absent: what the servers' versions need.
     */
    ttlToleranceMs?: number;
  };
  /**
   * Stop after the preflight and TestMigration, and tell what a real run would do.
   */
  dryRun?: boolean;
  /**
   * What to go on in spite of: ids of checks, and verification-differences. An id that no check has, or that needs or helps no waiver, is refused.
   */
  waivers?: Waivers;
  reason?: Reason;
}
/**
 * What comes with a request for a cutover.
 */
export interface CutoverAsking {
  reason?: Reason;
  /**
   * What to go on in spite of, this once; with a reason.
   *
   * @maxItems 100
   */
  waivers?: CutoverWaiver[];
}
/**
 * What the source holds back for the target.
 */
export interface Buffer {
  /**
   * Held back now, in bytes.
   */
  bytes: number;
  /**
   * At which the source closes the link, in bytes.
   */
  limitBytes: number;
  /**
   * Until the limit is reached at the present pace, in seconds. Absent when it does not grow.
   */
  secondsToLimit?: number;
  /**
   * How often the full sync has begun, this one included.
   */
  fullSyncs: number;
  /**
   * Commands for the source that would help, in their order.
   */
  remedy: string[];
  /**
   * What threatens, in one sentence.
   */
  why: string;
}
export interface RequestMetadata {
  /**
   * The sender's own id, carried by every notification of the migration. Default: the event's id.
   */
  correlationId?: string;
}
/**
 * How source and target are compared before the cutover.
 */
export interface VerificationSettings {
  /**
   * full: every key. sample: some keys of each side. none: not at all.
   */
  mode: 'full' | 'sample' | 'none';
  /**
   * With mode sample: how many keys of each side are drawn.
   */
  sampleKeys?: number;
  /**
   * Over both directions.
   */
  maxKeysPerSecond?: number;
  /**
   * A cutover on a result that is older verifies again first.
   */
  freshForMinutes?: number;
  /**
   * Two expiries that are so close count as equal, in milliseconds. Absent: what the servers' versions need.
   */
  ttlToleranceMs?: number;
}
/**
 * How the migration is verified, and what the last verification said; without a verdict there was none.
 */
export interface LastVerification {
  /**
   * none: source and target are not compared.
   */
  mode: 'full' | 'sample' | 'none';
  /**
   * Of the last verification.
   */
  verdict?: 'same' | 'different' | 'unknown';
  /**
   * When it had its verdict.
   */
  verifiedAt?: Time;
}
/**
 * Asks for the abort of a migration, before CompleteMigration is sent.
 */
export interface AbortRequested {
  version: string;
  id: string;
  'detail-type': 'AbortRequested';
  /**
   * Whoever asks.
   */
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata?: RequestMetadata;
    data: {
      migrationId: MigrationId;
      reason: GivenReason;
    };
  };
}
/**
 * Asks a migration that awaits its cutover to cut over.
 */
export interface CutoverRequested {
  version: string;
  id: string;
  'detail-type': 'CutoverRequested';
  /**
   * Whoever asks.
   */
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata?: RequestMetadata;
    data: {
      migrationId: MigrationId;
      reason?: Reason;
      /**
       * What to go on in spite of, this once; with a reason.
       *
       * @maxItems 100
       */
      waivers?: CutoverWaiver[];
    };
  };
}
/**
 * The terminal event of a migration whose execution was stopped from outside.
 */
export interface MigrationAborted {
  version: string;
  id: string;
  'detail-type': 'MigrationAborted';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'aborted';
      statusReason: StatusReason;
      failure: Failure;
      /**
       * When the end was recorded.
       */
      stoppedAt: Time;
      /**
       * CompleteMigration was sent then, and whether the target was promoted is not known: a human must look. Absent when it was not sent.
       */
      completeSentAt?: Time;
      /**
       * The target was promoted before the migration ended so. Absent when it was not.
       */
      promotedAt?: Time;
      /**
       * The primary of the first node group: where clients go now. Absent when settlement had to announce the end.
       */
      endpoint?: Endpoint;
      /**
       * When the source took writes again, after a promotion to which nothing had been written.
       */
      rolledBackAt?: Time;
    };
  };
}
/**
 * A request has become an execution.
 */
export interface MigrationAccepted {
  version: string;
  id: string;
  'detail-type': 'MigrationAccepted';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'accepted';
      statusReason: StatusReason;
      cutover: {
        /**
         * Who says when to cut over.
         */
        mode: 'manual' | 'automatic';
        /**
         * What keeps clients from writing to the source for good, as asked for.
         */
        fence?: 'auto' | 'acl' | 'minReplicas' | 'none';
        /**
         * From the freeze of the source's clients to CompleteMigration, at the most.
         */
        drainBudgetMs?: number;
        /**
         * From CompleteMigration to the promotion, until it is in doubt; absent where the deployment's own holds.
         */
        promotionBudgetSeconds?: number;
        /**
         * How long nobody may have turned to the old primary before the migration closes.
         */
        quietSeconds?: number;
      };
      /**
       * True when it ends after the preflight and TestMigration.
       */
      dryRun: boolean;
      waivers: Waivers;
      verification: VerificationSettings;
      guarantees: Guarantees;
    };
  };
}
/**
 * The cutover is to be requested.
 */
export interface MigrationAwaitingCutover {
  version: string;
  id: string;
  'detail-type': 'MigrationAwaitingCutover';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'awaitingCutover';
      statusReason: StatusReason;
      phase: EventPhase;
      progress: Progress;
      verification: LastVerification;
      guarantees: Guarantees;
    };
  };
}
/**
 * The source's output buffer for the target nears the limit at which the source closes the link.
 */
export interface MigrationBufferThreatened {
  version: string;
  id: string;
  'detail-type': 'MigrationBufferThreatened';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'syncing';
      statusReason: StatusReason;
      phase: EventPhase;
      buffer: Buffer;
      progress: Progress;
    };
  };
}
/**
 * The terminal event of a good end.
 */
export interface MigrationCompleted {
  version: string;
  id: string;
  'detail-type': 'MigrationCompleted';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'completed';
      statusReason: StatusReason;
      /**
       * When the promotion was seen. Absent when settlement had to announce the end.
       */
      promotedAt: Time;
      /**
       * When it ended.
       */
      stoppedAt: Time;
      /**
       * The primary of the first node group: where clients go now. Absent when settlement had to announce the end.
       */
      endpoint: Endpoint;
    };
  };
}
/**
 * Nothing was promoted; the replication goes on.
 */
export interface MigrationCutoverBackedOut {
  version: string;
  id: string;
  'detail-type': 'MigrationCutoverBackedOut';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'syncing';
      statusReason: StatusReason;
    };
  };
}
/**
 * The links are looked at once more, then CompleteMigration is sent.
 */
export interface MigrationCutoverStarted {
  version: string;
  id: string;
  'detail-type': 'MigrationCutoverStarted';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'cuttingOver';
      statusReason: StatusReason;
      /**
       * What the request for the migration and the one for this cutover said to go on in spite of; each once.
       */
      waivers: CheckId[];
      /**
       * Why, as they said.
       */
      reasons: {
        /**
         * The reason in the request for the migration.
         */
        migration?: string;
        /**
         * The reason in the request for this cutover.
         */
        cutover?: string;
      };
      verification: LastVerification;
    };
  };
}
/**
 * The terminal event of a dry run.
 */
export interface MigrationDryRunCompleted {
  version: string;
  id: string;
  'detail-type': 'MigrationDryRunCompleted';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'dryRunCompleted';
      statusReason: StatusReason;
      /**
       * Whether a real run would start the replication.
       */
      verdict: 'wouldStart' | 'wouldFail';
      /**
       * What a real run would do, in its order, up to its end.
       */
      actions: PlannedAction[];
      /**
       * When the end was recorded.
       */
      stoppedAt: Time;
    };
  };
}
/**
 * The terminal event of a failure.
 */
export interface MigrationFailed {
  version: string;
  id: string;
  'detail-type': 'MigrationFailed';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'failed';
      statusReason: StatusReason;
      failure: Failure;
      /**
       * When the end was recorded.
       */
      stoppedAt: Time;
      /**
       * CompleteMigration was sent then, and whether the target was promoted is not known: a human must look. Absent when it was not sent.
       */
      completeSentAt?: Time;
      /**
       * The target was promoted before the migration ended so. Absent when it was not.
       */
      promotedAt?: Time;
      /**
       * The primary of the first node group: where clients go now. Absent when settlement had to announce the end.
       */
      endpoint?: Endpoint;
    };
  };
}
/**
 * The target has applied everything that the source had. Once a migration.
 */
export interface MigrationInSync {
  version: string;
  id: string;
  'detail-type': 'MigrationInSync';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'syncing';
      statusReason: StatusReason;
      phase: EventPhase;
      progress: Progress;
    };
  };
}
/**
 * The link from the target to the source is down; the replication is retried.
 */
export interface MigrationLinkLost {
  version: string;
  id: string;
  'detail-type': 'MigrationLinkLost';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'syncing';
      statusReason: StatusReason;
      phase: EventPhase;
      progress: Progress;
    };
  };
}
/**
 * In sync again after a lost link.
 */
export interface MigrationLinkRestored {
  version: string;
  id: string;
  'detail-type': 'MigrationLinkRestored';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'syncing';
      statusReason: StatusReason;
      phase: EventPhase;
      progress: Progress;
    };
  };
}
/**
 * Something blocks the migration. Nothing was started.
 */
export interface MigrationPreflightFailed {
  version: string;
  id: string;
  'detail-type': 'MigrationPreflightFailed';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'checking';
      statusReason: StatusReason;
      /**
       * True when nothing will be started whatever was found.
       */
      dryRun: boolean;
      /**
       * How many checks were made.
       */
      checks: number;
      /**
       * What blocks first, then by severity.
       */
      findings: Finding[];
      /**
       * Ids that the request waived, whether they were needed or not.
       */
      waivers: Waivers;
      forecast: Forecast;
      figures: Figures;
    };
  };
}
/**
 * Nothing blocks the migration, or what blocks it was waived by name.
 */
export interface MigrationPreflightPassed {
  version: string;
  id: string;
  'detail-type': 'MigrationPreflightPassed';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'checking';
      statusReason: StatusReason;
      /**
       * True when nothing will be started whatever was found.
       */
      dryRun: boolean;
      /**
       * How many checks were made.
       */
      checks: number;
      /**
       * What blocks first, then by severity.
       */
      findings: Finding[];
      /**
       * Ids that the request waived, whether they were needed or not.
       */
      waivers: Waivers;
      forecast: Forecast;
      figures: Figures;
    };
  };
}
/**
 * The full sync has reached another tenth.
 */
export interface MigrationProgressed {
  version: string;
  id: string;
  'detail-type': 'MigrationProgressed';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'syncing';
      statusReason: StatusReason;
      phase: EventPhase;
      progress: Progress;
    };
  };
}
/**
 * The target is a primary of its own: clients are re-pointed on this.
 */
export interface MigrationPromoted {
  version: string;
  id: string;
  'detail-type': 'MigrationPromoted';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'promoted';
      statusReason: StatusReason;
      /**
       * When the promotion was seen.
       */
      promotedAt: Time;
      /**
       * The primary of the first node group: where clients go now.
       */
      endpoint: Endpoint;
      /**
       * One for cluster mode disabled.
       *
       * @minItems 1
       */
      shards: {
        /**
         * The shard.
         */
        nodeGroupId: string;
        primary: Endpoint;
        /**
         * The promoted primary's new replication id; empty in API-only mode, where no node was looked at.
         */
        replicationId: string;
        /**
         * The source's replication id, where the promoted primary continues its history.
         */
        previousReplicationId?: string;
        /**
         * The first offset that is not the source's any more (INFO's second_repl_offset), in bytes of the replication stream.
         */
        continuesUpToOffset?: number;
      }[];
      /**
       * Where each shard stood under the fence, before CompleteMigration was sent. Empty when no fence record tells.
       */
      positions: {
        /**
         * The shard.
         */
        nodeGroupId: string;
        /**
         * Of source and target.
         */
        replicationId: string;
        /**
         * In bytes of the replication stream.
         */
        sourceOffset: number;
        /**
         * In bytes of the replication stream.
         */
        targetOffset: number;
      }[];
      /**
       * The offset certificate; null when there is nothing to certify.
       */
      certificate: null | Certificate;
      guarantees: Guarantees;
    };
  };
}
/**
 * CompleteMigration was sent, and its budget is over without evidence of a promotion. A human must look.
 */
export interface MigrationPromotionInDoubt {
  version: string;
  id: string;
  'detail-type': 'MigrationPromotionInDoubt';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'cuttingOver';
      statusReason: StatusReason;
      /**
       * When CompleteMigration was first sent.
       */
      completeSentAt: Time;
      /**
       * What to look at.
       */
      waitingFor: string;
    };
  };
}
/**
 * Asks for a migration. The event's id is the idempotency key.
 */
export interface MigrationRequested {
  version: string;
  id: string;
  'detail-type': 'MigrationRequested';
  /**
   * Whoever asks.
   */
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata?: RequestMetadata;
    data: MigrationRequest;
  };
}
/**
 * The source has its clients again.
 */
export interface MigrationRolledBack {
  version: string;
  id: string;
  'detail-type': 'MigrationRolledBack';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: string;
      statusReason: StatusReason;
      /**
       * When the rollback was decided.
       */
      rolledBackAt: Time;
      /**
       * In the words of whoever asked.
       */
      reason: string | null;
    };
  };
}
/**
 * ElastiCache has accepted StartMigration: the target's data are replaced from here on.
 */
export interface MigrationStarted {
  version: string;
  id: string;
  'detail-type': 'MigrationStarted';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'syncing';
      statusReason: StatusReason;
      /**
       * When StartMigration was first sent.
       */
      startedAt: Time;
    };
  };
}
/**
 * Clients still turn to the old primary after the promotion.
 */
export interface MigrationStragglersFound {
  version: string;
  id: string;
  'detail-type': 'MigrationStragglersFound';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'promoted';
      statusReason: StatusReason;
      /**
       * Who turned to the old primary.
       */
      stragglers: {
        /**
         * When it was looked at.
         */
        asOf: Time;
        /**
         * Since when nobody has turned to it.
         */
        quietSince?: Time;
        /**
         * Clients whose writes were refused.
         */
        writers: number;
        /**
         * Clients that are connected.
         */
        readers: number;
        /**
         * The first 20.
         */
        clients: {
          /**
           * Whether its writes were refused, or it is connected.
           */
          kind: 'writes' | 'reads';
          /**
           * Its own, without the port.
           */
          address: string;
          node: Endpoint;
          /**
           * The ACL user.
           */
          user?: string;
          /**
           * Its CLIENT SETNAME.
           */
          name?: string;
          /**
           * Its last command.
           */
          command?: string;
          /**
           * How often it was refused.
           */
          count?: number;
          /**
           * When it was seen last.
           */
          lastSeenAt?: Time;
        }[];
        /**
         * What could not be told, in one sentence.
         */
        untold?: string;
      };
    };
  };
}
/**
 * The terminal event of a migration that ran out of the state machine's time.
 */
export interface MigrationTimedOut {
  version: string;
  id: string;
  'detail-type': 'MigrationTimedOut';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'timedOut';
      statusReason: StatusReason;
      failure: Failure;
      /**
       * When the end was recorded.
       */
      stoppedAt: Time;
      /**
       * CompleteMigration was sent then, and whether the target was promoted is not known: a human must look. Absent when it was not sent.
       */
      completeSentAt?: Time;
      /**
       * The target was promoted before the migration ended so. Absent when it was not.
       */
      promotedAt?: Time;
      /**
       * The primary of the first node group: where clients go now. Absent when settlement had to announce the end.
       */
      endpoint?: Endpoint;
    };
  };
}
/**
 * The fence of the source was lifted for good.
 */
export interface MigrationUnfenced {
  version: string;
  id: string;
  'detail-type': 'MigrationUnfenced';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: string;
      statusReason: StatusReason;
      /**
       * When the source's fence was lifted.
       */
      unfencedAt: Time;
      /**
       * In the words of whoever asked.
       */
      reason: string | null;
      /**
       * Replicas of the source that could not be reached and were given up: should one come back, it is fenced.
       */
      givenUp: Endpoint[];
    };
  };
}
/**
 * Source and target differ, or it could not be told.
 */
export interface MigrationVerificationFailed {
  version: string;
  id: string;
  'detail-type': 'MigrationVerificationFailed';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'verifying';
      statusReason: StatusReason;
      verification: VerificationReport;
      /**
       * True when it keeps the migration from cutting over; false when the request waived it.
       */
      blocks: boolean;
    };
  };
}
/**
 * Source and target hold the same.
 */
export interface MigrationVerified {
  version: string;
  id: string;
  'detail-type': 'MigrationVerified';
  /**
   * Always this service.
   */
  source: 'elasticache-migrator';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: {
    metadata: Metadata;
    data: {
      replicationGroupId: ReplicationGroupId;
      source: Endpoint;
      /**
       * Where the migration stands.
       */
      status: 'verifying';
      statusReason: StatusReason;
      verification: VerificationReport;
    };
  };
}
