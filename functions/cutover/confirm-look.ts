import type { Confirmation } from '../migration/certificate.ts';
import type { FencedShard, FenceRecord } from '../migration/fence.ts';
import type { Endpoint, MigrationRecord, PromotedShard } from '../migration/record.ts';
import { infoIn } from '../preflight/gather/replies.ts';
import { keysIn, keyspaceOf } from '../preflight/keyspace.ts';
import { type Servers, type Session, Unread } from '../preflight/ports.ts';
import { endpointText, listed, shown } from '../preflight/text.ts';
import type { Info } from '../replication/info.ts';
import type { Clock } from '../replication/ports.ts';
import { toServerReading } from '../replication/server-reading.ts';
import { primaryOf, type Reading, type ServerReading, type ShardLink } from '../replication/shard-link.ts';
import { whyNotStanding } from './fence/standing.ts';
import { whyNotContinuing } from './promotion.ts';
import { promotedShard } from './witness.ts';

/** A shard of which nothing speaks against an operator's word. */
export interface ConfirmedShard {
  promoted: PromotedShard;
  /** Why its history does not prove the promotion; absent when it does, or nothing can tell. */
  unproven?: string;
  keys?: Confirmation['keys'][number];
  /** What was counted, in words. */
  told: string;
}

/** What the service looks at by itself before it takes an operator's word. */
export interface ConfirmLook {
  /** Why what was done before the promotion does not allow it; undefined when it does. */
  whyNot(fence: FenceRecord | undefined): string | undefined;
  /** @returns every shard, and where the fence is not seen to stand; or what speaks against it */
  look(
    links: readonly ShardLink[],
    fence: FenceRecord | undefined,
    record: MigrationRecord,
  ): Promise<{ shards: ConfirmedShard[]; unfenced: string[] } | { against: string[] }>;
  /** What was seen of all of them, in words. */
  seen(shards: readonly ConfirmedShard[], status: string): string;
  /** What is announced of the source, where nothing unfenced was seen. */
  afterwards: string;
}

/** By every primary, beside the source that it was promoted from. */
export const confirmByNodes = (servers: Pick<Servers, 'open'>, clock: Clock): ConfirmLook => ({
  whyNot: (fence) =>
    fence?.phase === 'sealed' && fence.shards
      ? undefined
      : `the fence of the source is not sealed, but ${fence?.phase ?? 'has no record'}`,
  async look(links, fence, record) {
    const verifiedKeys = record.verificationReport?.counts?.compared ?? 0;
    const known = { fenced: fence?.shards ?? [], ...(links.length === 1 && { verifiedKeys }) };
    const unshown = known.fenced.find((shard) => links.every(({ nodeGroupId }) => nodeGroupId !== shard.nodeGroupId));
    if (unshown) return { against: [`the replication group has no node group ${unshown.nodeGroupId} any more`] };
    const looks = await Promise.all(links.map((link) => lookAtShard(servers, clock, link, known)));
    const against = looks.flatMap((look) => ('against' in look ? look.against : []));
    if (against.length > 0) return { against };
    const shards = looks.filter((look): look is ConfirmedShard => !('against' in look));
    const unfenced = fence ? await whyNotStanding((...to) => servers.open(...to), fence, clock.now() + LOOK_MS) : [];
    return { shards, unfenced };
  },
  seen: (shards, status) =>
    `${shards.length} of ${shards.length} primaries have the role master, the status is ${status}; ${listed(shards.map(({ told }) => told))}`,
  afterwards: "the source's fence stays",
});

const LOOK_MS = 5000;

/**
 * What the primary of a shard says of itself, beside the source that it was promoted from. An empty one is never taken where
 * the source has keys, or does not say: a primary that died and came back is a master, too, with nothing in it.
 *
 * @returns or what speaks against the promotion, each in words that begin in small letters
 */
export const lookAtShard = async (
  servers: Pick<Servers, 'open'>,
  clock: Clock,
  link: ShardLink,
  {
    fenced,
    verifiedKeys = 0,
  }: { fenced: readonly FencedShard[] /** What the last verification compared. */; verifiedKeys?: number },
): Promise<ConfirmedShard | { against: string[] }> => {
  const { nodeGroupId } = link;
  const { cacheClusterId, endpoint } = primaryOf(link);
  const shard = fenced.find((one) => one.nodeGroupId === nodeGroupId);
  const sourceEndpoint = shard?.source ?? link.source;
  const name = `node ${cacheClusterId} (${endpointText(endpoint)})`;
  const [target, source] = await Promise.all([
    readNode(servers, clock, endpoint),
    readNode(servers, clock, sourceEndpoint),
  ]);
  if ('unread' in target) return { against: [`${name} cannot be read: ${target.unread}`] };
  const { reading, keys: targetKeys } = target;
  if (reading.link) {
    return { against: [`${name} is no primary: it follows ${endpointText(reading.link.followed)}`] };
  }
  if (target.isLoading) return { against: [`${name} is loading its data`] };
  // While it loads, it tells what it has loaded so far.
  const sourceKeys = 'keys' in source && !source.isLoading ? source.keys : undefined;
  const sourceName = `the source ${endpointText(sourceEndpoint)}`;
  const has =
    sourceKeys === undefined ? `${sourceName} does not tell how many it has` : `${sourceName} has ${sourceKeys}`;
  if (targetKeys === 0 && (sourceKeys !== 0 || verifiedKeys > 0)) {
    const compared = verifiedKeys > 0 ? `, and ${verifiedKeys} were compared before the cutover` : '';
    return { against: [`${name} is a primary without any key, ${has}${compared}: it does not hold what was migrated`] };
  }
  const looked = { link, source: { unreadable: '' } as Reading, nodes: new Map([[cacheClusterId, reading]]) };
  const unproven = whyNotContinuing(looked, fenced);
  return {
    promoted: promotedShard(looked)[0] as PromotedShard,
    ...(unproven !== undefined && { unproven }),
    keys: { nodeGroupId, ...(sourceKeys !== undefined && { sourceKeys }), targetKeys },
    told: `${name} has ${targetKeys} keys, and ${has}`,
  };
};

interface Told {
  reading: ServerReading;
  keys: number;
  isLoading: boolean;
}

const readNode = async (
  servers: Pick<Servers, 'open'>,
  clock: Clock,
  endpoint: Endpoint,
): Promise<Told | { unread: string }> => {
  let session: Session | undefined;
  let info: Info;
  try {
    session = await servers.open(endpoint, clock.now() + LOOK_MS);
    info = infoIn(await session.ask('INFO'));
  } catch (error) {
    if (error instanceof Unread) return { unread: error.message };
    throw error;
  } finally {
    session?.close();
  }
  try {
    const isLoading = info.get('loading') === '1' || info.get('async_loading') === '1';
    return { reading: toServerReading(info, clock.now()), keys: keysIn(keyspaceOf(info, 'sourceInfo')), isLoading };
  } catch (error) {
    return { unread: shown((error as Error).message, 300) };
  }
};
