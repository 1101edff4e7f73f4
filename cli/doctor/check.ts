import type { ApiAnswer } from '../../client/call.ts';
import { EXIT } from '../exit-codes.ts';
import { toFailure } from '../failure.ts';
import type { Caller } from '../tell/next.ts';

/** What was looked at, and what was found. Texts are foreign. */
export interface Check {
  name: string;
  /** `note`: good to know, and nothing that hinders. `unknown`: it could not be told. */
  result: 'ok' | 'note' | 'bad' | 'unknown';
  text: string;
  /** Commands to type, or what else to do. */
  next: readonly string[];
}

/** A call of the API, with when it was sent and answered (epoch milliseconds). */
export interface Probe {
  check: Check;
  answer?: ApiAnswer;
  sentMs: number;
  answeredMs: number;
}

export const good = (name: string, text: string): Check => ({ name, result: 'ok', text, next: [] });

/** Without these nothing is asked at all, whoever is to blame. */
const NEEDED = ['API', 'credentials', 'token'];

/** @param caller for commands to type; its reader is not told to run doctor again */
export const ofFailure = (name: string, error: unknown, caller: Caller): Check => {
  const { exitCode, problems, next } = toFailure(error, caller);
  return {
    name,
    result: exitCode === EXIT.unknown && !NEEDED.includes(name) ? 'unknown' : 'bad',
    text: problems.join('; '),
    next: next.filter((one) => !one.startsWith(`${caller.me} doctor`)),
  };
};
