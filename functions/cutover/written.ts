import type { FencedShard } from '../migration/fence.ts';
import { textIn } from '../preflight/gather/replies.ts';
import { type Session, Unread } from '../preflight/ports.ts';
import { listed, shown } from '../preflight/text.ts';
import { numberOf, parseInfo } from '../replication/info.ts';
import { readWriteCalls } from './write-calls.ts';

/** What a node says that bears on whether it was written to. */
export interface NodeReading {
  role: string;
  replicationId: string;
  previousReplicationId?: string;
  /** How many bytes it has put into the replication stream since it was promoted; absent where that is not told. */
  ownBytes?: number;
  writeCalls: Record<string, number>;
}

/** `unknown`: it may have been written to. */
export type Written = { written: 'no' } | { written: 'yes' | 'unknown'; why: string };

/** A PING to a replica in the replication stream. */
const PING_BYTES = 14;
/** After a promotion the first write is sent behind a SELECT: both have more than 42 bytes, which are three PINGs. */
const MOST_PINGS = 2;

/** @throws Unread */
export const readNode = async (session: Session): Promise<NodeReading> => {
  const { writeCalls, others } = await readWriteCalls(session, ['INFO', 'replication']);
  const [replication = null] = others;
  if (replication instanceof Unread) throw replication;
  const info = parseInfo(textIn(replication, 'INFO replication'));
  const [role, replicationId, previousReplicationId] = ['role', 'master_replid', 'master_replid2'].map((name) =>
    info.get(name),
  );
  if (!role || !replicationId) throw new Unread('INFO tells no role, or no replication id');
  const [offset, continuesUpTo] = [numberOf(info, 'master_repl_offset'), numberOf(info, 'second_repl_offset')];
  return {
    role: shown(role, 20),
    replicationId: shown(replicationId, 40),
    ...(previousReplicationId && { previousReplicationId }),
    // second_repl_offset is the first offset of the new history.
    ...(offset !== undefined &&
      continuesUpTo !== undefined &&
      continuesUpTo > 0 && { ownBytes: offset - continuesUpTo + 1 }),
    writeCalls,
  };
};

/**
 * Whether anything was written to a promoted primary since the source was fenced. It must have been promoted from the
 * source's own history, and never again: that it was not restarted as a primary, nor fell back, is told by its previous
 * replication id. Then no writing command may have been called more often than at the fence, when it was a replica. Keys that
 * expired on the source meanwhile came as DEL: therefore calls that were read when it was promoted are as good, as long
 * as it had put nothing but PINGs into its own stream.
 *
 * @param promotedCalls of the moment of the promotion, where they were read then
 */
export const judgeWritten = (
  { nodeGroupId, replicationId, writeCalls: fencedCalls }: FencedShard,
  reading: NodeReading,
  promotedCalls: Readonly<Record<string, number>> | undefined,
): Written => {
  const unknown = (why: string): Written => ({ written: 'unknown', why: `shard ${nodeGroupId}: ${why}` });
  const { role, previousReplicationId, ownBytes, writeCalls } = reading;
  if (role !== 'master') return unknown(`its primary has the role ${role}`);
  if (previousReplicationId !== replicationId) {
    return unknown(
      "its primary does not continue the source's history: it was restarted, replaced, or promoted otherwise",
    );
  }
  if (!fencedCalls) return unknown('how often commands were called was not told when the source was fenced');
  if (isSame(fencedCalls, writeCalls)) return { written: 'no' };
  if (promotedCalls && isSame(promotedCalls, writeCalls)) return { written: 'no' };
  const grown = grownFrom(promotedCalls ?? fencedCalls, writeCalls);
  if (!grown) return unknown('its counts of calls are lower than before: they were reset');
  if (ownBytes !== undefined && ownBytes % PING_BYTES === 0 && ownBytes <= MOST_PINGS * PING_BYTES) {
    return { written: 'no' };
  }
  const commands = listed(grown.map((name) => shown(name, 40).toUpperCase()));
  if (!promotedCalls && grown.every((name) => name === 'del' || name === 'unlink')) {
    return unknown(`${commands} was called, by a client or for keys that expired on the source before the promotion`);
  }
  return { written: 'yes', why: `shard ${nodeGroupId}: ${commands} was called since the promotion` };
};

/** Which commands were called more often; undefined when one was called less often. */
const grownFrom = (
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): string[] | undefined => {
  if (Object.entries(before).some(([name, calls]) => (now[name] ?? 0) < calls)) return undefined;
  return Object.keys(now)
    .filter((name) => (now[name] ?? 0) > (before[name] ?? 0))
    .sort();
};

const isSame = (before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): boolean =>
  grownFrom(before, now)?.length === 0;
