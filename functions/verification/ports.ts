import type { Checkpoint } from './checkpoint.ts';

/** What a verification in a migration has got to, after each step: a process that is killed loses no more than that. */
export interface KeptCheckpoint {
  /** Which verification of the migration it is of. */
  round: number;
  checkpoint: Checkpoint;
}

export interface Checkpoints {
  find(migrationId: string): Promise<KeptCheckpoint | undefined>;
  /** Keeps it, unless what is kept is further on. */
  keep(migrationId: string, kept: KeptCheckpoint): Promise<void>;
}

/** Names of keys as the servers exchange them: a MessagePack array of byte strings, passed on unread where nothing differs. */
export interface KeyBatch {
  packed: Buffer;
  count: number;
}

/** What both sides can do, so that both describe a value in the same way. */
export interface Traits {
  /** `redis_version`. */
  version: string;
  /** Digests are made on the server. Without it (ACL, renamed commands) values are read and digested here. */
  scripts: boolean;
  /** PEXPIRETIME (7.0): the expiry to the millisecond. Without it: PTTL plus the server's clock. */
  exactExpiry: boolean;
  /** `entries-added` and `max-deleted-entry-id` of streams (7.0). */
  streamCounters: boolean;
  /** HPEXPIRETIME (Redis 7.4, Valkey 9): expiry of single hash fields. */
  fieldExpiry: boolean;
  /** WATCH may be used: whether a key was written to can be told, and not only that it looks the same again. */
  watch: boolean;
  /** Scripts sort strings by their bytes. Redis sorts by the locale it was started in. */
  sortsByBytes: boolean;
}

/** How a value is described; both sides get the same. */
export interface Manner {
  /** Take the server's own serialisation where it is the same on both sides as a rule. Only for whole batches: it may differ for equal values. */
  quick: boolean;
  /** Sort digests of elements instead of elements: where the two servers sort differently. */
  hashedSort: boolean;
  /** Print scores anew: versions print the same score differently. */
  printScores: boolean;
  streamCounters: boolean;
  fieldExpiry: boolean;
}

/** Several keys in one figure. */
export interface Folded {
  /** How many keys it holds, beginning with the first asked for; a call stops early rather than block its server. */
  done: number;
  /** Hex. Equal digests: the same keys, in this order, have the same types and values (big ones aside). */
  digest: string;
  /** `position:expiryMs;` of every key that has an expiry. */
  expiries: string;
  /** Positions of keys that are too big for a digest. */
  big: number[];
  /** Positions of keys of a type that nobody here can read (a module's). */
  unreadable: number[];
}

export interface Walked extends Folded {
  /** Decimal; '0' at the end. A string, because cursors use all 64 bits. */
  cursor: string;
  keys: KeyBatch;
}

/** One key as a server has it. A key whose expiry has passed is gone. */
export interface KeyState {
  /** As TYPE says it; 'none' when there is no such key. */
  type: string;
  /** Epoch milliseconds; -1 without an expiry. */
  expiresAtMs: number;
  /** Hex, of the value alone. Absent for a key that is gone, big or unreadable. */
  digest?: string;
  big?: true;
  unreadable?: true;
  /** A HyperLogLog: its digest leaves out the cached count. */
  hyperLogLog?: true;
  /** Bytes of a string, elements of anything else. */
  length: number;
}

/** Elements of a hash, set or sorted set, with what stands under each (value, '1', printed score). */
export interface MemberPage {
  cursor: string;
  members: Buffer[];
  values: Buffer[];
}

export interface StreamGroup {
  name: Buffer;
  lastDeliveredId: string;
  pending: number;
  /** Those that have pending entries, by name, in the order of their bytes. */
  consumers: { name: Buffer; pending: number }[];
}

export interface StreamFacts {
  length: number;
  lastId: string;
  entriesAdded?: string;
  maxDeletedId?: string;
  /** By name, in the order of their bytes. */
  groups: StreamGroup[];
}

export type Collection = 'hash' | 'set' | 'zset';

/** Who a server is, and what it holds. */
export interface ServerIdentity {
  runId: string;
  replicationId: string;
  role: 'master' | 'slave';
  /** A replica whose link is up, and that is not loading. */
  linkUp: boolean;
  offset: number;
  /** Keys by database, of those that have any. */
  keys: Record<string, number>;
  evictedKeys: number;
  /** `sync_full`: full synchronisations that it has begun for its replicas. */
  fullSyncs: number;
  /** SWAPDB calls: after one, databases hold other keys. */
  swaps: number;
  /** RENAME and MOVE calls: keys that may have got from where nobody has looked yet to where it has been looked. */
  renames: number;
  /** The server's clock. */
  nowMs: number;
}

/** Where a server stands in its stream of writes. */
export interface Position {
  offset: number;
  /** `rdb_changes_since_last_save`: moves with every write, also where nothing is replicated. NaN where it is not told. */
  changes: number;
}

/** From its beginning on it notes whether anybody writes to some keys (groups of streams aside: Redis does not tell of them). */
export interface Watch {
  /** The server's offset when it began, or a little later. */
  readonly offset: number;
  /** Whether nobody did, as yet; this ends it. */
  untouched(): Promise<boolean>;
  /** Ends it unasked; nothing where it has ended. */
  end(): void;
}

/**
 * Reads one Redis server and changes nothing in it. Every call throws TransientServiceError for what may pass (a broken
 * connection, LOADING) and VerificationImpossibleError for what cannot be read at all.
 */
export interface KeyReader {
  /** The server's name in messages: `10.0.0.5:6379`. */
  readonly name: string;
  traits(): Promise<Traits>;
  identity(): Promise<ServerIdentity>;
  position(): Promise<Position>;
  /** Of its stream of writes. */
  offset(): Promise<number>;
  /** Round trip of a PING over a connection of its own, in milliseconds. */
  ping(): Promise<number>;

  /** SCAN, and the keys it finds folded, in one call. */
  walk(database: number, cursor: string, count: number, manner: Manner): Promise<Walked>;
  /** Keys from the position `from` on, at most `limit`. */
  fold(database: number, keys: KeyBatch, from: number, limit: number, manner: Manner): Promise<Folded>;
  /** SCAN alone. */
  scan(database: number, cursor: string, count: number): Promise<{ cursor: string; keys: KeyBatch }>;
  /** Positions of the keys that do not exist. */
  absent(database: number, keys: KeyBatch): Promise<number[]>;
  /** One state for each key, in their order. */
  states(database: number, keys: readonly Buffer[], manner: Manner): Promise<KeyState[]>;

  /** On a connection of its own; waits for a free one. */
  watch(database: number, keys: readonly Buffer[]): Promise<Watch>;

  /** Mean bytes of an element, as MEMORY USAGE estimates it; 0 when there is no such key. */
  elementBytes(database: number, key: Buffer, length: number): Promise<number>;
  /** Bytes `from` to `to`, both inclusive; empty beyond the end. */
  stringPart(database: number, key: Buffer, from: number, to: number): Promise<Buffer>;
  /** Elements `from` to `to`, both inclusive; empty beyond the end. */
  listPart(database: number, key: Buffer, from: number, to: number): Promise<Buffer[]>;
  members(
    database: number,
    key: Buffer,
    type: Collection,
    cursor: string,
    count: number,
    manner: Manner,
  ): Promise<MemberPage>;
  /** What stands under these members; undefined where a member is absent. */
  valuesOf(
    database: number,
    key: Buffer,
    type: Collection,
    members: readonly Buffer[],
    manner: Manner,
  ): Promise<(Buffer | undefined)[]>;
  /** Entries from id `from` to id `to` (both inclusive), at most `count`: each as one text of its id and fields. */
  streamPart(
    database: number,
    key: Buffer,
    from: string,
    to: string,
    count: number,
  ): Promise<{ id: string; entry: Buffer }[]>;
  streamFacts(database: number, key: Buffer, manner: Manner): Promise<StreamFacts>;
  /** Pending entries of a group from id `from` to id `to`: id and consumer in one text. */
  pendingPart(
    database: number,
    key: Buffer,
    group: Buffer,
    from: string,
    to: string,
    count: number,
  ): Promise<{ id: string; entry: Buffer }[]>;

  close(): void;
}
