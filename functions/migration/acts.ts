import type { Asker } from './asker.ts';
import type { Endpoint } from './record.ts';

export const ASKS = ['abort', 'confirm', 'unfence', 'rollback', 'close'] as const;
/** What an operator can ask of a migration besides its cutover. */
export type Ask = (typeof ASKS)[number];

/** Something that was asked of a migration. */
export interface ActRequest {
  /** ISO 8601. */
  at: string;
  reason?: string;
  by: Asker;
  /** Inner: what tells a repeat from another request. */
  requestId: string;
  /** The event that it came by, if it was one. */
  eventId?: string;
  /** Of an unfence: nodes of the source that are gone for good. What stands on them stays there. */
  giveUp?: Endpoint[];
}

export const ASKED_ACTS = ['confirm', 'unfence', 'rollback'] as const satisfies readonly Ask[];
/** What an operator can ask for after the point of no return, or after the end: the settlement machine carries it out. */
export type AskedAct = (typeof ASKED_ACTS)[number];

export const isAskedAct = (ask: Ask): ask is AskedAct => ASKED_ACTS.some((act) => act === ask);

/** What the settlement machine is started for; without a word it settles. */
export type Act = 'settle' | 'liftFence' | AskedAct;

/** Names of the last executions of the settlement machine that the sweeper has started, by what for. */
export type SweptAs = Partial<Record<'settle' | AskedAct, string>>;

/** What was asked for, and not done. */
export interface RefusedAct {
  /** ISO 8601. */
  at: string;
  /** One sentence. */
  why: string;
}

/** An act that was asked for and has not been carried out yet. Gone once it was, or was refused. */
export interface PendingAct {
  act: AskedAct;
  /** ISO 8601. */
  at: string;
}
