import { createHash } from 'node:crypto';
import { canonical } from '../verification/canonical.ts';
import { isHyperLogLog } from '../verification/hyperloglog.ts';
import { SMALL_ELEMENTS, SMALL_MEMORY_BYTES, SMALL_STRING_BYTES } from '../verification/limits.ts';
import { packKeys, unpackKeys } from '../verification/packed-keys.ts';
import type { Folded, KeyReader, KeyState, Manner } from '../verification/ports.ts';
import { ValueChanged } from '../verification/value-changed.ts';
import type { Connections } from './key-reader-connection.ts';
import type { Known } from './key-reader-info.ts';
import { type BatchReader, stateOf } from './key-reader-scripted.ts';

const sha1 = (value: Buffer): string => createHash('sha1').update(value).digest('hex');
const describe = canonical(sha1);
const LENGTHS: Record<string, string> = {
  string: 'STRLEN',
  list: 'LLEN',
  set: 'SCARD',
  hash: 'HLEN',
  zset: 'ZCARD',
  stream: 'XLEN',
};
/** A key that changes its type between two reads of it is read anew; after so many times it counts as one that nobody can read. */
const ATTEMPTS = 5;
/** Keys that are read at once: their values are in memory together. */
const AT_ONCE = 50;

interface Described {
  type: string;
  expiry: number;
  length: number;
  mark?: 'B' | 'H' | '?';
  parts: Buffer[];
}

const GONE: Described = { type: 'none', expiry: -1, length: 0, parts: [Buffer.from('-')] };

/** Batches of keys, read by plain commands and described here: for a server that forbids scripts. */
export const typedReader = (
  connections: Connections,
  known: () => Promise<Known>,
  parts: Pick<KeyReader, 'streamPart' | 'streamFacts' | 'pendingPart'>,
): BatchReader => {
  const { command } = connections;

  const expiryOf = async (database: number, key: Buffer): Promise<number> => {
    if ((await known()).pexpiretime) return command<number>(database, ['PEXPIRETIME', key]);
    const [left, time] = await Promise.all([
      command<number>(database, ['PTTL', key]),
      command<[Buffer, Buffer]>(database, ['TIME']),
    ]);
    return left < 0 ? left : Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000) + left;
  };

  const stream = async (database: number, key: Buffer, length: number, manner: Manner) => {
    const facts = await parts.streamFacts(database, key, manner);
    const more = facts.groups.reduce((sum, { pending, consumers }) => sum + pending + consumers.length, 0);
    if (length + more > SMALL_ELEMENTS || facts.groups.length > SMALL_ELEMENTS) return undefined;
    const [entries, ...pending] = await Promise.all([
      parts.streamPart(database, key, '-', '+', SMALL_ELEMENTS),
      ...facts.groups.map(({ name }) => parts.pendingPart(database, key, name, '-', '+', SMALL_ELEMENTS)),
    ]);
    return describe.stream(entries, facts, pending);
  };

  const collection = async (database: number, key: Buffer, type: string, length: number, manner: Manner) => {
    if (length > SMALL_ELEMENTS) return undefined;
    const bytes = await command<number | null>(database, ['MEMORY', 'USAGE', key, 'SAMPLES', '0']);
    if (bytes === null || bytes > SMALL_MEMORY_BYTES) return undefined;
    if (type === 'stream') return stream(database, key, length, manner);
    if (type === 'list') return describe.list(await command<Buffer[]>(database, ['LRANGE', key, '0', '-1']));
    if (type === 'set') return describe.set(await command<Buffer[]>(database, ['SMEMBERS', key]), manner.hashedSort);
    if (type === 'hash') return hash(database, key, manner);
    const scored = pairs(await command<Buffer[]>(database, ['ZRANGE', key, '0', '-1', 'WITHSCORES']));
    return describe.zset(scored, manner.printScores);
  };

  const hash = async (database: number, key: Buffer, manner: Manner) => {
    const entries = pairs(await command<Buffer[]>(database, ['HGETALL', key]));
    const fields = entries.map(([field]) => field);
    const expiries =
      manner.fieldExpiry && fields.length > 0
        ? await command<number[] | null>(database, ['HPEXPIRETIME', key, 'FIELDS', String(fields.length), ...fields])
        : null;
    return describe.hash(entries, expiries ?? [], manner.hashedSort);
  };

  const look = async (database: number, key: Buffer, manner: Manner): Promise<Described> => {
    const [type, expiry] = await Promise.all([command<string>(database, ['TYPE', key]), expiryOf(database, key)]);
    if (type === 'none' || expiry === -2) return GONE;
    const asksLength = LENGTHS[type];
    if (asksLength === undefined) return { type, expiry, length: 0, mark: '?', parts: [Buffer.from(`?${type}`)] };
    const big = (length: number): Described => ({ type, expiry, length, mark: 'B', parts: [Buffer.from(`B${type}`)] });
    const length = await command<number>(database, [asksLength, key]);
    if (type === 'string') {
      if (length > SMALL_STRING_BYTES) return big(length);
      const value = await command<Buffer>(database, ['GETRANGE', key, '0', String(SMALL_STRING_BYTES)]);
      return isHyperLogLog(value)
        ? { type, expiry, length, mark: 'H', parts: describe.hyperLogLog(value) }
        : { type, expiry, length: value.length, parts: describe.string(value) };
    }
    const described = await collection(database, key, type, length, manner);
    return described ? { type, expiry, length, parts: described } : big(length);
  };

  const lookAgain = async (database: number, key: Buffer, manner: Manner, attempt = 1): Promise<Described> => {
    try {
      return await look(database, key, manner);
    } catch (error) {
      if (!(error instanceof ValueChanged)) throw error;
      if (attempt === ATTEMPTS) return { ...GONE, type: 'changing', mark: '?' };
      return lookAgain(database, key, manner, attempt + 1);
    }
  };

  const fold = async (database: number, keys: readonly Buffer[], from: number, manner: Manner): Promise<Folded> => {
    const all = await inTurns(keys, (key) => lookAgain(database, key, manner));
    const at = (mark: string) => all.flatMap((one, index) => (one.mark === mark ? [from + index] : []));
    return {
      done: keys.length,
      digest: sha1(Buffer.concat(all.flatMap(({ parts }) => parts))),
      expiries: all.map(({ expiry }, index) => (expiry >= 0 ? `${from + index}:${expiry};` : '')).join(''),
      big: at('B'),
      unreadable: at('?'),
    };
  };

  const scan = async (database: number, cursor: string, count: number) => {
    const [next, keys] = await command<[Buffer, Buffer[]]>(database, ['SCAN', cursor, 'COUNT', String(count)]);
    return { cursor: String(next), found: keys };
  };

  return {
    async walk(database, cursor, count, manner) {
      const { cursor: next, found } = await scan(database, cursor, count);
      return { cursor: next, keys: packKeys(found), ...(await fold(database, found, 0, manner)) };
    },
    fold: (database, keys, from, limit, manner) =>
      fold(database, unpackKeys(keys).slice(from, from + limit), from, manner),
    async scan(database, cursor, count) {
      const { cursor: next, found } = await scan(database, cursor, count);
      return { cursor: next, keys: packKeys(found) };
    },
    async absent(database, keys) {
      const exist = await Promise.all(unpackKeys(keys).map((key) => command<number>(database, ['EXISTS', key])));
      return exist.flatMap((one, at) => (one === 0 ? [at] : []));
    },
    states: (database, keys, manner) =>
      inTurns(keys, async (key): Promise<KeyState> => {
        const { type, expiry, length, mark, parts: described } = await lookAgain(database, key, manner);
        return stateOf(type, expiry, length, mark, sha1(Buffer.concat(described)));
      }),
  };
};

const pairs = (flat: readonly Buffer[]): [Buffer, Buffer][] => {
  const found: [Buffer, Buffer][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([flat[at] as Buffer, flat[at + 1] as Buffer]);
  return found;
};

const inTurns = async <T>(keys: readonly Buffer[], read: (key: Buffer) => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE)
    all.push(...(await Promise.all(keys.slice(at, at + AT_ONCE).map(read))));
  return all;
};
