import type { AppliedNode } from '../migration/fence.ts';
import { infoIn } from '../preflight/gather/replies.ts';
import { type Servers, type Session, Unread } from '../preflight/ports.ts';
import { parseInfo } from '../replication/info.ts';
import type { Clock } from '../replication/ports.ts';
import { toServerReading } from '../replication/server-reading.ts';
import type { ServerReading, ShardLink, ShardNode } from '../replication/shard-link.ts';
import { BackOut } from './fence/back-out.ts';
import { nameOf } from './fence/connection.ts';

/** A node of the target, over a connection that only reads. */
export interface TargetNode extends ShardNode {
  nodeGroupId: string;
  runId: string;
  session: Session;
}

/** What every node of a shard has to have applied. */
export interface Goal {
  replicationId: string;
  offset: number;
}

/** So often it is looked without a pause: mostly there is next to nothing left to apply. */
const LOOKS_AT_ONCE = 20;
/** Then at most this much of the time waited so far passes between two looks: the wait is not made longer by much. */
const SHARE = 0.1;
const LONGEST_PAUSE_MS = 20;

/** Connects to every node of the target. @throws BackOut; every connection is closed again */
export const openTarget = async (
  links: readonly ShardLink[],
  open: Servers['open'],
  untilMs: number,
): Promise<TargetNode[]> => {
  const opened: TargetNode[] = [];
  const one = async (nodeGroupId: string, node: ShardNode) => {
    const session = await open(node.endpoint, untilMs);
    opened.push({ ...node, nodeGroupId, session, runId: '' });
    const runId = infoIn(await session.ask('INFO')).get('run_id') ?? '';
    return { ...node, nodeGroupId, session, runId };
  };
  const all = await Promise.allSettled(
    links.flatMap(({ nodeGroupId, nodes }) => nodes.map((node) => one(nodeGroupId, node))),
  );
  const failed = all.find((one) => one.status === 'rejected');
  if (!failed) return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const { session } of opened) session.close();
  if (failed.reason instanceof Unread)
    throw new BackOut('node-lost', `a node of the target cannot be read: ${failed.reason.message}`);
  throw failed.reason;
};

/**
 * Waits until a node of the target has applied what the source had: at least so much, since a source goes on sending a PING
 * every 10 s, also while its writes are paused.
 *
 * @throws BackOut when that is not so at `untilMs`
 */
export const reaches = async (
  { session, endpoint, role, cacheClusterId, runId }: TargetNode,
  { replicationId, offset }: Goal,
  clock: Clock,
  untilMs: number,
): Promise<AppliedNode> => {
  const beganMs = clock.now();
  for (let look = 1; ; look++) {
    const reading = await readReplication(session, clock);
    const { link } = reading;
    const isLinked = link?.status === 'up' && reading.replicationId === replicationId;
    if (isLinked && reading.offset >= offset) {
      return { cacheClusterId, role, endpoint, appliedOffset: reading.offset, ...(runId && { runId }) };
    }
    const nowMs = clock.now();
    if (nowMs >= untilMs)
      throw new BackOut(
        'drain-timeout',
        `node ${cacheClusterId} (${nameOf(endpoint)}) ${behind(reading, { replicationId, offset })}`,
      );
    const pauseMs = Math.min((nowMs - beganMs) * SHARE, LONGEST_PAUSE_MS, untilMs - nowMs);
    if (look > LOOKS_AT_ONCE) await clock.sleep(Math.max(1, pauseMs));
  }
};

const behind = ({ link, ...reading }: ServerReading, { replicationId, offset }: Goal): string => {
  if (!link) return 'follows nobody';
  if (link.status !== 'up') return 'has its link down';
  if (reading.replicationId !== replicationId)
    return `has the replication id ${reading.replicationId}, and not ${replicationId}`;
  return `had ${offset - reading.offset} bytes still to apply when the time for the drain was over`;
};

/** @throws BackOut when it does not answer */
export const readReplication = async (session: Session, clock: Clock): Promise<ServerReading> => {
  try {
    return toServerReading(parseInfo(String(await session.ask('INFO', 'replication'))), clock.now());
  } catch (error) {
    throw new BackOut('node-lost', `a node could not be read: ${(error as Error).message}`, { cause: error });
  }
};
