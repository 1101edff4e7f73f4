import { collectionPart } from './big-collection.ts';
import { listPart, stringPart } from './big-sequence.ts';
import { entriesPart, factsPart, pendingPart } from './big-stream.ts';
import { addCandidate } from './candidates.ts';
import type { BigProgress, BigTask } from './checkpoint.ts';
import { confirm, leaveUntold } from './confirm.ts';
import { isTold, kindOf, sameExpiry } from './difference.ts';
import { isNearExpiry } from './expiry.ts';
import { judge } from './judge.ts';
import { PART_BYTES, PART_ELEMENTS, PART_MEMBERS } from './limits.ts';
import { judgePart, type PartOutcome } from './parts.ts';
import type { KeyReader, KeyState } from './ports.ts';
import { isOver, type Session } from './session.ts';
import { samePosition } from './stillness.ts';
import { ValueChanged } from './value-changed.ts';

const MAX_BEGINNINGS = 5;
/** Sizes in a row that must be equal: of a collection that grows and shrinks they may be so by chance. */
const SIZES = 3;

/**
 * Compares the waiting big keys piece by piece until the step is over; false when the target does not apply what the source
 * has, so that no more can be done for the moment.
 */
export const compareBig = async (session: Session): Promise<boolean> => {
  const { big, counts } = session.checkpoint;
  // One piece at least: a step that is over before it comes here would never get on.
  for (
    let [[task], first] = [big, true];
    task !== undefined && (first || !isOver(session));
    [[task], first] = [big, false]
  ) {
    const outcome = await advance(session, task);
    if (outcome === 'waiting') return false;
    if (outcome === 'going on') continue;
    if (outcome === 'done') counts.big++;
    big.shift();
  }
  return true;
};

/** `small`: it is not big any more, and was handed over to the candidates. */
type Advance = 'going on' | 'done' | 'small' | 'waiting';

const advance = async (session: Session, task: BigTask): Promise<Advance> => {
  const key = Buffer.from(task.key, 'base64');
  const { database } = task;
  try {
    return await (task.progress ? part(session, task, task.progress, key) : begin(session, task, key));
  } catch (error) {
    if (!(error instanceof ValueChanged)) throw error;
    const beginnings = (task.progress?.beginnings ?? 0) + 1;
    if (beginnings > MAX_BEGINNINGS) {
      leaveUntold(session.checkpoint, 'unsettled', database, key, 'it is replaced faster than it can be compared');
      return 'done';
    }
    return begin(session, task, key, beginnings);
  }
};

/** Type and expiry, and where to begin. */
const begin = async (session: Session, task: BigTask, key: Buffer, beginnings = 0): Promise<Advance> => {
  const { checkpoint } = session;
  const { database } = task;
  const judged = await judgeShape(session, database, key);
  if (!judged || judged.verdict === 'waiting') return 'waiting';
  const { verdict, source, target } = judged;
  if (verdict === 'unsettled' || !source || !target) {
    leaveUntold(checkpoint, 'unsettled', database, key, 'its type and expiry change faster than they can be compared');
    return 'done';
  }
  if (verdict === 'different') {
    const kind = kindOf({ ...source, digest: '' }, { ...target, digest: '' });
    // Settled or confirmed there, with some time in between.
    const left = kind === 'missing' ? source : kind === 'extra' ? target : undefined;
    if (left && isNearExpiry(session, left.expiresAtMs)) {
      addCandidate(session, task, source, target);
      return 'small';
    }
    const note = kind === 'ttl' ? 'a big value, which was not compared' : undefined;
    confirm(checkpoint, { database, key, kind, source, target, note });
    return 'done';
  }
  if (!source.big && !target.big) {
    addCandidate(session, task, source, target);
    return 'small';
  }
  task.progress = {
    type: source.type,
    stage: 'parts',
    position: firstPosition(source.type),
    begun: await session.source.position(),
    elements: await elementsAtOnce(session, database, key, source),
    beginnings,
  };
  return 'going on';
};

const judgeShape = async (session: Session, database: number, key: Buffer) => {
  const { ttlToleranceMs } = session.servers;
  const [judged] = await judge(session, {
    database,
    items: [key],
    keyOf: (one) => one,
    isTold,
    read: (reader: KeyReader, keys) => reader.states(database, keys, { ...session.manner, quick: false }),
    same: (a: KeyState, b: KeyState) => a.type === b.type && sameExpiry(a, b, ttlToleranceMs),
  });
  return judged;
};

const firstPosition = (type: string): string => (type === 'stream' ? '0-0' : '0');

const elementsAtOnce = async (
  { source }: Session,
  database: number,
  key: Buffer,
  { type, length }: KeyState,
): Promise<number> => {
  const bytes = await source.elementBytes(database, key, length);
  return Math.max(
    1,
    Math.min(isCollection(type) ? PART_MEMBERS : PART_ELEMENTS, Math.floor(PART_BYTES / Math.max(1, bytes))),
  );
};

const part = async (session: Session, task: BigTask, progress: BigProgress, key: Buffer): Promise<Advance> => {
  const { database } = task;
  const outcome = await outcomeOf(session, database, key, progress);
  if (outcome === 'waiting') return 'waiting';
  if (typeof outcome === 'object' && 'next' in outcome) {
    progress.position = outcome.next;
    return 'going on';
  }
  if (typeof outcome === 'object') {
    await report(session, task, key, outcome.different);
    return 'done';
  }
  if (outcome === 'unsettled' && !(progress.stage === 'size' && isCollection(progress.type))) {
    leaveUntold(session.checkpoint, 'unsettled', database, key, 'it changes faster than it can be compared');
    return 'done';
  }
  const moved = progress.type === 'list' && !samePosition(progress.begun, await session.source.position());
  return nextStage(progress, outcome, moved) ? 'going on' : 'done';
};

const outcomeOf = async (
  session: Session,
  database: number,
  key: Buffer,
  progress: BigProgress,
): Promise<PartOutcome | 'nextGroup'> => {
  const { type, stage } = progress;
  if (stage === 'pending') return pendingPart(session, database, key, progress);
  if (stage === 'size')
    return type === 'stream' ? factsPart(session, database, key) : sizePart(session, database, key, type);
  if (type === 'string') return stringPart(session, database, key, progress);
  if (type === 'list') return listPart(session, database, key, progress);
  if (type === 'stream') return entriesPart(session, database, key, progress);
  return collectionPart(session, database, key, progress, stage === 'extras' ? 'target' : 'source');
};

/** What comes after a stage that found nothing different; false at the end. */
const nextStage = (progress: BigProgress, outcome: 'through' | 'unsettled' | 'nextGroup', moved: boolean): boolean => {
  const { stage, type } = progress;
  if (stage === 'parts' && moved) Object.assign(progress, { stage: 'fromTail', position: '0' });
  else if (stage === 'parts' || stage === 'fromTail') Object.assign(progress, { stage: 'size', position: '0' });
  else if (stage === 'size' && type === 'stream') Object.assign(progress, { stage: 'pending', position: '0-0' });
  // All that the source has is on the target, and as many: equal. Where they never were as many at one time, the target's are looked up.
  else if (stage === 'size' && outcome === 'unsettled') Object.assign(progress, { stage: 'extras', position: '0' });
  else if (outcome === 'nextGroup') Object.assign(progress, { position: '0-0' });
  else return false;
  return true;
};

const isCollection = (type: string): boolean => type === 'hash' || type === 'set' || type === 'zset';

const sizePart = async (session: Session, database: number, key: Buffer, type: string): Promise<PartOutcome> => {
  const unit = type === 'string' ? 'bytes' : 'elements';
  const read = async (reader: KeyReader) => String((await stateOf(session, reader, database, key)).length);
  const judged = await judgePart(
    session,
    { database, key },
    read,
    (source, target) => `${source} ${unit} against ${target}`,
    SIZES,
  );
  return judged === 'same' ? 'through' : judged;
};

const stateOf = async ({ manner }: Session, reader: KeyReader, database: number, key: Buffer): Promise<KeyState> => {
  const [state] = await reader.states(database, [key], { ...manner, quick: false });
  if (!state) throw new Error(`${reader.name} told no state`);
  return state;
};

const report = async (session: Session, { database }: BigTask, key: Buffer, note: string): Promise<void> => {
  const [source, target] = await Promise.all(
    [session.source, session.target].map((reader) => stateOf(session, reader, database, key)),
  );
  confirm(session.checkpoint, {
    database,
    key,
    kind: 'value',
    ...(source && { source }),
    ...(target && { target }),
    note,
  });
};
