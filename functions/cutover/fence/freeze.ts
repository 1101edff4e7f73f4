import { isAtLeast } from '../../preflight/engine.ts';
import { textIn } from '../../preflight/gather/replies.ts';
import { Refused, type Reply, Unread } from '../../preflight/ports.ts';
import { parseInfo } from '../../replication/info.ts';
import type { Clock } from '../../replication/ports.ts';
import { toServerReading } from '../../replication/server-reading.ts';
import type { ServerReading } from '../../replication/shard-link.ts';
import type { SourceNode } from '../source-nodes.ts';
import { BackOut } from './back-out.ts';
import { nameOf } from './connection.ts';

/** As little as can be is asked for while the application waits. Before Redis 4 the history is named by the run id, which is elsewhere. */
const BRIEF = ['INFO', 'replication'];

/** How often a server is asked again while a script of a client holds it up. */
const BUSY_MS = 20;

/**
 * Freezes the application's writes on a primary, where its version can, and reads where it stands then. The pause ends by
 * itself at `untilMs`. It is never a pause of all commands, which would hold up our own, and never one of a replica, which
 * would stop applying the stream.
 *
 * @throws BackOut
 */
export const freeze = async (node: SourceNode, clock: Clock, untilMs: number): Promise<ServerReading> => {
  for (let isBusy = false; ; isBusy = true) {
    const leftMs = Math.floor(untilMs - clock.now());
    if (leftMs <= 0) {
      const why = isBusy ? 'was held up by a script until' : 'could not be frozen before';
      throw new BackOut('drain-timeout', `${nameOf(node.endpoint)} ${why} the time for the drain was over`);
    }
    const pause = node.pausesWrites ? [['CLIENT', 'PAUSE', String(leftMs), 'WRITE']] : [];
    const replies = await node.session.askAll([...pause, isAtLeast(node.version, '4.0') ? BRIEF : ['INFO']]);
    const refusal = replies.find((reply) => reply instanceof Refused);
    if (!refusal) return toReading(node, replies.at(-1) ?? null, clock);
    if (refusal.kind !== 'BUSY')
      throw new BackOut('source-not-fenceable', `${nameOf(node.endpoint)} cannot be frozen: ${refusal.message}`);
    await clock.sleep(Math.min(BUSY_MS, leftMs));
  }
};

/** @throws BackOut when it is no INFO */
export const toReading = ({ endpoint }: SourceNode, reply: Reply, clock: Clock): ServerReading => {
  try {
    return toServerReading(parseInfo(textIn(reply, 'INFO')), clock.now());
  } catch (error) {
    throw new BackOut('node-lost', `${nameOf(endpoint)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
};

/** Ends the pause at once. What waits behind it goes on: only where a durable fence stands, or none is to stand any more. */
export const unpause = async ({
  session,
  pausesWrites,
}: Pick<SourceNode, 'session' | 'pausesWrites'>): Promise<void> => {
  if (!pausesWrites) return;
  try {
    await session.askAll([['CLIENT', 'UNPAUSE']]);
  } catch (error) {
    // The pause ends by itself.
    if (!(error instanceof Unread)) throw error;
  }
};
