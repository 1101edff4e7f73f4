import { addBig, addCandidate } from './candidates.ts';
import { leaveUntold } from './confirm.ts';
import { sameState } from './difference.ts';
import { unpackKeys } from './packed-keys.ts';
import { ofBoth } from './parts.ts';
import type { Folded, KeyBatch, KeyReader, KeyState, Manner, Position } from './ports.ts';
import type { Session } from './session.ts';
import { hasApplied, samePosition, whileWatching } from './stillness.ts';

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

/** The target has not applied what the source had, and the step is over: nothing can be said of the batch. */
export class TargetBehind extends Error {}

/**
 * Holds a batch of the source's keys against the target, which gives one digest for all. Where the source takes writes
 * meanwhile, both are read while the source notes whether the batch's keys are written to.
 *
 * @param first what the source gave
 * @param begun where the source stood at some time before that
 * @throws TargetBehind
 */
export const compareBatch = async (
  session: Session,
  database: number,
  keys: KeyBatch,
  first: Folded,
  manner: Manner,
  begun: Position,
): Promise<void> => {
  let [from, source, before] = [0, first, begun];
  while (source.done > 0) {
    const pair =
      (await whileAllStands(session, database, keys, from, source, manner, before)) ??
      (await whileKeysStand(session, database, keys, from, source.done, manner));
    await compareFolded(session, database, keys, from, source.done, pair, manner);
    from += source.done;
    if (from >= keys.count) return;
    before = await session.source.position();
    source = await session.source.fold(database, keys, from, keys.count - from, manner);
  }
};

interface Pair {
  source: Folded;
  target: Folded;
  /** Both are of one moment: nobody wrote to the keys. */
  still: boolean;
}

/** Where the whole source has taken no write since `begun`; undefined where it has. */
const whileAllStands = async (
  session: Session,
  database: number,
  keys: KeyBatch,
  from: number,
  source: Folded,
  manner: Manner,
  begun: Position,
): Promise<Pair | undefined> => {
  const { shared } = session;
  // A look that costs little, where it most likely is for nothing.
  if (shared.busy && begun.offset !== (await session.source.offset())) return undefined;
  if (!(await hasApplied(session, begun.offset))) throw new TargetBehind();
  const target = await session.target.fold(database, keys, from, source.done, manner);
  shared.busy = !samePosition(begun, await session.source.position());
  return shared.busy ? undefined : { source, target, still: true };
};

const whileKeysStand = async (
  session: Session,
  database: number,
  keys: KeyBatch,
  from: number,
  limit: number,
  manner: Manner,
): Promise<Pair> => {
  const names = unpackKeys(keys).slice(from, from + limit);
  const read = (reader: KeyReader) => reader.fold(database, keys, from, limit, manner);
  const { both, still } = await readTogether(
    session,
    database,
    names,
    read,
    (a, b) => sameFold(a, b) && a.expiries === b.expiries,
  );
  const [source, target] = both;
  return { source, target, still: still && source.done === limit };
};

/** Both sides at one moment, if nobody writes to the keys. Without WATCH: if the source looks the same before and after. */
const readTogether = async <Answer>(
  session: Session,
  database: number,
  names: readonly Buffer[],
  read: (reader: KeyReader) => Promise<Answer>,
  same: (a: Answer, b: Answer) => boolean,
): Promise<{ both: [source: Answer, target: Answer]; later: Answer; still: boolean }> => {
  const { source } = session;
  const { answer, untouched } = await whileWatching(session, database, names, async (watch) => {
    const before = watch ? undefined : await read(source);
    if (!(await hasApplied(session, watch?.offset ?? (await source.offset())))) throw new TargetBehind();
    const [ofSource, ofTarget] = await ofBoth(session, read);
    return { before, ofSource, ofTarget };
  });
  const { before, ofSource, ofTarget } = answer;
  const later = untouched ? ofSource : await read(source);
  const still = untouched ?? (before !== undefined && same(before, ofSource) && same(ofSource, later));
  return { both: [ofSource, ofTarget], later, still };
};

const compareFolded = async (
  session: Session,
  database: number,
  keys: KeyBatch,
  from: number,
  count: number,
  { source, target, still }: Pair,
  manner: Manner,
): Promise<void> => {
  const { checkpoint, servers } = session;
  checkpoint.counts.compared += count;
  const equal = sameFold(source, target);
  if (!still || !equal || !sameExpiries(source.expiries, target.expiries, servers.ttlToleranceMs)) {
    const wasted = await compareStates(session, database, unpackKeys(keys).slice(from, from + count));
    if (manner.quick) countWaste(session, wasted && still && !equal);
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

/** Key by key; true when all were the same after all. What cannot be told becomes a candidate. */
const compareStates = async (session: Session, database: number, keys: readonly Buffer[]): Promise<boolean> => {
  const { source, target, manner, servers } = session;
  const same = (a: KeyState, b: KeyState) => sameState(a, b, servers.ttlToleranceMs);
  const read = (reader: KeyReader) => reader.states(database, keys, { ...manner, quick: false });
  const all = (left: KeyState[], right: KeyState[]) => left.every((one, at) => same(one, right[at] as KeyState));
  const { both, later, still } = await readTogether(session, database, keys, read, all);
  const untold: Buffer[] = [];
  let allSame = true;
  for (const [at, key] of keys.entries()) {
    const [ofSource, ofTarget, after] = [both[0][at], both[1][at], later[at]];
    if (!ofSource || !ofTarget || !after) throw new Error(`${source.name} or ${target.name} told too few states`);
    const found = { database, key: base64(key) };
    if (ofSource.big && ofTarget.big) addBig(session, found);
    else if (!same(ofSource, ofTarget) || !same(ofSource, after)) {
      allSame = false;
      addCandidate(session, found, ofSource, ofTarget);
    } else if (!still && session.canWatch) untold.push(key);
    else if (ofSource.unreadable) {
      leaveUntold(session.checkpoint, 'unreadable', database, key, `its type is ${ofSource.type}`);
    }
  }
  return (await findTouched(session, database, untold, keys.length)) && allSame;
};

/** Keys that looked the same, though some key beside them was written to: which of them it was is found by halves. */
const findTouched = async (
  session: Session,
  database: number,
  keys: readonly Buffer[],
  before: number,
): Promise<boolean> => {
  if (keys.length === 0) return true;
  if (keys.length < before) return compareStates(session, database, keys);
  const [first] = keys;
  if (first && keys.length === 1) {
    addCandidate(session, { database, key: base64(first) });
    return true;
  }
  const half = Math.ceil(keys.length / 2);
  const left = await compareStates(session, database, keys.slice(0, half));
  return (await compareStates(session, database, keys.slice(half))) && left;
};

const countWaste = ({ checkpoint: { quick } }: Session, wasted: boolean): void => {
  quick.batches++;
  if (wasted) quick.wasted++;
  if (quick.batches >= JUDGE_WASTE_AFTER && quick.wasted > quick.batches * MAX_WASTED_SHARE) quick.on = false;
};
