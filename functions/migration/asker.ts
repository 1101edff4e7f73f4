/** Who calls, as far as it is known. */
export interface Caller {
  by: 'http' | 'bus';
  /** Of HTTP: the caller's ARN or the token's subject. Of the bus: the event's `source`. */
  principal?: string;
  account?: string;
  sourceIp?: string;
}

/** Who asked for something, when, and why. */
export interface Asker extends Caller {
  /** ISO 8601. */
  at: string;
  reason?: string;
}

export const toAsker = (caller: Caller, at: string, reason: string | undefined): Asker => ({
  ...caller,
  at,
  ...(reason !== undefined && { reason }),
});

/** A reason that is none. */
export const saysNothing = (reason: string | undefined): boolean => !reason?.trim();
