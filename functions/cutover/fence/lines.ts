import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { infoIn } from '../../preflight/gather/replies.ts';
import { type Servers, type Session, SessionLost, Unread } from '../../preflight/ports.ts';
import type { Clock } from '../../replication/ports.ts';
import { carryOut } from './ask.ts';
import { nameOf, openNamed } from './connection.ts';
import { FenceFailed } from './fence-failed.ts';
import { recognise } from './recognise.ts';

/** A connection that takes a fence down on one node. */
export interface Line {
  session: Session;
  /** Of the process at its other end. */
  runId: string | undefined;
  /** `fenced`: the very process, or one that has read its fence from a file. `asBefore`: another one, and nothing is to be done. */
  is: 'fenced' | 'asBefore';
}

/** Who answers at a node's address is not that node: nothing was touched there. */
export class AnotherServer extends FenceFailed {}

/** Nobody to take a fence from, whom an operator may give up. */
export const isGone = (line: Line | Error | undefined): boolean =>
  line instanceof SessionLost || line instanceof AnotherServer;

export interface Lifting {
  open: Servers['open'];
  clock: Clock;
  /** What the connections call themselves. */
  name: string;
  untilMs: number;
  kind: FenceKind;
  /** Those of the try that lifts its own fence, by endpoint: a full server lets nobody in anew. */
  held?: ReadonlyMap<string, Session>;
  givesUp: (node: FencedNode) => boolean;
}

/**
 * Connects to every node of a fence, and makes sure that each is the one that was fenced: a name, a virtual IP or an address that
 * was given out again may lead elsewhere by now. Changes nothing but the connections' names.
 *
 * @returns in their order the connection, or why there is none
 */
export const openLines = async (nodes: readonly FencedNode[], lifting: Lifting): Promise<(Line | Error)[]> => {
  const met = await Promise.all(nodes.map((node) => connect(node, lifting)));
  return Promise.all(
    met.map(async (one, at): Promise<Line | Error> => {
      if (one instanceof Error) return one;
      try {
        return await identified(one, at, { nodes, met, lifting });
      } catch (error) {
        one.session.close();
        if (error instanceof Unread || error instanceof FenceFailed) return error;
        throw error;
      }
    }),
  );
};

type Met = Pick<Line, 'session' | 'runId'> | Error;

const identified = async (
  { session, runId }: Exclude<Met, Error>,
  at: number,
  { nodes, met, lifting }: { nodes: readonly FencedNode[]; met: readonly Met[]; lifting: Lifting },
): Promise<Line> => {
  const node = nodes[at] as FencedNode;
  if (runId === undefined || node.runId === undefined || runId === node.runId) return { session, runId, is: 'fenced' };
  const name = nameOf(node.endpoint);
  const twin = nodes.find((other, there) => {
    const line = met[there];
    const isBoth = !(line instanceof Error) && line?.runId === runId && !lifting.givesUp(other);
    return there !== at && (other.runId === runId || isBoth);
  });
  if (twin)
    throw new AnotherServer(
      `${name} leads to ${nameOf(twin.endpoint)} by now, and the node that was fenced is not there`,
    );
  const is = await recognise(session, lifting.kind, node);
  if (is === 'foreign') {
    throw new AnotherServer(
      `${name} is another process than the one that was fenced, and its users are neither as they were nor as the fence made them: nothing was changed there`,
    );
  }
  return { session, runId, is };
};

const BUSY_MS = 100;
/** A script holds the server up, or clients that come back at once have taken every place. */
const PASSING = /\bBUSY |max number of clients|\(maxclients\)/;

/** What may pass is asked again. */
const connect = async (node: FencedNode, { open, clock, name, untilMs, held }: Lifting): Promise<Met> => {
  let ours = held?.get(nameOf(node.endpoint));
  ours?.prolong(untilMs);
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
      if (!PASSING.test(error.message) || clock.now() + BUSY_MS >= untilMs) return error;
      await clock.sleep(BUSY_MS);
    }
  }
};

const dial = async (open: Servers['open'], { endpoint }: FencedNode, name: string, untilMs: number): Promise<Met> => {
  const session = await openNamed(open, endpoint, name, untilMs);
  try {
    return { session, runId: infoIn(await session.ask('INFO', 'server')).get('run_id') };
  } catch (error) {
    session.close();
    throw error;
  }
};
