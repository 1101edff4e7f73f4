import type { CacheNode } from '../local/elasticache/node.ts';
import type { Chance } from './chance.ts';
import type { Lane } from './lane.ts';
import type { Source } from './source.ts';

/** What a cell plays on, and what has happened there. */
export interface Ground {
  readonly lane: Lane;
  readonly random: Chance;
  readonly migrationId: string;
  readonly groupId: string;
  readonly source: Source;
  /** The source, and its replica if it has one. */
  readonly servers: readonly Source[];
  readonly target: { primary: CacheNode; replica: CacheNode };
  /** The primary of the target was promoted by CompleteMigration. */
  readonly promoted: boolean;
  losesStatusChanges: boolean;
  /** The sweeper does not come before. Milliseconds since the epoch. */
  ticksFromMs: number;
  /** What is seen and done, with the second of the cell in which it was. */
  note(what: string): void;
  /** Goes on while the cell does; the cell waits for it at its end. */
  later(work: () => Promise<void>): void;
}
