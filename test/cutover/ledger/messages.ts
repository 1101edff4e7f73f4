import type { Side, WriterKind } from './entries.ts';
import type { Course } from './judge.ts';
import type { ShardPorts } from './writers.ts';

/** Who writes: so many of each kind to each shard. */
export interface Crew {
  shards: readonly ShardPorts[];
  writers: Partial<Record<WriterKind, number>>;
  /** Between two writes of a writer; without it, none. */
  paceMs?: number;
  /** Somebody tries to write to each target all the time. */
  intruders: boolean;
}

export type Ask = { id: number } & (
  | { do: 'start'; crew: Crew }
  | { do: 'point'; shard: number; side: Side }
  | { do: 'count' }
  | { do: 'silence'; sinceMs: number }
  | { do: 'stop' }
  | { do: 'judge'; ports: readonly number[]; course: Course }
);

export type Answer = { id: number } & ({ value?: unknown; error?: never } | { error: string; value?: never });
