import { createHash } from 'node:crypto';
import { SCRIPT_EFFORT } from '../verification/limits.ts';
import { packKeys } from '../verification/packed-keys.ts';
import type { Folded, KeyReader, KeyState, Manner } from '../verification/ports.ts';
import { SCRIPT } from '../verification/script.ts';
import { type Argument, type Connections, isNoScript } from './key-reader-connection.ts';
import type { Known } from './key-reader-info.ts';

export type BatchReader = Pick<KeyReader, 'walk' | 'fold' | 'scan' | 'absent' | 'states'>;

const SHA = createHash('sha1').update(SCRIPT).digest('hex');
/** The target is let do more than the source did, so that it stops early only where it holds more. */
const EFFORT = String(SCRIPT_EFFORT);
const MORE_EFFORT = String(4 * SCRIPT_EFFORT);

export const mannerFlags = (manner: Manner, known: Known): string =>
  [
    manner.quick && 'q',
    manner.hashedSort && 'h',
    manner.printScores && 'p',
    manner.streamCounters && 'c',
    manner.fieldExpiry && 'f',
    known.pexpiretime && 'x',
  ]
    .filter(Boolean)
    .join('');

/** Runs one call of the script, loading it first where the server does not know it (any more). */
export const scriptCall = async <T>(
  connections: Connections,
  known: Known,
  database: number,
  args: readonly Argument[],
): Promise<T> => {
  const readOnly = known.evalsha_ro ? '_RO' : '';
  try {
    return await connections.command<T>(database, [`EVALSHA${readOnly}`, SHA, '0', ...args]);
  } catch (error) {
    if (!isNoScript(error)) throw error;
    // Not SCRIPT LOAD: before 7.0 that goes to all replicas, as a write does.
    return connections.command<T>(database, [`EVAL${readOnly}`, SCRIPT, '0', ...args]);
  }
};

/** Batches of keys, described on the server by the script. */
export const scriptedReader = (connections: Connections, known: () => Promise<Known>): BatchReader => {
  const call = async <T>(
    database: number,
    name: string,
    manner: Manner | undefined,
    ...rest: Argument[]
  ): Promise<T> => {
    const knows = await known();
    return scriptCall<T>(connections, knows, database, [name, manner ? mannerFlags(manner, knows) : '', ...rest]);
  };

  return {
    async walk(database, cursor, count, manner) {
      const [next, found, packed, ...folded] = await call<[Buffer, number, Buffer, ...FoldedReply]>(
        database,
        'walk',
        manner,
        cursor,
        String(count),
        EFFORT,
      );
      return { cursor: String(next), keys: { packed, count: found }, ...toFolded(folded) };
    },
    async fold(database, keys, from, limit, manner) {
      const args = [keys.packed, String(from), String(limit), MORE_EFFORT];
      return toFolded(await call<FoldedReply>(database, 'fold', manner, ...args));
    },
    async scan(database, cursor, count) {
      const [next, found, packed] = await call<[Buffer, number, Buffer]>(
        database,
        'scan',
        undefined,
        cursor,
        String(count),
      );
      return { cursor: String(next), keys: { packed, count: found } };
    },
    async absent(database, keys) {
      return keys.count === 0 ? [] : positions(await call<Buffer>(database, 'absent', undefined, keys.packed));
    },
    async states(database, keys, manner) {
      const { packed } = packKeys(keys);
      const states: KeyState[] = [];
      while (states.length < keys.length) {
        const [, lines] = await call<[number, Buffer]>(
          database,
          'states',
          manner,
          packed,
          String(states.length),
          EFFORT,
        );
        states.push(...String(lines).split('\n').map(toState));
      }
      return states;
    },
  };
};

type FoldedReply = [done: number, digest: Buffer, expiries: Buffer, big: Buffer, unreadable: Buffer];

const toFolded = ([done, digest, expiries, big, unreadable]: FoldedReply): Folded => ({
  done,
  digest: String(digest),
  expiries: String(expiries),
  big: positions(big),
  unreadable: positions(unreadable),
});

const positions = (text: Buffer): number[] => (text.length === 0 ? [] : String(text).split(',').map(Number));

const toState = (line: string): KeyState => {
  const [type = '', expiry, length, mark, digest = ''] = line.split(' ');
  return stateOf(type, Number(expiry), Number(length), mark, digest);
};

/** @param mark `B` big, `?` unreadable, `H` a HyperLogLog */
export const stateOf = (
  type: string,
  expiry: number,
  length: number,
  mark: string | undefined,
  digest: string,
): KeyState => ({
  type,
  expiresAtMs: expiry < 0 ? -1 : expiry,
  length,
  ...(mark === 'B' ? { big: true } : mark === '?' ? { unreadable: true } : type !== 'none' && { digest }),
  ...(mark === 'H' && { hyperLogLog: true }),
});
