import type { KeyReader, Position } from './ports.ts';
import { differencesIn } from './result.ts';
import type { Session } from './session.ts';

/** Something that both sides are asked, for several items at once. */
export interface Question<Item, Answer> {
  items: readonly Item[];
  /** One answer for each item, in their order. */
  read(reader: KeyReader, items: Item[]): Promise<Answer[]>;
  same(source: Answer, target: Answer, item: Item): boolean | Promise<boolean>;
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
/** Rounds in a row that must agree before a difference is confirmed. */
const CONFIRM = PAUSES_MS.length;
/** The same, while neither server took a write in between. */
const CONFIRM_STILL = 3;
/** Rounds in a row that must match after one that spoke against it: a value that comes and goes may match by chance. */
const MATCH_AGAIN = 3;
const MAX_ROUNDS = 40;
/** How long a target that is behind is waited for beyond the step's end. */
const GRACE_MS = 2000;
const LOOK_AGAIN_MS = 5;
const MANY = 1000;

interface Open<Item, Answer> {
  item: Item;
  agreed: number;
  still: number;
  matched: number;
  /** A round in which the source stood still, and the target had something else. */
  contradicted: boolean;
  source?: Answer;
  target?: Answer;
}

/**
 * Tells lasting differences from writes on their way: reads the source, waits until the target has applied what the source
 * had then, reads the target, and reads the source again.
 *
 * - The source stayed as it was, and the target has that: the same. While the source moves, a match proves nothing: a
 *   counter that is behind for ever has what the source had before.
 * - The source stayed as it was, and the target is different, several times in a row: different.
 * - Else the item is being written; after many tries it is unsettled.
 */
export const judge = async <Item, Answer>(
  session: Session,
  question: Question<Item, Answer>,
): Promise<Judged<Item, Answer>[]> => {
  const decided: Judged<Item, Answer>[] = [];
  // Among so many differences one that is none changes nothing, and pauses for each would take for ever.
  const hasty = differencesIn(session.checkpoint.counts) > MANY;
  let open: Open<Item, Answer>[] = question.items.map((item) => ({
    item,
    agreed: 0,
    still: 0,
    matched: 0,
    contradicted: false,
  }));
  for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
    if (!hasty) await pause(session, open);
    const seen = await look(
      session,
      question,
      open.map(({ item }) => item),
    );
    if (!seen) return [...decided, ...open.map(({ item }): Judged<Item, Answer> => ({ item, verdict: 'waiting' }))];
    const left: Open<Item, Answer>[] = [];
    for (const [at, one] of open.entries()) {
      const verdict = await weigh(question, one, seen, at, hasty ? CONFIRM_STILL : CONFIRM);
      if (verdict === undefined) left.push(one);
      else {
        const { item, source, target } = one;
        decided.push({
          item,
          verdict,
          ...(source !== undefined && { source }),
          ...(target !== undefined && { target }),
        });
      }
    }
    open = left;
  }
  return [...decided, ...open.map(({ item }): Judged<Item, Answer> => ({ item, verdict: 'unsettled' }))];
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
  still: boolean;
}

const look = async <Item, Answer>(
  session: Session,
  { read }: Question<Item, Answer>,
  items: Item[],
): Promise<Seen<Answer> | undefined> => {
  const { source, target } = session;
  const before = await read(source, items);
  const then = await source.position();
  const applied = await targetApplies(session, then.offset);
  if (applied === undefined) return undefined;
  // A source that is read at the same moment as the target: a hot item is rarely the same before and after.
  const [onTarget, beside] = await Promise.all([read(target, items), read(source, items)]);
  const after = await read(source, items);
  const [sourceNow, targetNow] = await Promise.all([source.position(), target.position()]);
  return {
    before,
    target: onTarget,
    beside,
    after,
    still: samePosition(sourceNow, then) && samePosition(targetNow, applied),
  };
};

export const samePosition = (a: Position, b: Position): boolean => a.offset === b.offset && a.changes === b.changes;

/** Waits until the target has applied the source's stream up to `offset`; undefined when the step ends before. */
const targetApplies = async (session: Session, offset: number): Promise<Position | undefined> => {
  const { target, clock, servers, checkpoint, untilMs, signal } = session;
  for (;;) {
    const now = await target.position();
    if (!servers.linked || now.offset >= offset) {
      delete checkpoint.waitingSinceMs;
      return now;
    }
    checkpoint.waitingSinceMs ??= clock.now();
    if (signal?.aborted || clock.now() >= untilMs + GRACE_MS) return undefined;
    await clock.sleep(LOOK_AGAIN_MS);
  }
};

const weigh = async <Item, Answer>(
  { same, matches = 1 }: Question<Item, Answer>,
  one: Open<Item, Answer>,
  seen: Seen<Answer>,
  at: number,
  confirm: number,
): Promise<'same' | 'different' | undefined> => {
  const { item } = one;
  const target = seen.target[at] as Answer;
  const [before, beside, after] = [seen.before[at], seen.beside[at], seen.after[at]] as [Answer, Answer, Answer];
  const earlier = one.source;
  one.source = after;
  one.target = target;
  const unmoved = (await same(before, beside, item)) && (await same(before, after, item));
  if (unmoved && (await same(after, target, item))) {
    one.agreed = 0;
    one.still = 0;
    one.matched++;
    const needed = one.contradicted ? Math.max(matches, MATCH_AGAIN) : matches;
    return one.matched >= needed ? 'same' : undefined;
  }
  one.matched = 0;
  one.contradicted ||= unmoved;
  const constant = unmoved && (earlier === undefined || (await same(earlier, before, item)));
  one.agreed = constant ? one.agreed + 1 : 0;
  one.still = constant && seen.still ? one.still + 1 : 0;
  return one.agreed >= confirm || one.still >= CONFIRM_STILL ? 'different' : undefined;
};
