import type { Info } from '../../replication/info.ts';
import { numberOf } from '../../replication/info.ts';
import type { WriteRate } from '../facts.ts';
import { Unread } from '../ports.ts';
import { numberField } from '../unreadable.ts';
import { callsIn, containerOf } from './command-calls.ts';
import type { Replicates } from './command-info.ts';
import type { Reading } from './reading.ts';

/** Bytes of the replication stream between two readings, or undefined where the source does not count them. */
const streamBytes = (first: Info, second: Info): number | undefined => {
  const field = first.get('role') === 'slave' ? 'slave_repl_offset' : 'master_repl_offset';
  if (![first, second].every(countsStream)) return undefined;
  return grown(first, second, field);
};

/** The offset stands still without a replica and a backlog: nothing is written to the stream then. */
const countsStream = (info: Info): boolean =>
  info.get('role') === 'slave' ||
  info.get('repl_backlog_active') === '1' ||
  (numberOf(info, 'connected_slaves') ?? 0) > 0;

const grown = (first: Info, second: Info, field: string): number => {
  const growth = numberField(second, field, 'writes') - numberField(first, field, 'writes');
  if (growth < 0) throw new Unread(`${field} went back by ${-growth} while it was watched`);
  return growth;
};

/** Calls between two readings by command, without our own. */
export const callsBetween = (first: Reading, second: Reading): ReadonlyMap<string, number> => {
  const before = callsIn(first.info);
  const ours = new Map(
    [...second.sent.calls].map(([name, calls]) => [name, calls - (first.sent.calls.get(name) ?? 0)]),
  );
  const moved = new Map<string, number>();
  for (const [name, calls] of callsIn(second.info)) {
    const container = containerOf(name);
    const since = calls - (before.get(name) ?? 0);
    const own = Math.min(since, ours.get(container) ?? 0);
    ours.set(container, (ours.get(container) ?? 0) - own);
    if (since - own > 0) moved.set(name, since - own);
  }
  return moved;
};

/**
 * How much is written to the replication stream. By the input it is known only where COMMAND tells which commands write:
 * when all that were called do, it is all input; when none does, nothing.
 * @param replicationOf tells of the commands that were called between the readings what is replicated
 * @throws Unread, UnreadableFieldError
 */
export const writeRate = async (
  first: Reading,
  second: Reading,
  replicationOf: (names: readonly string[]) => Promise<(name: string) => Replicates>,
): Promise<WriteRate> => {
  const windowMs = second.atMs - first.atMs;
  if (windowMs <= 0) throw new Unread('the clock stood still between the two looks at the source');
  if (first.info.get('run_id') !== second.info.get('run_id'))
    throw new Unread('the source was restarted while it was watched');
  const perSecond = (bytes: number) => (bytes * 1000) / windowMs;
  const cpuShare = (processorSeconds(second.info) - processorSeconds(first.info)) / (windowMs / 1000);
  const seen = { windowMs, ...(cpuShare >= 0 && { cpuShare }) };

  const stream = streamBytes(first.info, second.info);
  if (stream !== undefined) {
    const rate = perSecond(stream);
    return { ...seen, lowBytesPerSecond: rate, highBytesPerSecond: rate, measuredBy: 'offset' };
  }
  const input = grown(first.info, second.info, 'total_net_input_bytes');
  const clients = Math.max(0, input - (second.sent.bytes - first.sent.bytes));
  const calls = callsBetween(first, second);
  const { low, high } = writtenOf(clients, calls, await replicationOf([...calls.keys()]));
  return {
    ...seen,
    lowBytesPerSecond: perSecond(low),
    highBytesPerSecond: perSecond(high),
    measuredBy: 'input',
  };
};

/** Bytes for the stream, when clients have sent so many for these calls. */
const writtenOf = (input: number, calls: ReadonlyMap<string, number>, of: (name: string) => Replicates) => {
  const countOf = (wanted: (name: string) => boolean) =>
    [...calls].reduce((sum, [name, times]) => sum + (wanted(name) ? times : 0), 0);
  const count = (...wanted: Replicates[]) => countOf((name) => wanted.includes(of(name)));
  if (count('always', 'maybe') === 0) return { low: 0, high: 0 };
  // Nobody but writers has sent anything. Otherwise one MGET of many keys may be most of the input.
  if (count('maybe', 'never') === 0) return { low: input, high: input };
  const isScript = (name: string) => SCRIPT.test(name);
  const byScripts = [...calls.keys()].some(isScript) ? countOf((name) => of(name) !== 'never' && !isScript(name)) : 0;
  const high = input + byScripts * SCRIPTED_BYTES;
  return { low: Math.min(count('always') * LEAST_BYTES, high), high };
};

/** `DEL k`, in the stream. */
const LEAST_BYTES = 20;

const SCRIPT = /^(eval|fcall)/i;
/**
 * What a script makes up by itself was never sent to the source: one that sets 50 keys wrote 178 times its own bytes
 * (measured). Values that it is given are in the input, so that a write of its own is small.
 */
const SCRIPTED_BYTES = 1024;

/** NaN where it is not told. */
const processorSeconds = (info: Info): number =>
  (numberOf(info, 'used_cpu_sys') ?? Number.NaN) + (numberOf(info, 'used_cpu_user') ?? Number.NaN);
