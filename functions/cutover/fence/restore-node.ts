import type { FencedNode, FenceRecord } from '../../migration/fence.ts';
import { parseUser } from '../../preflight/acl-user.ts';
import { infoIn } from '../../preflight/gather/replies.ts';
import { type Session, Unread } from '../../preflight/ports.ts';
import type { Clock } from '../../replication/ports.ts';
import { listUsers } from './acl-fence.ts';
import { mayTheSame } from './acl-rules.ts';
import { connectionsOf, nameOf } from './connection.ts';
import { killConnections } from './connections.ts';
import { FenceFailed } from './fence-failed.ts';
import type { GivesUp, Known } from './identify.ts';
import { restoreFence } from './node-fence.ts';
import { BUSY_MS, isPassing } from './passing.ts';
import { FileRefused, type PersistsBy, persistUndone } from './persist.ts';
import { writtenTwice } from './twice.ts';

/** A pause that was sent before the deadline may have begun later, if a script held the server up. */
const LATE_PAUSE_MS = 120_000;

export interface Restoring {
  /** What our connections call themselves. */
  name: string;
  untouched: boolean;
  byOrder: boolean;
  /** So long a server that is held up is asked again. */
  untilMs: number;
  givesUp: GivesUp;
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
 * then gives the node back what it was, and lets go on who waits. While a script holds it up it is asked again.
 */
export const restoreNode = async (
  line: Known | Error,
  node: FencedNode,
  fence: FenceRecord,
  restoring: Restoring,
): Promise<Restored> => {
  const where = nameOf(node.endpoint);
  const { givesUp, untilMs, clock } = restoring;
  for (;;) {
    try {
      if (line instanceof Error) throw line;
      const remark = await (line.is === 'open' ? leave : restore)(line.session, node, fence, restoring);
      return remark === undefined ? {} : { remark: `${where} ${remark}` };
    } catch (error) {
      if (!(error instanceof Unread || error instanceof FenceFailed)) throw error;
      const isAgain = !(line instanceof Error) && isPassing(error) && clock.now() + BUSY_MS < untilMs;
      if (error instanceof FileRefused && givesUp(node, 'file'))
        return { isGivenUp: true, remark: `${where} takes writes again until it is started anew: ${error.message}` };
      if (!isAgain) return { failure: `${where}: ${error.message}` };
      await clock.sleep(BUSY_MS);
    }
  }
};

/** @returns what there is to know of it. @throws FenceFailed, Unread */
const restore = async (
  session: Session,
  node: FencedNode,
  { migrationId, kind, deadlineAt }: FenceRecord,
  { name, untouched, clock }: Restoring,
): Promise<string | undefined> => {
  await killConnections(session, connectionsOf(migrationId), name);
  const isPaused = clock.now() < Date.parse(deadlineAt) + LATE_PAUSE_MS;
  let forgotten = true;
  try {
    if (!untouched) ({ forgotten } = await restoreFence(session, kind, node));
  } finally {
    // Also where the file could not be written: nobody is to wait for that. Before Redis 6.2 it is refused: there is no pause of ours then.
    if (isPaused) await session.askAll([['CLIENT', 'UNPAUSE']]);
  }
  return forgotten ? undefined : WITHOUT_FILE;
};

/**
 * Of a process that was started since, and where nobody is kept from writing: an operator may have opened it by hand, and its
 * file still have the fence. By the operator's order it is written, unless what is written may stand somewhere else already.
 */
const leave = async (
  session: Session,
  { before, persistsBy }: FencedNode,
  { kind }: FenceRecord,
  { untouched, byOrder }: Restoring,
): Promise<string | undefined> => {
  if (untouched || kind === 'none' || Object.keys(before).length === 0) return undefined;
  const isWritten = byOrder && persistsBy !== undefined && (await isAsRecorded(session, before, persistsBy));
  if (isWritten) await persistUndone(session, persistsBy);
  const file =
    isWritten || persistsBy === undefined ? '' : '; its file was left as it is, and may still have the fence';
  return `is another process than the one that was fenced, and nobody is kept from writing there${file}: if it is another server, the fenced one still is`;
};

/** Whether writing its file says of its users what is recorded, and nothing twice. */
const isAsRecorded = async (
  session: Session,
  { users = [] }: FencedNode['before'],
  persistsBy: PersistsBy,
): Promise<boolean> => {
  // Before 6.0 there are none, and nobody tells of them.
  const now = new Map((users.length === 0 ? [] : await listUsers(session)).map((user) => [user.name, user]));
  const isSame = users.map(parseUser).every((user) => {
    const is = now.get(user.name);
    return is && mayTheSame(user, is);
  });
  if (!isSame || persistsBy === 'aclFile') return isSame;
  const version = infoIn(await session.ask('INFO', 'server')).get('redis_version') as string;
  return (await writtenTwice({ session, version })).length === 0;
};

const WITHOUT_FILE = 'runs without the file in which its fence was kept: started with that file, it is fenced again';
