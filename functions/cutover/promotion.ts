import type { Verdict } from '../replication/group-events.ts';
import { isReadable, type LinkReading, primaryOf } from '../replication/shard-link.ts';

/** What the nodes, the API and the events say of a promotion, taken together. */
export type PromotionState =
  | { state: 'promoted'; evidence: string }
  | { state: 'refused'; reason: string }
  | { state: 'failed'; evidence: string }
  | { state: 'pending'; evidence: string };

/**
 * Judges a promotion. The node itself decides: its role turns before the API's status does. `available` alone proves
 * nothing, since a failed start and an abort end there too. A failure event while every primary still replicates is a
 * refusal: the group stays under migration, and the cutover may be tried again (AWS, Migration-Complete). A failure event
 * beside promoted primaries is one only when ElastiCache is done with the group; until then it proves nothing.
 */
export const judgePromotion = (
  readings: readonly LinkReading[],
  status: string,
  verdict: Verdict | undefined,
): PromotionState => {
  const primaries = readings.map(({ link, nodes }) => nodes.get(primaryOf(link).cacheClusterId));
  const readable = primaries.filter(isReadable);
  const allRead = readable.length === primaries.length && primaries.length > 0;
  const masters = readable.filter(({ role }) => role === 'master').length;
  const unread = primaries.length - readable.length;
  const roles = `${masters} of ${primaries.length} primaries have the role master`;
  const seen = `${roles}${unread > 0 ? ` (${unread} cannot be read)` : ''}, the status is ${status}`;
  const evidence = verdict ? `${seen}; ElastiCache reports: ${verdict.message}` : seen;
  const isFailure = verdict?.outcome === 'failed';

  if (allRead && masters === primaries.length) {
    if (!isFailure) return { state: 'promoted', evidence };
    return { state: status === 'available' ? 'failed' : 'pending', evidence };
  }
  if (allRead && masters === 0 && isFailure && status === 'migrating') {
    return { state: 'refused', reason: `ElastiCache reports: ${verdict.message}` };
  }
  return { state: 'pending', evidence };
};

/** The replicas that do not follow their node group's primary with the link up. */
export const unfollowing = (readings: readonly LinkReading[]): string[] =>
  readings.flatMap(({ link, nodes }) =>
    link.nodes
      .filter(({ role }) => role === 'replica')
      .filter(({ cacheClusterId }) => {
        const node = nodes.get(cacheClusterId);
        return !isReadable(node) || node.link?.status !== 'up' || node.link.loading;
      })
      .map(({ cacheClusterId }) => cacheClusterId),
  );
