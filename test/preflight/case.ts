import type { GroupRollback } from '../../functions/migration/lock-ports.ts';
import type { CheckId } from '../../functions/migration/preflight.ts';
import type { Pair, PairOptions } from './pair.ts';

/** By what the condition is brought about. Only what no real server can be brought to say comes from a RESP front. */
export type How =
  | 'redis.conf'
  | 'ACL'
  | 'command'
  | 'module'
  | 'data'
  | 'clients'
  | 'process'
  | 'name'
  | 'time'
  | 'record'
  | 'group attribute'
  | 'API fault'
  | 'RESP front';

/**
 * One way to break exactly one condition of a clean pair. The source is the case's own; the replication group is shared
 * unless `pair.group` asks for another, so what `prepare` changes there has to be taken back by what it returns.
 */
export interface Case {
  id: CheckId;
  how: How;
  /** What is different, in a few words: `requirepass is set`. */
  what: string;
  /** What else is found because one cannot be had without the other. */
  also?: readonly CheckId[];
  pair?: PairOptions;
  /** Over the pair's, where options alone do not do. @returns what takes it back, before the pair ends */
  prepare?(pair: Pair): Promise<undefined | (() => unknown)>;
  /** What time it is; default a Wednesday at 15:00 UTC. */
  nowMs?: number;
  /** What the table has of this group. */
  rolledBack?: GroupRollback;
  /** How long the writes are watched; default 30 ms. */
  sampleMs?: number;
  copyBytesPerSecond?: number;
}
