import { addBig, addCandidate } from './candidates.ts';
import { type Candidate, type Found, MAX_FOUND_CHARACTERS, noCounts, type Place } from './checkpoint.ts';
import { keepUntold, leaveUntold } from './confirm.ts';
import { digestOfName, hasLongName } from './long-names.ts';
import type { Session } from './session.ts';

/** What a candidate can still grow by: its tries, and what a big key needs. */
const GROWTH = 12;

/** The session as one batch sees it: what the batch finds stays apart until {@link takeIn}. */
export const apart = (session: Session): Session => ({
  ...session,
  checkpoint: { ...session.checkpoint, candidates: [], big: [], untold: [], counts: noCounts() },
});

/**
 * Puts what a batch found into the checkpoint, all of it or nothing: a checkpoint that grows without a bound cannot be kept.
 *
 * @param smallest no smaller batch can be asked for
 * @returns false when there is no room before the rest has been judged: the batch has to be read again
 */
export const takeIn = (session: Session, { checkpoint: found }: Session, place: Place, smallest: boolean): boolean => {
  const { checkpoint } = session;
  const withPlace = <One extends Found>(one: One): One => (hasLongName(one) ? { ...one, long: place } : one);
  const [candidates, big] = [found.candidates.map(withPlace), found.big.map(withPlace)];
  const held = [...checkpoint.candidates, ...checkpoint.big];
  let left = MAX_FOUND_CHARACTERS - charactersOf(held);
  if (charactersOf([...candidates, ...big]) > left && !(smallest && held.length === 0)) {
    checkpoint.crowded = true;
    return false;
  }
  checkpoint.counts.compared += found.counts.compared;
  checkpoint.counts.lookedFor += found.counts.lookedFor;
  checkpoint.counts.unreadable += found.counts.unreadable;
  for (const text of found.untold) keepUntold(checkpoint, text);
  const take = <One extends Found>(all: readonly One[], add: (one: One) => void): void => {
    for (const one of all) {
      left -= charactersOf([one]);
      if (left >= 0) add(one);
      else
        leaveUntold(
          checkpoint,
          'unsettled',
          one.database,
          Buffer.from(one.key, 'base64'),
          'too much differs in one place',
        );
    }
  };
  take(candidates, (one: Candidate) =>
    addCandidate(session, one, { type: 'none', length: 0, expiresAtMs: one.expiresAtMs ?? -1 }),
  );
  take(big, (one) => addBig(session, one));
  return true;
};

/** In the checkpoint's JSON at the end of a step. */
const charactersOf = (all: readonly Found[]): number =>
  all.reduce((sum, one) => sum + JSON.stringify(hasLongName(one) ? digestOfName(one) : one).length + GROWTH, 0);
