import { Refused } from '../../preflight/ports.ts';
import type { SourceNode } from '../source-nodes.ts';
import { CONNECTIONS, nameOf } from './connection.ts';

/** `*1 $4 PING` with its line ends, which a primary sends to its replicas. */
const PING_BYTES = 14;
/** Redis sends one every 10 s, and can be told to do it every second. */
const MOST_PINGS = 60;

/** Whether an offset has moved by nothing but PINGs. */
export const movedByPings = (bytes: number): boolean => bytes % PING_BYTES === 0 && bytes <= MOST_PINGS * PING_BYTES;

/**
 * Where the operator's word is the only fence: who waits while the writes are paused, or waits for data, belongs to an
 * application that was not stopped. What it has sent would be executed on the old primary when the pause ends.
 *
 * @returns one sentence on the first of them; undefined when nobody waits
 */
export const whoWaits = async ({ session, endpoint, pausesWrites }: SourceNode): Promise<string | undefined> => {
  if (!pausesWrites) return undefined;
  const [list] = await session.askAll([['CLIENT', 'LIST', 'TYPE', 'normal']]);
  if (list instanceof Refused) return undefined;
  const waiting = String(list)
    .split('\n')
    .find((line) => / flags=\w*b/.test(line) && !line.includes(` name=${CONNECTIONS}`));
  if (!waiting) return undefined;
  const [, address = '?'] = / addr=(\S+)/.exec(waiting) ?? [];
  const [, command = '?'] = / cmd=(\S+)/.exec(waiting) ?? [];
  return `the application is not stopped, although the fence is none: ${address} waits on ${nameOf(endpoint)} with ${command}`;
};
