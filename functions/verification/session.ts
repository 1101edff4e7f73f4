import type { Clock } from '../replication/ports.ts';
import type { Checkpoint, Servers } from './checkpoint.ts';
import type { KeyReader, Manner } from './ports.ts';

/** What is learned in a step, and only makes it quicker. */
export interface Shared {
  /** An offset that the target has applied. */
  applied: number;
  /** The source was written to while the last batch was read. */
  busy: boolean;
}

/** What one step works with. The checkpoint is the step's own copy. */
export interface Session {
  source: KeyReader;
  target: KeyReader;
  clock: Clock;
  checkpoint: Checkpoint;
  servers: Servers;
  manner: Manner;
  /** The source allows WATCH. */
  canWatch: boolean;
  /** So far the later of the two servers' clocks, and the target's, is ahead of the own one. */
  aheadMs: { latest: number; target: number };
  /** What all batches of a step know. */
  shared: Shared;
  /** Keys that one SCAN is asked for. */
  walkKeys: number;
  /** When the step should end; it then ends at the next piece of work. */
  untilMs: number;
  signal?: AbortSignal;
  /** Waits until so many more keys may be read. */
  pace(keys: number): Promise<void>;
  random(): number;
}

export const isOver = ({ clock, untilMs, signal }: Session): boolean =>
  signal?.aborted === true || clock.now() >= untilMs;
