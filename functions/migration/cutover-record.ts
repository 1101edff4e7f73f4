import type { Asker } from './asker.ts';
import type { FenceKind, FencePhase } from './fence.ts';
import type { Endpoint } from './record.ts';
import type { CutoverWaiver } from './waivers.ts';

/** The request for a cutover. */
export interface CutoverRecord {
  requestedAt?: string;
  reason?: string;
  /** Inner: what tells a repeat from another request. */
  requestId?: string;
  waivers?: CutoverWaiver[];
  by?: Asker;
}

/** A cutover that came to nothing, with the request for it, if there was one. */
export interface BackOut {
  /** ISO 8601. */
  at: string;
  /** One sentence. */
  reason: string;
  request?: Omit<CutoverRecord, 'requestId'>;
}

/** A fence as the view shows it. Times are ISO 8601. */
export interface FenceSummary {
  kind: FenceKind;
  phase: FencePhase;
  /** How many nodes of the source it stands on. */
  nodes: number;
  openedAt: string;
  frozenAt?: string;
  drainedAt?: string;
  /** From the freeze until every node of the target had applied what the source had. */
  drainMs?: number;
  fencedAt?: string;
  sealedAt?: string;
  liftedAt?: string;
  liftedBecause?: string;
  /** Nodes of the source on which it could not be lifted for good, and that were given up. */
  givenUp?: Endpoint[];
}

/** Absent in the record until the target was looked at. */
export interface RollbackPossibility {
  possible: boolean;
  /** It will never be possible again: a request is refused without another look. */
  forGood?: true;
  /** One sentence. */
  why: string;
  /** ISO 8601. */
  asOf: string;
}

/** A client that turned to the old primary after the promotion. */
export interface Straggler {
  /** `writes`: its commands were refused. `reads`: it is connected. */
  kind: 'writes' | 'reads';
  /** Its own, without the port. */
  address: string;
  /** The node of the source that it turned to. */
  node: Endpoint;
  user?: string;
  name?: string;
  command?: string;
  /** How often it was refused. */
  count?: number;
  /** ISO 8601. */
  lastSeenAt?: string;
}

export interface StragglersSummary {
  /** ISO 8601: when the source was last looked at. */
  asOf: string;
  /** ISO 8601: since when nobody has turned to it. */
  quietSince?: string;
  /** In sight at the last look. */
  writers: number;
  readers: number;
  /** The first 20. */
  clients: Straggler[];
  /** Why nothing is known of them, in one sentence: the source cannot be read, or is gone. */
  untold?: string;
}
