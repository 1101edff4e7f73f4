/** Calls of writing commands, by the id of the node group. */
export type CallsByShard = Record<string, Record<string, number>>;

/** Of one try to roll back: CLIENT ID of its connection to each node, by `address:port`. */
export type Connections = Record<string, number>;

/** `return`: the source is opened again, and the target stays closed: for good. `stay`: the target stays what clients write to. */
export type RollbackDecision = 'return' | 'stay';

export interface RollbackNotes {
  /** Of the promoted primaries, read before anybody could have written to them. */
  promotedCalls?: CallsByShard;
  decision?: RollbackDecision;
  /** ISO 8601. */
  decidedAt?: string;
  /** Of a `stay`: one sentence. */
  because?: string;
}

/**
 * What is noted of a rollback, which decides for one of two primaries. Every call throws TransientServiceError for what may
 * pass.
 */
export interface Rollbacks {
  find(migrationId: string): Promise<RollbackNotes>;
  /** Keeps them, if none are kept. */
  keepCalls(migrationId: string, calls: CallsByShard): Promise<void>;
  /**
   * Makes this the one try that may act, after it has connected to the nodes. A `stay` of an earlier request is forgotten, a
   * `return` never.
   *
   * @returns the notes, and the connections of all tries so far: whoever claims ends them before it acts
   */
  claim(
    migrationId: string,
    claim: { requestId: string; attempt: string; connections: Connections },
  ): Promise<RollbackNotes & { connections: Connections[] }>;
  /** Decides as this try. @returns what stands decided, which may be an earlier try's; undefined when another try has claimed it */
  decide(
    migrationId: string,
    attempt: string,
    decided: Required<Pick<RollbackNotes, 'decision' | 'because' | 'decidedAt'>>,
  ): Promise<RollbackDecision | undefined>;
}
