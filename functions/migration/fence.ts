import type { Endpoint } from './record.ts';

export const FENCE_CHOICES = ['auto', 'acl', 'minReplicas', 'none'] as const;
/** `auto`: the best that the source allows. */
export type FenceChoice = (typeof FENCE_CHOICES)[number];
/** What keeps clients from writing to the source for good. `none`: the operator's word that nobody writes. */
export type FenceKind = Exclude<FenceChoice, 'auto'>;

/** How a migration cuts over. */
export interface CutoverSettings {
  mode: 'manual' | 'automatic';
  fence: FenceChoice;
  /** From the freeze of the application's writes to CompleteMigration, at the most; then the cutover is backed out. */
  drainBudgetMs: number;
  /** From CompleteMigration to the promotion; then it is in doubt, which is told. */
  promotionBudgetSeconds: number;
  /** A migration closes when nobody has turned to the old primary for so long. */
  quietSeconds: number;
}

/** `promotionBudgetSeconds` is the deployment's own default, a parameter of the template. */
export const DEFAULT_CUTOVER: Omit<CutoverSettings, 'promotionBudgetSeconds'> = {
  mode: 'manual',
  fence: 'auto',
  drainBudgetMs: 2000,
  quietSeconds: 60,
};

/** As the execution is told it: `promotionBudgetSeconds` is absent where the deployment's own holds. */
export type RequestedCutover = Omit<CutoverSettings, 'promotionBudgetSeconds'> &
  Partial<Pick<CutoverSettings, 'promotionBudgetSeconds'>>;

/**
 * `open`: the source may be paused or fenced, and CompleteMigration was not sent under it: it is lifted at its deadline.
 * `sealed`: the durable fence stands, and CompleteMigration is about to be sent, or was: only evidence or an operator lifts it.
 * `lifting`: it is being taken down. `lifted`: nothing of it is left on any node.
 */
export type FencePhase = 'open' | 'sealed' | 'lifting' | 'lifted';

/** What a node of the source was before it was fenced, and what is needed to undo it. */
export interface FencedNode {
  nodeGroupId: string;
  endpoint: Endpoint;
  /** Of the source: its primary takes the writes, a replica could come to. */
  role: 'primary' | 'replica';
  /** Of the process that was fenced, or of the one that came after it and has its fence. */
  runId?: string;
  /** The name of the connection that sets the fence (CLIENT SETNAME): whoever lifts it kills that connection first. */
  connection: string;
  before: {
    /** Of `acl`: each user's name and what it may, as ACL LIST tells it, a character a byte; nothing of passwords. */
    users?: string[];
    /** Of `acl`: commands that write although they are not of the category `write`, such as a module's; absent without any. */
    uncategorised?: string[];
    /** Of `minReplicas`, also where it stands beside ACL rules: the two values of CONFIG. */
    minReplicasToWrite?: string;
    minReplicasMaxLag?: string;
  };
  /**
   * What makes it outlive a restart; absent where nothing does. `minReplicas`: beside ACL rules, which are not kept, since the
   * server would load its append-only file under them.
   */
  persistsBy?: 'aclFile' | 'configFile' | 'minReplicas';
  /** Of `acl`, once it is sealed: six characters of a digest for each of `before.users`, of what that user may behind the fence. */
  behind?: string;
}

/** Where a node of the target stood under the durable fence. */
export interface AppliedNode {
  cacheClusterId: string;
  role: 'primary' | 'replica';
  endpoint: Endpoint;
  appliedOffset: number;
  /** Tells a process from the one that comes after a restart. Absent where it was not told. */
  runId?: string;
}

/** One shard at the moment when CompleteMigration was about to be sent. */
export interface FencedShard {
  nodeGroupId: string;
  source: Endpoint;
  replicationId: string;
  /** The source's offset under the durable fence, after its clients were killed. */
  fencedOffset: number;
  nodes: AppliedNode[];
  /** Calls of every writing command on the target's primary, for whether anything was written to it since; absent where it is not told. */
  writeCalls?: Record<string, number>;
}

/** ISO 8601. */
export interface FenceTimes {
  /** The source's clients were frozen (or, where nothing freezes, fenced). */
  frozenAt?: string;
  /** Every node of the target had applied what the source had. */
  drainedAt?: string;
  /** The durable fence stood on every node of the source. */
  fencedAt?: string;
}

/** The record of a fence: written before any fence is touched, and authoritative for what stands. Times are ISO 8601. */
export interface FenceRecord {
  migrationId: string;
  replicationGroupId: string;
  /** The one try that may touch the source; whoever takes the fence over writes its own. */
  attempt: string;
  phase: FencePhase;
  kind: FenceKind;
  openedAt: string;
  /** An open fence is somebody else's to lift from here on. */
  deadlineAt: string;
  nodes: FencedNode[];
  times: FenceTimes;
  /** Of a sealed fence. */
  shards?: FencedShard[];
  sealedAt?: string;
  liftedAt?: string;
  /** One sentence. */
  liftedBecause?: string;
  /**
   * Of a lifted fence: nodes that could not be reached, are other servers by now, or could not write their file, and that an operator
   * or a rollback has given up. Should one come back, or be started anew, it is fenced.
   */
  givenUp?: Endpoint[];
}
