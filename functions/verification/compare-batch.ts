import { addBig, addCandidate } from './candidates.ts';
import { leaveUntold } from './confirm.ts';
import { sameState } from './difference.ts';
import { samePosition } from './judge.ts';
import { unpackKeys } from './packed-keys.ts';
import type { Folded, KeyBatch, KeyState, Manner, Position } from './ports.ts';
import type { Session } from './session.ts';

/**
 * The servers' own serialisation is quicker to compare, but may differ for equal values (hash tables, other versions, other
 * settings). Where this share of batches had to be read again for nothing, it is given up.
 */
const MAX_WASTED_SHARE = 0.25;
const JUDGE_WASTE_AFTER = 16;

export const mannerNow = ({ manner, checkpoint }: Session): Manner => ({
  ...manner,
  quick: manner.quick && checkpoint.quick.on,
});

/**
 * Holds a batch of the source's keys against the target, which gives one digest for all.
 *
 * Where the source took writes meanwhile it is read again after the target: only what it had before and after is held
 * against the target, else a counter that is behind for ever looks like what the source had a moment ago.
 *
 * @param first what the source gave
 * @param begun where the source stood at some time before that; without it the source is always read again
 */
export const compareBatch = async (
  session: Session,
  database: number,
  keys: KeyBatch,
  first: Folded,
  manner: Manner,
  begun?: Position,
): Promise<void> => {
  let [from, source] = [0, first];
  while (source.done > 0) {
    const target = await session.target.fold(database, keys, from, source.done, manner);
    const moved = !begun || !samePosition(begun, await session.source.position());
    const again = moved ? await session.source.fold(database, keys, from, source.done, manner) : source;
    await compareFolded(session, database, keys, from, source, target, again, manner);
    from += source.done;
    if (from >= keys.count) return;
    source = await session.source.fold(database, keys, from, keys.count - from, manner);
  }
};

const compareFolded = async (
  session: Session,
  database: number,
  keys: KeyBatch,
  from: number,
  source: Folded,
  target: Folded,
  again: Folded,
  manner: Manner,
): Promise<void> => {
  const { checkpoint, servers } = session;
  checkpoint.counts.compared += source.done;
  const unmoved = sameFold(source, again) && source.expiries === again.expiries;
  const equal = sameFold(source, target);
  if (!unmoved || !equal || !sameExpiries(source.expiries, target.expiries, servers.ttlToleranceMs)) {
    const wasted = await compareStates(session, database, unpackKeys(keys).slice(from, from + source.done));
    if (manner.quick) countWaste(session, wasted && unmoved && !equal);
    return;
  }
  if (manner.quick) countWaste(session, false);
  if (source.big.length + source.unreadable.length === 0) return;
  const names = unpackKeys(keys);
  for (const position of source.big) addBig(session, { database, key: base64(names[position]) });
  for (const position of source.unreadable) {
    leaveUntold(checkpoint, 'unreadable', database, names[position] as Buffer, 'its type is not known here');
  }
};

const base64 = (name: Buffer | undefined): string => (name ?? Buffer.alloc(0)).toString('base64');

const sameFold = (a: Folded, b: Folded): boolean => a.done === b.done && a.digest === b.digest;

/** Two lists of `position:expiryMs;`: the same keys have one, and none is further apart than tolerated. */
const sameExpiries = (a: string, b: string, toleranceMs: number): boolean => {
  if (a === b) return true;
  const [left, right] = [a.split(';'), b.split(';')];
  return (
    toleranceMs > 0 &&
    left.length === right.length &&
    left.every((one, at) => {
      const [position, expiry] = one.split(':');
      const [other, otherExpiry] = (right[at] ?? '').split(':');
      return position === other && (one === '' || Math.abs(Number(expiry) - Number(otherExpiry)) <= toleranceMs);
    })
  );
};

/** Key by key; true when all were the same after all. */
const compareStates = async (session: Session, database: number, keys: Buffer[]): Promise<boolean> => {
  const { source, target, manner, servers } = session;
  const exactly = { ...manner, quick: false };
  const begun = await source.position();
  const left = await source.states(database, keys, exactly);
  const right = await target.states(database, keys, exactly);
  const moved = !samePosition(begun, await source.position());
  const again = moved ? await source.states(database, keys, exactly) : left;
  let allSame = true;
  for (const [at, key] of keys.entries()) {
    const [ofSource, ofTarget, later] = [left[at], right[at], again[at]];
    if (!ofSource || !ofTarget || !later) throw new Error(`${source.name} or ${target.name} told too few states`);
    const same = (a: KeyState, b: KeyState) => sameState(a, b, servers.ttlToleranceMs);
    if (ofSource.big && ofTarget.big) addBig(session, { database, key: base64(key) });
    else if (!same(ofSource, ofTarget) || !same(ofSource, later)) {
      allSame = false;
      addCandidate(session, { database, key: base64(key) }, ofSource, ofTarget);
    } else if (ofSource.unreadable) {
      leaveUntold(session.checkpoint, 'unreadable', database, key, `its type is ${ofSource.type}`);
    }
  }
  return allSame;
};

const countWaste = ({ checkpoint: { quick } }: Session, wasted: boolean): void => {
  quick.batches++;
  if (wasted) quick.wasted++;
  if (quick.batches >= JUDGE_WASTE_AFTER && quick.wasted > quick.batches * MAX_WASTED_SHARE) quick.on = false;
};
