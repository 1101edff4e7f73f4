import { type Candidate, type Found, MAX_BIG, MAX_CANDIDATE_CHARACTERS, MAX_DIFFERENCES, note } from './checkpoint.ts';
import { confirm, leaveUntold } from './confirm.ts';
import { isTold, kindOf, sameExpiry, sameState } from './difference.ts';
import { hasExpiredOnTarget, isNearExpiry } from './expiry.ts';
import { sameRegisters } from './hyperloglog.ts';
import { type Judged, judge } from './judge.ts';
import type { KeyReader, KeyState } from './ports.ts';
import type { Session } from './session.ts';

type Verdict = Judged<Candidate, KeyState>;

/** A key that could not be told is looked at again, with other keys in between. */
const MAX_TRIES = 8;
const TRY_AGAIN_MS = 1000;
const CLOCKS = "The target's clock is ahead of the source's: there keys expire earlier";
/** Asked in one question: their states are in memory together. */
const AT_ONCE = 500;

/** @param long where the name can be read again, of a candidate whose name is long */
export const addCandidate = (
  { checkpoint }: Pick<Session, 'checkpoint'>,
  { database, key, long }: Found,
  ...states: KeyState[]
): void => {
  if (isIn(checkpoint.candidates, { database, key })) return;
  const expiresAtMs = Math.max(...states.map((state) => state.expiresAtMs), -1);
  checkpoint.counts.candidates++;
  checkpoint.candidates.push({ database, key, ...(long && { long }), ...(expiresAtMs >= 0 && { expiresAtMs }) });
};

export const addBig = ({ checkpoint }: Pick<Session, 'checkpoint'>, { database, key, long }: Found): void => {
  if (!isIn(checkpoint.big, { database, key })) checkpoint.big.push({ database, key, ...(long && { long }) });
};

const isIn = (all: readonly Found[], { database, key }: Found): boolean =>
  all.some((one) => one.key === key && one.database === database);

/** Whether what was found should be judged before more keys are read. */
export const muchToJudge = ({ checkpoint: { crowded, candidates, big } }: Session): boolean =>
  crowded === true ||
  big.length >= MAX_BIG ||
  candidates.reduce((sum, { key }) => sum + key.length, 0) > MAX_CANDIDATE_CHARACTERS;

/**
 * Judges all candidates. Those that cannot be told now stay; false when the target does not apply what the source has, so
 * that no more can be done for the moment.
 */
export const judgeCandidates = async (session: Session): Promise<boolean> => {
  const { checkpoint } = session;
  const stay: Candidate[] = [];
  let rest = checkpoint.candidates;
  for (let [first] = rest; first !== undefined; [first] = rest) {
    const { database } = first;
    const asked = new Set(rest.filter((one) => one.database === database).slice(0, AT_ONCE));
    const judged = await judge(session, questionOf(session, database, [...asked]));
    for (const one of judged) if (!(await settle(session, one))) stay.push(one.item);
    rest = rest.filter((one) => !asked.has(one));
    if (judged.some(({ verdict }) => verdict === 'waiting')) {
      checkpoint.candidates = [...stay, ...rest];
      return false;
    }
  }
  checkpoint.candidates = stay;
  if (stay.length > 0) await session.clock.sleep(TRY_AGAIN_MS);
  return true;
};

const questionOf = (session: Session, database: number, items: Candidate[]) => ({
  database,
  items,
  keyOf: nameOf,
  read: (reader: KeyReader, asked: Candidate[]) =>
    reader.states(database, asked.map(nameOf), { ...session.manner, quick: false }),
  isTold,
  same: (a: KeyState, b: KeyState, item: Candidate) => sameKey(session, database, nameOf(item), a, b),
});

const nameOf = ({ key }: Candidate): Buffer => Buffer.from(key, 'base64');

const sameKey = async (session: Session, database: number, key: Buffer, a: KeyState, b: KeyState): Promise<boolean> => {
  const { ttlToleranceMs } = session.servers;
  // Both are told elsewhere, and not by their states.
  if (a.big || b.big || (a.unreadable && b.unreadable && a.type === b.type)) return true;
  if (sameState(a, b, ttlToleranceMs)) return true;
  if (!a.hyperLogLog || !b.hyperLogLog || !sameExpiry(a, b, ttlToleranceMs)) return false;
  const [left, right] = await Promise.all(
    [session.source, session.target].map((reader) => reader.stringPart(database, key, 0, Math.max(a.length, b.length))),
  );
  return sameRegisters(left as Buffer, right as Buffer);
};

/** Puts a verdict into the books; false when the candidate has to be judged again. */
const settle = async (session: Session, { item, verdict, source, target }: Verdict): Promise<boolean> => {
  const { checkpoint } = session;
  const { counts } = checkpoint;
  const { database } = item;
  const key = nameOf(item);
  if (verdict === 'waiting') return false;
  if (verdict === 'unsettled') {
    item.tries = (item.tries ?? 0) + 1;
    if (item.tries < MAX_TRIES) return false;
    leaveUntold(checkpoint, 'unsettled', database, key, 'it changes faster than it can be compared');
    return true;
  }
  if (!source || !target) throw new Error('A verdict without what was seen');
  if (verdict === 'same') {
    if (source.big || target.big) addBig(session, item);
    else if (source.unreadable) leaveUntold(checkpoint, 'unreadable', database, key, `its type is ${source.type}`);
    else counts[await how(session, item, source)]++;
    return true;
  }
  const kind = kindOf(source, target);
  const left = kind === 'missing' ? source : kind === 'extra' ? target : undefined;
  if (left && isNearExpiry(session, left.expiresAtMs)) {
    item.tries = (item.tries ?? 0) + 1;
    if (item.tries < MAX_TRIES) return false;
    if (kind === 'missing' && hasExpiredOnTarget(session, left.expiresAtMs)) {
      counts.expired++;
      note(checkpoint, CLOCKS);
      return true;
    }
  }
  confirm(checkpoint, { database, key, kind, source, target, note: await noteOn(session, kind, source, target) });
  return true;
};

/** Why a candidate is the same now. */
const how = async (session: Session, item: Candidate, source: KeyState): Promise<'settled' | 'expired' | 'evicted'> => {
  if (source.type !== 'none') return 'settled';
  if (item.expiresAtMs !== undefined && isNearExpiry(session, item.expiresAtMs)) return 'expired';
  const { evictedKeys } = await session.source.identity();
  return evictedKeys > session.servers.evictedKeys.source ? 'evicted' : 'settled';
};

const noteOn = async (
  { target, servers, checkpoint }: Session,
  kind: string,
  ofSource: KeyState,
  ofTarget: KeyState,
): Promise<string | undefined> => {
  if (kind === 'value' && !sameExpiry(ofSource, ofTarget, servers.ttlToleranceMs)) return 'its expiry differs as well';
  if (kind !== 'missing' || checkpoint.differences.length === MAX_DIFFERENCES) return undefined;
  const evicted = (await target.identity()).evictedKeys - servers.evictedKeys.target;
  return evicted > 0 ? `the target has evicted ${evicted} keys meanwhile` : undefined;
};
