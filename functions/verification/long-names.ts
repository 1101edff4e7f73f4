import { createHash } from 'node:crypto';
import { type Candidate, type Checkpoint, type Found, MAX_KEPT_NAME_BYTES, type Place } from './checkpoint.ts';
import { leaveUntold } from './confirm.ts';
import { unpackKeys } from './packed-keys.ts';
import type { Session } from './session.ts';

/*
 * Names that are too long for a checkpoint go into it as digests, with the two cursors between which SCAN gives them: at the
 * beginning of the next step they are read again there.
 */

/** A place is one batch; where the table has grown since, some more calls. */
const MAX_CALLS = 1000;
const KEYS_AT_ONCE = 20;

export const hasLongName = ({ key }: Found): boolean => key.length > (MAX_KEPT_NAME_BYTES * 4) / 3;

export const digestOfName = <One extends Found>(one: One): One => ({
  ...one,
  key: digest(Buffer.from(one.key, 'base64')),
});

const digest = (name: Buffer): string => createHash('sha1').update(name).digest('base64');

/** At the end of a step. */
export const packNames = (checkpoint: Checkpoint): void => {
  const pack = <One extends Found>(one: One): One => (one.long ? digestOfName(one) : one);
  checkpoint.candidates = checkpoint.candidates.map(pack);
  checkpoint.big = checkpoint.big.map(pack);
};

/** At the beginning of a step. A key that is not there any more cannot be told, unless it has expired. */
export const readNames = async (session: Session): Promise<void> => {
  const { checkpoint, clock } = session;
  const packed = [...checkpoint.candidates, ...checkpoint.big].filter(({ long }) => long);
  if (packed.length === 0) return;
  const names = new Map<string, string | undefined>(
    packed.map(({ database, key }) => [nameIn(database, key), undefined]),
  );
  const places = new Map(packed.map(({ database, long }) => [JSON.stringify([database, long]), { database, ...long }]));
  for (const place of places.values()) await readPlace(session, place as Place & { database: number }, names);
  const nameOf = <One extends Candidate>(one: One): One[] => {
    if (!one.long) return [one];
    const key = names.get(nameIn(one.database, one.key));
    if (key !== undefined) return [{ ...one, key }];
    if (one.expiresAtMs !== undefined && one.expiresAtMs <= clock.now()) checkpoint.counts.expired++;
    else {
      const text = Buffer.from(`a name with the SHA-1 ${Buffer.from(one.key, 'base64').toString('hex')}`);
      leaveUntold(checkpoint, 'unsettled', one.database, text, 'it was removed before it could be told');
    }
    return [];
  };
  checkpoint.candidates = checkpoint.candidates.flatMap(nameOf);
  checkpoint.big = checkpoint.big.flatMap(nameOf);
};

const readPlace = async (
  session: Session,
  { database, side, from, to }: Place & { database: number },
  names: Map<string, string | undefined>,
): Promise<void> => {
  let cursor = from;
  for (let calls = 0; calls < MAX_CALLS; calls++) {
    const { cursor: next, keys } = await session[side].scan(database, cursor, KEYS_AT_ONCE);
    for (const name of unpackKeys(keys)) {
      const hash = nameIn(database, digest(name));
      if (names.has(hash)) names.set(hash, name.toString('base64'));
    }
    if (next === '0' || next === to || (to !== '0' && rank(next) >= rank(to))) return;
    cursor = next;
  }
};

const nameIn = (database: number, key: string): string => `${database} ${key}`;

/**
 * How far a cursor is: servers count with the bits in reverse order, so that tables of all sizes are gone through in one
 * order (redis dict.c, dictScan).
 */
export const rank = (cursor: string): bigint =>
  BigInt(`0b${[...BigInt(cursor).toString(2).padStart(64, '0')].toReversed().join('')}`);
