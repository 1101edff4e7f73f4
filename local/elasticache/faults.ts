/** What goes wrong with a call on its way. */
export type FaultKind =
  /** `Throttling`: nothing happens; the clients retry by themselves. */
  | 'throttle'
  /** `APICallRateForCustomerExceeded`: nothing happens, and no client retries it. */
  | 'callRateExceeded'
  /** `InternalFailure` (500): nothing happens; the clients retry. */
  | 'internalFailure'
  /** `ServiceUnavailable` (503): nothing happens; the clients retry. */
  | 'serviceUnavailable'
  /** `AccessDenied` (403): nothing happens. */
  | 'accessDenied'
  /** The effect takes place, and the connection drops before the answer. */
  | 'loseAnswer'
  /** The effect takes place, and the answer is `InternalFailure` (500). */
  | 'failAfterwards'
  /** The connection drops before anything happens. */
  | 'loseRequest';

export interface FaultRule {
  /** e.g. `StartMigration`; `*` for every action. */
  action: string;
  kind: FaultKind;
  /** How many calls it hits; without it every one until the rule is removed. */
  times?: number;
  /** Only calls about this replication group. */
  groupId?: string;
}

/** The faults that are waiting for their calls, in the order in which they were added. The wire protocol asks it once a call. */
export class Faults {
  readonly #rules: { rule: FaultRule; left: number }[] = [];

  /** Returns the rule's removal. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.push(entry);
    return () => this.#remove(entry);
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** The fault that hits this call, if any; it is used up by it. */
  take(action: string, groupId: string | undefined): FaultKind | undefined {
    const entry = this.#rules.find(
      ({ rule }) =>
        (rule.action === '*' || rule.action === action) && (rule.groupId === undefined || rule.groupId === groupId),
    );
    if (entry === undefined) return undefined;
    if (--entry.left <= 0) this.#remove(entry);
    return entry.rule.kind;
  }

  #remove(entry: { rule: FaultRule; left: number }): void {
    const index = this.#rules.indexOf(entry);
    if (index !== -1) this.#rules.splice(index, 1);
  }
}
