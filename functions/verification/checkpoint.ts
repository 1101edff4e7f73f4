import type { VerificationCounts } from '../migration/verification.ts';
import type { Difference } from './difference.ts';
import type { Position } from './ports.ts';

/** What is asked for; it stays the same from the first step to the last. */
export interface VerificationOptions {
  mode: 'full' | 'sample';
  /** With `sample`: how many keys of each side. */
  sampleKeys: number;
  /** Only this database; without it all that hold keys on either side. */
  database?: number;
  /** Two expiries that are so close count as equal. Without it: 0 where both servers tell expiries exactly, else what clocks and lag explain. */
  ttlToleranceMs?: number;
}

/** One direction: SCAN of one server, database by database. */
export interface Walk {
  /** Absent between two databases, and at the end. */
  database?: number;
  /** Behind the last batch whose findings are in the checkpoint. */
  cursor: string;
  /** Databases below this one are through. */
  fromDatabase: number;
  done: boolean;
  /** So many times fewer keys are asked for at once, that what they bring has room. */
  narrow?: number;
}

/** Keys that one side's SCAN gives from one cursor to another. */
export interface Place {
  side: 'source' | 'target';
  from: string;
  to: string;
}

/** A key, found somewhere. */
export interface Found {
  database: number;
  /** Base64. */
  key: string;
  /** Of a long name: where it can be read again. Between two steps `key` is then its SHA-1, in base64. */
  long?: Place;
}

/** A key that was not the same on both sides when it was looked at first. */
export interface Candidate extends Found {
  /** Its expiry at the first look, on whichever side it had one. */
  expiresAtMs?: number;
  /** How often it could not be told. */
  tries?: number;
}

/** A key that is compared piece by piece. */
export interface BigTask extends Found {
  /** How far that is; absent before it begins. */
  progress?: BigProgress;
}

export interface BigProgress {
  type: string;
  /** `parts` of the source against the target, those of a list `fromTail` too where the source was written to, then their `size`; `extras` of the target where sizes never stood still; `pending` entries of a stream's groups. */
  stage: 'parts' | 'fromTail' | 'size' | 'extras' | 'pending';
  /** Byte, index, cursor or id to go on with. */
  position: string;
  /** How many elements a piece has. */
  elements: number;
  /** In `pending`: the digest of the last group that is through. */
  group?: string;
  /** Where the source stood when it began. */
  begun: Position;
  /** How often it began anew because the key became another one. */
  beginnings: number;
}

export type Counts = VerificationCounts;

/** Who the two servers were when the passes began: cursors mean nothing to others. */
export interface Servers {
  source: { runId: string; replicationId: string };
  target: { runId: string; replicationId: string };
  /** The target applies the source's stream: offsets can be compared. */
  linked: boolean;
  /** Full synchronisations that the source has begun, where the two are linked: after another one the target holds other data. */
  fullSyncs: number;
  /** SWAPDB calls: after another one, what was read was of other databases. */
  swaps: { source: number; target: number };
  /** RENAME and MOVE calls on the source. */
  renames: number;
  evictedKeys: { source: number; target: number };
  ttlToleranceMs: number;
}

/** Speed, and what holds it back. */
export interface Rate {
  /** Round trip of a PING to the source before the first key was read. */
  baselineMs?: number;
  /** Keys a second that the source's latency allows; absent: no limit. */
  brake?: number;
  /** Round trips that were measured since the brake was last looked at. */
  latencies?: number[];
  /** Keys a second of late, over both directions. */
  keysPerSecond?: number;
}

/**
 * The whole state of a verification, as JSON of less than {@link MAX_CHECKPOINT_BYTES}, whatever the data are. It can be
 * stopped after any step and gone on with by another process.
 */
export interface Checkpoint {
  version: 1;
  options: VerificationOptions;
  startedAtMs: number;
  steps: number;
  /** How often the passes began anew because a server was another one. */
  restarts: number;
  notes: string[];
  /** RENAME and MOVE calls meanwhile. */
  renames: number;
  servers?: Servers;
  forward: Walk;
  backward: Walk;
  candidates: Candidate[];
  big: BigTask[];
  counts: Counts;
  /** The first that were confirmed; `counts` has all. */
  differences: Difference[];
  /** Short hashes of the first confirmed keys: SCAN may return a key twice. */
  confirmed: string[];
  /** Names of some keys that were unsettled or unreadable. */
  untold: Difference['key'][];
  /** Whether the servers' own serialisation saves time, and how often it did not. */
  quick: { on: boolean; batches: number; wasted: number };
  rate: Rate;
  /** Something was found that there is no room for: it is found again when what is here has been judged. */
  crowded?: boolean;
  /** With `sample`: places that were drawn, and brought more than there was room for. */
  again?: (Place & { database: number })[];
  /** The target applied nothing for too long: no more keys are read. */
  gaveUp?: boolean;
  /** Since when the target has not applied what the source had: ISO 8601 is for people, this is for the limit. */
  waiting: { sinceMs?: number };
}

/** Step Functions carries 256 KiB from state to state, and a DynamoDB item 400 KB. */
export const MAX_CHECKPOINT_BYTES = 100_000;
export const MAX_DIFFERENCES = 100;
/** In JSON: names of odd bytes are long in it. */
export const MAX_DIFFERENCES_CHARACTERS = 36_000;
export const MAX_CONFIRMED = 1000;
export const MAX_UNTOLD = 20;
/** Of the names of candidates, base64. */
export const MAX_CANDIDATE_CHARACTERS = 4000;
export const MAX_BIG = 8;
/** Candidates and big keys together, in JSON: batches on their way may bring more than the two numbers above, but not more than this. */
export const MAX_FOUND_CHARACTERS = 32_000;
/** Of longer names a checkpoint has the digest alone. */
export const MAX_KEPT_NAME_BYTES = 512;
const MAX_NOTES = 10;

const walk = (): Walk => ({ cursor: '0', fromDatabase: 0, done: false });

export const noCounts = (): Counts => ({
  compared: 0,
  lookedFor: 0,
  big: 0,
  candidates: 0,
  settled: 0,
  expired: 0,
  evicted: 0,
  unsettled: 0,
  unreadable: 0,
  differences: { missing: 0, extra: 0, type: 0, value: 0, ttl: 0 },
});

/** Where a pass begins: nothing has been looked at. */
const fresh = () => ({
  forward: walk(),
  backward: walk(),
  candidates: [],
  big: [],
  counts: noCounts(),
  differences: [],
  confirmed: [],
  untold: [],
  renames: 0,
  waiting: {},
});

export const newCheckpoint = (options: VerificationOptions, nowMs: number): Checkpoint => ({
  version: 1,
  options,
  startedAtMs: nowMs,
  steps: 0,
  restarts: 0,
  notes: [],
  ...fresh(),
  quick: { on: true, batches: 0, wasted: 0 },
  rate: {},
});

/** Forgets what was found of other servers. */
export const startOver = (checkpoint: Checkpoint, why: string): void => {
  Object.assign(checkpoint, fresh());
  for (const name of ['servers', 'crowded', 'again', 'gaveUp'] as const) delete checkpoint[name];
  checkpoint.restarts++;
  note(checkpoint, why);
};

export const note = (checkpoint: Checkpoint, text: string): void => {
  if (checkpoint.notes.length < MAX_NOTES && !checkpoint.notes.includes(text)) checkpoint.notes.push(text);
};
