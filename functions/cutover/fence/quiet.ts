import { Refused } from '../../preflight/ports.ts';
import type { Clock } from '../../replication/ports.ts';
import type { Goal } from '../drain.ts';
import type { SourceNode } from '../source-nodes.ts';
import { readWriteCalls } from '../write-calls.ts';
import { BackOut } from './back-out.ts';
import { CONNECTIONS, nameOf } from './connection.ts';
import { freeze } from './freeze.ts';

/** `*1 $4 PING` with its line ends, which a primary sends to its replicas. */
const PING_BYTES = 14;
/** Redis sends one every 10 s, and can be told to do it every second. */
const MOST_PINGS = 60;
/** So long it is looked whether somebody writes, at the most: whoever was stopped does not feel it. */
const LOOK_MS = 1000;
/** Who came to wait stays in the list until the pause ends, and the list of 10,000 clients has megabytes. */
const PAUSE_MS = 250;
/** How often the offset is read again where nothing can freeze it. */
const OFFSET_PAUSE_MS = 10;

/**
 * Where the operator's word is the only fence: nobody may write for a while, nor wait to do it. A drain alone takes
 * milliseconds, in which an application that was forgotten may just be silent.
 *
 * @param frozen where the source stood when the drain began
 * @returns where it stands now
 * @throws BackOut
 */
export const unlessWritten = async (node: SourceNode, frozen: Goal, clock: Clock, untilMs: number): Promise<Goal> => {
  const name = nameOf(node.endpoint);
  const calls = await callsOf(node);
  const endsMs = clock.now() + Math.min(LOOK_MS, (untilMs - clock.now()) / 2);
  for (;;) {
    const waits = await whoWaits(node);
    if (waits) throw new BackOut('still-written', waits);
    const leftMs = endsMs - clock.now();
    if (leftMs <= 0) break;
    await clock.sleep(Math.min(PAUSE_MS, leftMs));
  }
  const since = await callsOf(node);
  const called = Object.entries(since ?? {}).find(([command, count]) => calls && count !== (calls[command] ?? 0));
  if (called)
    throw new BackOut(
      'still-written',
      `the application is not stopped, although the fence is none: ${called[0]} was called on ${name}`,
    );

  // Expiry goes on where nothing freezes it, and is no write of the application's: one moment without is enough.
  let from = frozen;
  let to = await offsetOf(node, clock, untilMs);
  while (!movedByPings(to.offset - from.offset)) {
    if (clock.now() >= untilMs) {
      throw new BackOut(
        'still-written',
        `somebody still writes to ${name}: its offset moved by ${to.offset - from.offset} bytes`,
      );
    }
    await clock.sleep(OFFSET_PAUSE_MS);
    from = to;
    to = await offsetOf(node, clock, untilMs);
  }
  return to;
};

const offsetOf = (node: SourceNode, clock: Clock, untilMs: number) =>
  freeze({ ...node, pausesWrites: false }, clock, untilMs);

/** Of every writing command; expiry calls none. Undefined where it is not told. */
const callsOf = async ({ session }: SourceNode): Promise<Record<string, number> | undefined> => {
  try {
    return (await readWriteCalls(session)).writeCalls;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
};

/** Whether an offset has moved by nothing but PINGs. */
const movedByPings = (bytes: number): boolean => bytes % PING_BYTES === 0 && bytes <= MOST_PINGS * PING_BYTES;

/**
 * Who waits while the writes are paused, or waits for data, belongs to an application that was not stopped. What it has
 * sent would be executed on the old primary when the pause ends.
 *
 * @returns one sentence on the first of them; undefined when nobody waits
 */
const whoWaits = async ({ session, endpoint, pausesWrites }: SourceNode): Promise<string | undefined> => {
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
