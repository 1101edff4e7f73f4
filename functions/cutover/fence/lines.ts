import type { FencedNode } from '../../migration/fence.ts';
import { infoIn } from '../../preflight/gather/replies.ts';
import { type Servers, type Session, SessionLost, Unread } from '../../preflight/ports.ts';
import type { Clock } from '../../replication/ports.ts';
import { carryOut } from './ask.ts';
import { nameOf, openNamed } from './connection.ts';
import { FenceFailed } from './fence-failed.ts';
import { BUSY_MS, isPassing } from './passing.ts';

/** A connection that takes a fence down on one node. */
export interface Line {
  session: Session;
  /** Of the process at its other end. */
  runId: string | undefined;
}

export interface Lifting {
  open: Servers['open'];
  clock: Clock;
  /** What the connections call themselves. */
  name: string;
  /** Those of the try that lifts its own fence, by endpoint: a full server lets nobody in anew. */
  held?: ReadonlyMap<string, Session>;
}

/**
 * All nodes are waited for, so one that hangs, is full or is held up by a script keeps the others closed for so long, and is left to a
 * repeat: on a connection that there is, and on a new one.
 */
const HELD_MS = 1500;
const DIAL_MS = 4000;

/**
 * Connects to every node of a fence. Changes nothing but the connections' names.
 *
 * @returns in their order the connection, or why there is none
 */
export const openLines = async (nodes: readonly FencedNode[], lifting: Lifting): Promise<(Line | Error)[]> => {
  const met = await Promise.allSettled(nodes.map((node) => connect(node, lifting)));
  const broken = met.find((one) => one.status === 'rejected');
  const lines = met.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (!broken) return lines;
  closeLines(lines);
  throw broken.reason;
};

export const closeLines = (lines: readonly (Line | Error)[]): void => {
  for (const line of lines) if (!(line instanceof Error)) line.session.close();
};

/** What may pass is asked again. */
const connect = async (node: FencedNode, { open, clock, name, held }: Lifting): Promise<Line | Error> => {
  const untilMs = clock.now() + (held ? HELD_MS : 0) + DIAL_MS;
  let ours = held?.get(nameOf(node.endpoint));
  // One that hangs is not to use up the time of a new one.
  ours?.prolong(clock.now() + HELD_MS);
  for (;;) {
    try {
      if (!ours) return await dial(open, node, name, untilMs);
      await carryOut(ours, [['CLIENT', 'SETNAME', name]]);
      return { session: ours, runId: node.runId };
    } catch (error) {
      if (!(error instanceof Unread || error instanceof FenceFailed)) throw error;
      if (ours && error instanceof SessionLost) {
        ours = undefined;
        continue;
      }
      if (!isPassing(error) || clock.now() + BUSY_MS >= untilMs) return error;
      ours?.prolong(untilMs);
      await clock.sleep(BUSY_MS);
    }
  }
};

const dial = async (open: Servers['open'], { endpoint }: FencedNode, name: string, untilMs: number): Promise<Line> => {
  const session = await openNamed(open, endpoint, name, untilMs);
  try {
    return { session, runId: infoIn(await session.ask('INFO', 'server')).get('run_id') };
  } catch (error) {
    session.close();
    throw error;
  }
};
