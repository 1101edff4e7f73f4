import { makeApi } from '../../client/api.ts';
import type { ApiAnswer, ApiCall } from '../../client/call.ts';
import { duration } from '../../console/ui/parts/text.ts';
import type { Caller } from '../tell/next.ts';
import { type Check, good, ofFailure, type Probe } from './check.ts';

/** Signatures are refused when clocks differ by more than 5 minutes; ages and freshness are told wrongly long before. */
const TELLABLE_MS = 5000;
const REFUSED_MS = 5 * 60_000;

/** Whether the API answers, and is one. */
export const checkReachable = async (apiUrl: string, call: ApiCall, caller: Caller): Promise<Probe> => {
  const sentMs = Date.now();
  let answer: ApiAnswer | undefined;
  const api = makeApi(apiUrl, async (request) => {
    answer = await call(request);
    return answer;
  });
  const check = await api.list({ limit: 1 }).then(
    ({ migrations }) => {
      const some = migrations.length > 0 ? 'it has migrations' : 'it has no migrations yet';
      return good('API', `answers in ${duration(Date.now() - sentMs)}; ${some}`);
    },
    (error: unknown) => ofFailure('API', error, caller),
  );
  return { check, ...(answer && { answer }), sentMs, answeredMs: Date.now() };
};

/** By the Date of an answer, which is told to the second. */
export const checkClock = ({ answer, sentMs, answeredMs }: Probe): Check => {
  const atMs = Date.parse(answer?.headers.get('date') ?? '');
  if (Number.isNaN(atMs) || answeredMs - sentMs > TELLABLE_MS)
    return { name: 'clock', result: 'note', text: 'The API does not tell its time.', next: [] };
  const aheadMs = (sentMs + answeredMs) / 2 - atMs - 500;
  if (Math.abs(aheadMs) < TELLABLE_MS) return good('clock', "goes with the API's");
  const text = `This machine is ${duration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} the API.`;
  return Math.abs(aheadMs) > REFUSED_MS
    ? { name: 'clock', result: 'bad', text: `${text} AWS refuses such signatures.`, next: ['timedatectl set-ntp true'] }
    : { name: 'clock', result: 'note', text: `${text} Ages are told wrongly by that.`, next: [] };
};
