import type { KeyReader } from './ports.ts';
import { differencesIn } from './result.ts';
import type { Session } from './session.ts';
import { hasApplied, samePosition, whileWatching } from './stillness.ts';

/** Something that both sides are asked, for several items at once. */
export interface Question<Item, Answer> {
  database: number;
  items: readonly Item[];
  /** Which key an item is about; items of one key are asked together. */
  keyOf(item: Item): Buffer;
  /** One answer for each item, in their order. */
  read(reader: KeyReader, items: Item[]): Promise<Answer[]>;
  same(source: Answer, target: Answer, item: Item): boolean | Promise<boolean>;
  /** The source tells of every write that changes this answer: not so with groups of streams. */
  isTold(answer: Answer): boolean;
  /** Rounds in a row that must show the same; 1 without it. More for what comes and goes, and may be equal by chance. */
  matches?: number;
}

export interface Judged<Item, Answer> {
  item: Item;
  /** `unsettled`: it changed too fast to be told. `waiting`: the target has not applied the source's writes. */
  verdict: 'same' | 'different' | 'unsettled' | 'waiting';
  source?: Answer;
  target?: Answer;
}

/**
 * Pauses before each round. A key that flips between two states could look constant for a few rounds in a row; spread over
 * half a second it does not.
 */
const PAUSES_MS = [0, 0, 5, 25, 100, 300];
/** Rounds in a row that must agree before a difference is confirmed, where nobody knows whether the key was written to. */
const CONFIRM = PAUSES_MS.length;
/** Rounds that must show a difference while it is known that nobody wrote to the key. */
const CONFIRM_STILL = 3;
/** Rounds in a row that must match where nobody knows that: a value that comes and goes may match by chance. */
const MATCH_UNKNOWN = 3;
/** Rounds in a row that must match after one that spoke against it, where that is known and where it is not. */
const MATCH_AGAIN = 3;
const MATCH_AGAIN_UNKNOWN = 6;
const MAX_ROUNDS = 40;
/** Where some of the keys are written to all the time, the others are asked in so many parts at most. */
const MAX_PARTS = 16;
const MANY = 1000;

interface Open<Item, Answer> {
  item: Item;
  /** Rounds in a row that were different, and the source the same as before. */
  agreed: number;
  /** Rounds that were different while nobody wrote to it. */
  still: number;
  /** Rounds in a row that matched; and of these, while nobody wrote to it. */
  matched: number;
  matchedStill: number;
  /** A round in which the source stood still, and the target had something else. */
  contradicted: boolean;
  source?: Answer;
  target?: Answer;
}

/**
 * Tells lasting differences from writes on their way: reads the source, waits until the target has applied what the source
 * had then, reads the target, and reads the source again. Meanwhile the source notes whether the keys are written to.
 *
 * - Nobody wrote to it: what both have is held against each other. One match is enough, three differences are.
 * - Somebody wrote to some of the keys, and it looked the same before and after: it may have been another in between. Several
 *   rounds have to agree.
 * - Else the item is being written, and the round says nothing: while the source moves, a counter that is behind for ever
 *   has what the source had before. After many tries it is unsettled.
 */
export const judge = async <Item, Answer>(
  session: Session,
  question: Question<Item, Answer>,
): Promise<Judged<Item, Answer>[]> => {
  const decided: Judged<Item, Answer>[] = [];
  // Among so many differences one that is none changes nothing, and pauses for each would take for ever.
  const hasty = differencesIn(session.checkpoint.counts) > MANY;
  const confirm = hasty ? CONFIRM_STILL : CONFIRM;
  let open: Open<Item, Answer>[] = question.items.map((item) => ({
    item,
    agreed: 0,
    still: 0,
    matched: 0,
    matchedStill: 0,
    contradicted: false,
  }));
  let parts = 1;
  for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
    if (!hasty) await pause(session, open);
    const asked = inParts(open, parts, question);
    const looks = await Promise.all(
      asked.map((some) =>
        look(
          session,
          question,
          some.map(({ item }) => item),
        ),
      ),
    );
    if (looks.some((seen) => !seen))
      return [...decided, ...open.map(({ item }): Judged<Item, Answer> => ({ item, verdict: 'waiting' }))];
    if (looks.some((seen) => !seen?.still)) parts = Math.min(MAX_PARTS, 2 * parts);
    const left: Open<Item, Answer>[] = [];
    for (const [part, some] of asked.entries()) {
      for (const [at, one] of some.entries()) {
        const verdict = await weigh(question, one, looks[part] as Seen<Answer>, at, confirm);
        if (verdict === undefined) left.push(one);
        else decided.push(judgedOf(one, verdict));
      }
    }
    open = left;
  }
  return [...decided, ...open.map(({ item }): Judged<Item, Answer> => ({ item, verdict: 'unsettled' }))];
};

const judgedOf = <Item, Answer>(
  { item, source, target }: Open<Item, Answer>,
  verdict: 'same' | 'different',
): Judged<Item, Answer> => ({
  item,
  verdict,
  ...(source !== undefined && { source }),
  ...(target !== undefined && { target }),
});

/** Smaller parts, so that one key that is written to does not hide of all the others that they are not. */
const inParts = <Item, Answer>(
  open: readonly Open<Item, Answer>[],
  parts: number,
  { keyOf }: Question<Item, Answer>,
): Open<Item, Answer>[][] => {
  const [first] = open;
  const ofOneKey = first && open.every(({ item }) => keyOf(item).equals(keyOf(first.item)));
  const size = ofOneKey ? open.length : Math.ceil(open.length / parts);
  return Array.from({ length: Math.ceil(open.length / size) }, (_, at) => open.slice(at * size, (at + 1) * size));
};

const pause = async ({ clock }: Session, open: readonly Open<unknown, unknown>[]): Promise<void> => {
  const agreed = Math.max(...open.map((one) => one.agreed));
  const pauseMs = PAUSES_MS[Math.min(agreed, CONFIRM - 1)] ?? 0;
  if (pauseMs > 0 && open.some(({ still }) => still < CONFIRM_STILL - 1)) await clock.sleep(pauseMs);
};

interface Seen<Answer> {
  before: Answer[];
  target: Answer[];
  beside: Answer[];
  after: Answer[];
  /** Nobody wrote to the keys, as far as the source tells. */
  still: boolean;
  /** Neither server took a write of any kind. */
  allStill: boolean;
}

const look = async <Item, Answer>(
  session: Session,
  { read, database, keyOf }: Question<Item, Answer>,
  items: Item[],
): Promise<Seen<Answer> | undefined> => {
  const { source, target } = session;
  const [first] = items;
  const keys = first !== undefined && items.every((one) => keyOf(one) === keyOf(first)) ? [first] : items;
  const { answer, untouched } = await whileWatching(session, database, keys.map(keyOf), async () => {
    const before = await read(source, items);
    const then = await source.position();
    if (!(await hasApplied(session, then.offset))) return undefined;
    const applied = await target.position();
    // A source that is read at the same moment as the target: a hot item is rarely the same before and after.
    const [onTarget, beside] = await Promise.all([read(target, items), read(source, items)]);
    return { before, then, applied, target: onTarget, beside };
  });
  if (!answer) return undefined;
  const { before, then, applied, beside, target: onTarget } = answer;
  const after = await read(source, items);
  const [sourceNow, targetNow] = await Promise.all([source.position(), target.position()]);
  const allStill = samePosition(sourceNow, then) && samePosition(targetNow, applied);
  return { before, target: onTarget, beside, after, still: allStill || untouched === true, allStill };
};

const weigh = async <Item, Answer>(
  { same, isTold, matches = 1 }: Question<Item, Answer>,
  one: Open<Item, Answer>,
  seen: Seen<Answer>,
  at: number,
  confirm: number,
): Promise<'same' | 'different' | undefined> => {
  const { item } = one;
  const target = seen.target[at] as Answer;
  const [before, beside, after] = [seen.before[at], seen.beside[at], seen.after[at]] as [Answer, Answer, Answer];
  const earlier = one.source;
  one.source = beside;
  one.target = target;
  const still = seen.allStill || (seen.still && isTold(beside) && isTold(target));
  const unmoved = (await same(before, beside, item)) && (still || (await same(before, after, item)));
  if (unmoved && (await same(beside, target, item))) {
    Object.assign(one, { agreed: 0, still: 0 });
    one.matched++;
    if (still) one.matchedStill++;
    const [known, unknown] = one.contradicted ? [MATCH_AGAIN, MATCH_AGAIN_UNKNOWN] : [1, MATCH_UNKNOWN];
    return one.matchedStill >= Math.max(matches, known) || one.matched >= Math.max(matches, unknown)
      ? 'same'
      : undefined;
  }
  Object.assign(one, { matched: 0, matchedStill: 0 });
  one.contradicted ||= unmoved;
  if (unmoved && still) one.still++;
  const constant = unmoved && (earlier === undefined || (await same(earlier, before, item)));
  one.agreed = constant ? one.agreed + 1 : 0;
  return one.agreed >= confirm || one.still >= CONFIRM_STILL ? 'different' : undefined;
};
