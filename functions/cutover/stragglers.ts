import type { Straggler, StragglersSummary } from '../migration/cutover-record.ts';
import type { FenceRecord } from '../migration/fence.ts';
import type { Endpoint } from '../migration/record.ts';
import { type Servers, Unread } from '../preflight/ports.ts';
import { endpointText, shown } from '../preflight/text.ts';
import type { Clock } from '../replication/ports.ts';
import { readStragglers, type Seen } from './straggler-reading.ts';

/** Who turned to the old primary since the promotion. */
export interface StragglerLook {
  /** Those who write first, then the last seen first; bounded. */
  stragglers: Straggler[];
  writers: number;
  readers: number;
  /** Milliseconds since the epoch: since when nobody has turned to it; of the promotion when nobody has at all. */
  quietSinceMs: number;
  /** What could not be told, in one sentence. */
  untold?: string;
}

const LOOK_MS = 3000;
const MOST_TOLD = 100;
const MOST_SHOWN = 20;

/**
 * Looks who still turns to the old primary, and to the nodes that were fenced with it. Writers are told by ACL LOG (from
 * 6.0 on) and by their last command; readers, and whoever sits there, by CLIENT LIST. Of more than 1000 clients only the
 * number is told, and it is not quiet: the list would hold the server up. A fence of min-replicas tells refused writes by
 * their number alone (from 6.2 on): the first look, also of a new process, takes one that is not 0 for news. A node that
 * cannot be reached has nobody on it: a source that is gone is quiet.
 *
 * Make it once a process, and call it with the sealed fence and the time of the promotion.
 */
export const makeStragglerLook = (servers: Pick<Servers, 'open'>, clock: Clock) => {
  /** Of each node of a migration: how many writes min-replicas had refused at the last look, and when they grew. */
  const refusedBefore = new Map<string, RefusedWrites>();

  return async (fence: FenceRecord, promotedMs: number): Promise<StragglerLook> => {
    const untilMs = clock.now() + LOOK_MS;
    const nodes = await Promise.all(
      fence.nodes.map(async ({ endpoint }) => {
        try {
          return { endpoint, seen: await readStragglers(servers, endpoint, untilMs, clock) };
        } catch (error) {
          if (!(error instanceof Unread)) throw error;
          return { endpoint, unread: error.message };
        }
      }),
    );

    const found: Straggler[] = [];
    const untold: string[] = [];
    let lastSeenMs = promotedMs;
    for (const node of nodes) {
      const name = endpointText(node.endpoint);
      if (!node.seen) {
        untold.push(shown(`${name} cannot be read: ${node.unread}`, 300));
        continue;
      }
      const { seen, endpoint } = node;
      found.push(...told(seen, endpoint, promotedMs));
      if (seen.unlisted !== undefined) {
        untold.push(`${seen.unlisted} clients are connected to ${name}, and were not listed`);
        lastSeenMs = Math.max(lastSeenMs, seen.atMs);
      }
      const refused = refusedOf(seen, refusedBefore, `${fence.migrationId} ${name}`);
      if (refused) {
        untold.push(`${name} has refused ${refused.count} writes of clients that it does not name`);
        lastSeenMs = Math.max(lastSeenMs, refused.grewMs);
      }
    }
    for (const { lastSeenAt } of found) lastSeenMs = Math.max(lastSeenMs, Date.parse(lastSeenAt ?? ''));
    const writers = found.filter(({ kind }) => kind === 'writes').length;
    return {
      stragglers: found.sort(byWeight).slice(0, MOST_TOLD),
      writers,
      readers: found.length - writers,
      quietSinceMs: lastSeenMs,
      ...(untold.length > 0 && { untold: shown(untold.join('; '), 600) }),
    };
  };
};

interface RefusedWrites {
  count: number;
  grewMs: number;
}

/** A process serves many migrations; what was forgotten is news once more, no worse. */
const MOST_REMEMBERED = 1000;

const refusedOf = (
  { refusedWrites: count, atMs }: Seen,
  before: Map<string, RefusedWrites>,
  key: string,
): RefusedWrites | undefined => {
  if (!count) return undefined;
  const standing = before.get(key);
  const now = { count, grewMs: standing && count <= standing.count ? standing.grewMs : atMs };
  if (before.size >= MOST_REMEMBERED) before.clear();
  before.set(key, now);
  return now;
};

const byWeight = (a: Straggler, b: Straggler): number =>
  a.kind === b.kind ? (b.lastSeenAt ?? '').localeCompare(a.lastSeenAt ?? '') : a.kind === 'writes' ? -1 : 1;

/** One for each user at each address that writes, or reads. */
const told = ({ atMs, sightings }: Seen, node: Endpoint, promotedMs: number): Straggler[] => {
  const merged = new Map<string, Straggler & { lastMs: number }>();
  for (const { kind, host, user, name, command, count, ageMs } of sightings) {
    const lastMs = Math.round(atMs - ageMs);
    if (lastMs < promotedMs) continue;
    const key = JSON.stringify([kind, host, user]);
    const standing = merged.get(key);
    const newest = !standing || lastMs >= standing.lastMs ? { name, command } : standing;
    const counts = [standing?.count, count].filter((one) => one !== undefined);
    merged.set(key, {
      kind,
      address: shown(host, 64),
      node,
      ...(user !== undefined && { user: shown(user, 64) }),
      ...(newest.name !== undefined && { name: shown(newest.name, 64) }),
      ...(newest.command !== undefined && { command: shown(newest.command, 64) }),
      ...(counts.length > 0 && { count: counts.reduce((sum, one) => sum + one, 0) }),
      lastSeenAt: new Date(Math.max(lastMs, standing?.lastMs ?? 0)).toISOString(),
      lastMs: Math.max(lastMs, standing?.lastMs ?? 0),
    });
  }
  return [...merged.values()].map(({ lastMs: _, ...straggler }) => straggler);
};

/** What the view shows of a look. */
export const toStragglersSummary = (look: StragglerLook, nowMs: number): StragglersSummary => ({
  asOf: new Date(nowMs).toISOString(),
  quietSince: new Date(look.quietSinceMs).toISOString(),
  writers: look.writers,
  readers: look.readers,
  clients: look.stragglers.slice(0, MOST_SHOWN),
  ...(look.untold !== undefined && { untold: look.untold }),
});
