import type { Phase } from '../migration/status.ts';
import { isReadable, type LinkReading, primaryOf } from './shard-link.ts';

/** What one look at a link says. */
export interface LinkState {
  phase: Extract<Phase, 'connecting' | 'copying' | 'loading' | 'catchingUp' | 'inSync' | 'linkLost'>;
  /** One sentence: why this phase. */
  why: string;
  /** False while the node does not replicate at all: before ElastiCache has told it to, or after it has been told to stop. */
  following: boolean;
  /** Set where AWS tells it, and no server was looked at: what it is instead of lost as long as the link was never up. */
  afar?: { beforehand: 'connecting' | 'copying' };
  /** Set when the node follows a history of data that is not the source's. */
  foreign?: string;
  lagBytes?: number;
  lagSeconds?: number;
}

/**
 * Judges a link. In sync means: the link is up, nothing is being synced or loaded, both sides have the same replication
 * id, the source lists a replica that is `online`, and the target has applied everything that the source had a moment
 * before. Documented criteria: `master_link_status:up` on the target, `online` on the source (AWS, Migration-Verify);
 * the offset is our own, since `slaveN`'s is refreshed only once a second.
 */
export const judgeLink = ({ link, source, nodes, laterOffset }: LinkReading): LinkState => {
  const target = nodes.get(primaryOf(link).cacheClusterId);
  if (!isReadable(target)) {
    const why = `the primary of node group ${link.nodeGroupId} cannot be read: ${target?.unreadable ?? 'it was not asked'}`;
    return { phase: 'linkLost', why, following: true };
  }
  if (!target.link)
    return { phase: 'connecting', why: 'the primary does not replicate from the source', following: false };

  const { status, syncInProgress, loading, downSinceSeconds } = target.link;
  if (loading) return { phase: 'loading', why: 'the primary loads the data that it received', following: true };
  if (syncInProgress) return { phase: 'copying', why: 'the full sync is under way', following: true };
  if (status === 'down') {
    const since = downSinceSeconds === undefined ? '' : ` for ${downSinceSeconds} s`;
    return { phase: 'linkLost', why: `the link from the primary to the source is down${since}`, following: true };
  }
  if (!isReadable(source)) {
    return { phase: 'catchingUp', why: `the source cannot be read: ${source.unreadable}`, following: true };
  }
  if (source.replicationId !== target.replicationId) {
    const foreign = `the target's replication id is ${target.replicationId}, the source's is ${source.replicationId}`;
    return { phase: 'catchingUp', why: foreign, following: true, foreign };
  }

  const lagBytes = Math.max(0, source.offset - target.offset);
  const online = source.replicas.filter(({ state }) => state === 'online');
  // Of several replicas nobody can tell which one is the target: the source knows it by another address.
  const lagSeconds = online.length === 1 ? online[0]?.lagSeconds : undefined;
  const figures = { following: true, lagBytes, ...(lagSeconds !== undefined && { lagSeconds }) };
  if (online.length === 0) return { phase: 'catchingUp', why: 'the source lists no replica as online', ...figures };
  if (source.offset > (laterOffset ?? target.offset))
    return { phase: 'catchingUp', why: `${lagBytes} bytes are still to be applied`, ...figures };
  return { phase: 'inSync', why: 'the target has applied everything that the source had', ...figures };
};
