import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem, type Problem } from './api.ts';
import { apiNow } from './clock.ts';
import { failed, onWish, reached } from './connection.ts';
import { keep } from './keep.ts';

export interface Polled<T> {
  /** The last that was read. Parts that have not changed since the one before are the same objects. */
  data?: T;
  /** The API's own refusal, as of a migration that does not exist. */
  problem?: Problem;
  /** The API does not answer; `data` is from before. */
  away: boolean;
  /** Reads now. */
  refresh(): void;
  /** Takes what an act has answered, before the next look. */
  set(data: T): void;
}

const LONGEST_PAUSE_MS = 5000;
/** A refusal is seldom over within a second. */
const AFTER_PROBLEM_MS = 5000;

let askers = 0;

/**
 * Reads again and again while the page is visible, and keeps the last data while the API is away.
 *
 * @param key what is read; another key forgets the data
 * @param everyMs the pause after a success
 */
export const usePoll = <T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: (data: T) => number,
): Polled<T> => {
  const [state, setState] = useState<{ key: string; data?: T; problem?: Problem; away: boolean }>({ key, away: false });
  const latest = useRef({ load, everyMs });
  latest.current = { load, everyMs };
  /** Counts what acts have answered: a look from before one of them is older than it. */
  const given = useRef(0);
  const control = useRef<{ now(): void }>({ now: () => undefined });

  useEffect(() => {
    askers += 1;
    const asker = `${key}#${askers}`;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let reading = false;
    let isWished = false;

    const take = (change: { data?: T; problem?: Problem; away: boolean }) =>
      setState((before) => {
        const old = before.key === key ? before : undefined;
        const data = change.data === undefined ? old?.data : keep(old?.data, change.data);
        const same = old && old.data === data && old.problem === change.problem && old.away === change.away;
        return same ? before : { key, ...change, ...(data !== undefined && { data }) };
      });

    const turn = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      // What is being read was asked for before whatever made somebody wish for it.
      isWished = reading;
      if (reading) return;
      reading = true;
      const pauseMs = await read();
      reading = false;
      if (!ended.signal.aborted) timer = setTimeout(turn, isWished ? 0 : pauseMs);
    };

    const read = async (): Promise<number> => {
      try {
        const before = given.current;
        const data = await latest.current.load(ended.signal);
        failures = 0;
        reached(asker);
        if (given.current !== before) return 0;
        take({ data, away: false });
        return latest.current.everyMs(data);
      } catch (error) {
        if (ended.signal.aborted) return 0;
        if (error instanceof ApiProblem) {
          failures = 0;
          reached(asker);
          take({ problem: error.problem, away: false });
          return AFTER_PROBLEM_MS;
        }
        const pauseMs = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures);
        failures += 1;
        failed(asker, (error as Error).message, apiNow() + pauseMs);
        take({ away: true });
        return pauseMs;
      }
    };

    control.current = { now: turn };
    const endWishes = onWish(turn);
    document.addEventListener('visibilitychange', turn);
    turn();
    return () => {
      ended.abort();
      clearTimeout(timer);
      endWishes();
      document.removeEventListener('visibilitychange', turn);
      reached(asker);
    };
  }, [key]);

  const { data, problem, away } = state.key === key ? state : { data: undefined, problem: undefined, away: false };
  return {
    ...(data !== undefined && { data }),
    ...(problem && { problem }),
    away,
    refresh: () => control.current.now(),
    set: (answered) => {
      given.current += 1;
      setState((before) => ({ key, away: before.away, data: keep(before.data, answered) }));
    },
  };
};
