import type { FencedNode, FenceRecord } from '../../migration/fence.ts';
import { Unread } from '../../preflight/ports.ts';
import type { Clock } from '../../replication/ports.ts';
import { connectionsOf, nameOf } from './connection.ts';
import { killConnections } from './connections.ts';
import { FenceFailed } from './fence-failed.ts';
import type { Line } from './lines.ts';
import { restoreFence } from './node-fence.ts';
import { FileRefused } from './persist.ts';

/** A pause that was sent before the deadline may have begun later, if a script held the server up. */
const LATE_PAUSE_MS = 120_000;

export interface Restoring {
  /** What our connections call themselves. */
  name: string;
  untouched: boolean;
  givesUp: (node: FencedNode) => boolean;
  clock: Clock;
}

/** Nothing of it where the node is as it was, and that is all. */
export interface Restored {
  /** Why it is not done. */
  failure?: string;
  /** What there is to know of it. */
  remark?: string;
  isGivenUp?: boolean;
}

/**
 * Ends every other connection that acts for a fence, so that nothing which is still under way in a socket can ever run;
 * then gives the node back what it was, and lets go on who waits.
 */
export const restoreNode = async (
  line: Line | Error | undefined,
  node: FencedNode,
  { migrationId, kind, deadlineAt }: FenceRecord,
  { name, untouched, givesUp, clock }: Restoring,
): Promise<Restored> => {
  const where = nameOf(node.endpoint);
  try {
    if (line === undefined || line instanceof Error) throw line ?? new FenceFailed('it was never connected');
    if (line.is === 'asBefore') return untouched ? {} : { remark: `${where} ${NOTHING_OF_IT}` };
    await killConnections(line.session, connectionsOf(migrationId), name);
    const isPaused = clock.now() < Date.parse(deadlineAt) + LATE_PAUSE_MS;
    let forgotten = true;
    try {
      if (!untouched) ({ forgotten } = await restoreFence(line.session, kind, node));
    } finally {
      // Also where the file could not be written: nobody is to wait for that. Before Redis 6.2 it is refused: there is no pause of ours then.
      if (isPaused) await line.session.askAll([['CLIENT', 'UNPAUSE']]);
    }
    return forgotten ? {} : { remark: `${where} ${WITHOUT_FILE}` };
  } catch (error) {
    if (error instanceof FileRefused && givesUp(node)) {
      return { isGivenUp: true, remark: `${where} takes writes again until it is started anew: ${error.message}` };
    }
    if (!(error instanceof Unread || error instanceof FenceFailed)) throw error;
    return { failure: `${where}: ${error.message}` };
  }
};

const WITHOUT_FILE = 'runs without the file in which its fence was kept: started with that file, it is fenced again';
const NOTHING_OF_IT =
  'is another process than the one that was fenced, and has nothing of the fence: if it is another server, the fenced one still is';
