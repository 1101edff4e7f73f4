import type { Endpoint } from '../migration/record.ts';
import { isAtLeast } from '../preflight/engine.ts';
import { infoIn } from '../preflight/gather/replies.ts';
import { Refused, type Servers, type Session, Unread } from '../preflight/ports.ts';
import { type Info, numberOf, replicaLines } from '../replication/info.ts';
import type { ShardLink } from '../replication/shard-link.ts';
import { carryOut } from './fence/ask.ts';
import { BackOut } from './fence/back-out.ts';
import { nameOf } from './fence/connection.ts';
import { FenceFailed } from './fence/fence-failed.ts';

/** A node of the source, over the one connection that this try has to it. */
export interface SourceNode {
  nodeGroupId: string;
  endpoint: Endpoint;
  role: 'primary' | 'replica';
  runId: string;
  session: Session;
  /** Who followed it when it was opened, the target among them: `10.0.0.6:6379`. */
  replicas: readonly string[];
  /** Of the Redis that it behaves like. */
  version: string;
  /** CLIENT PAUSE … WRITE and CLIENT UNPAUSE, which came with 6.2. */
  pausesWrites: boolean;
}

/** A source with more nodes is none that this service knows. */
const MOST_NODES = 60;
const SENTINELS = '__sentinel__:hello';

export interface Seeking {
  open: Servers['open'];
  /** Of the connections (CLIENT SETNAME). */
  name: string;
  untilMs: number;
  /** Run ids of the target's nodes: a source lists those that follow it among its replicas. */
  targetRunIds: ReadonlySet<string>;
  /** The operator goes on although Sentinels watch the source. */
  sentinelsAreWaived: boolean;
  /** Nothing will be set on any node: replicas are left alone. */
  primariesOnly: boolean;
}

interface Sought extends Pick<SourceNode, 'nodeGroupId' | 'endpoint' | 'role'> {
  /** Of a replica: it follows the link's source itself, as the target does. */
  isDirect?: boolean;
}

type Reached = { sought: Sought } & ({ node: SourceNode; info: Info } | { isTarget: true } | { unread: Error });

/**
 * Connects to every node of the source: each link's source, its replicas, and theirs, where those matter. Nothing is changed on them but the
 * connection's name.
 *
 * @throws BackOut when one of them cannot be reached or named, or somebody may promote it; every connection is closed again
 */
export const openSource = async (links: readonly ShardLink[], seeking: Seeking): Promise<SourceNode[]> => {
  const found: SourceNode[] = [];
  const seen = new Set<string>();
  const strangers: Reached[] = [];
  try {
    let level: Sought[] = links.map(({ nodeGroupId, source }) => ({ nodeGroupId, endpoint: source, role: 'primary' }));
    while (level.length > 0) {
      const unseen = level.filter(({ endpoint }, at) => !seen.has(nameOf(endpoint)) && at === firstAt(level, endpoint));
      for (const { endpoint } of unseen) seen.add(nameOf(endpoint));
      if (seen.size > MOST_NODES)
        throw new BackOut('source-not-fenceable', `the source has more than ${MOST_NODES} nodes`);
      const all = await Promise.all(unseen.map((sought) => reach(sought, seeking)));
      level = [];
      for (const one of all) {
        if (!('node' in one)) strangers.push(one);
        // By another name it was found already.
        else if (found.some(({ runId }) => runId === one.node.runId)) one.node.session.close();
        else {
          found.push(one.node);
          if (!seeking.primariesOnly) level.push(...replicasOf(one.sought, one.info));
        }
      }
    }
    for (const { nodeGroupId } of links) unlessAllReached(strangers, nodeGroupId);
    return found;
  } catch (error) {
    for (const { session } of found) session.close();
    throw error;
  }
};

const firstAt = (level: readonly Sought[], endpoint: Endpoint): number =>
  level.findIndex((one) => nameOf(one.endpoint) === nameOf(endpoint));

const replicasOf = ({ nodeGroupId, role }: Sought, info: Info): Sought[] =>
  replicaLines(info).map(({ ip, port }) => ({
    nodeGroupId,
    endpoint: { address: ip, port },
    role: 'replica',
    isDirect: role === 'primary',
  }));

/**
 * The target may be listed by an address that does not lead to it from here. It is in the list, since its link is up: if no
 * other replica was known as the target, the one that cannot be reached is it, and two are one too many.
 */
const unlessAllReached = (strangers: readonly Reached[], nodeGroupId: string): void => {
  const here = strangers.filter(({ sought }) => sought.nodeGroupId === nodeGroupId);
  const unread = here.flatMap((one) => ('unread' in one ? [one] : []));
  const targetIsKnown = here.some((one) => 'isTarget' in one);
  const [first] = unread;
  if (!first || (!targetIsKnown && unread.length === 1 && first.sought.isDirect)) return;
  const { role } = first.sought;
  throw new BackOut('source-not-fenceable', `a ${role} of the source cannot be fenced: ${first.unread.message}`, {
    cause: first.unread,
  });
};

const reach = async (sought: Sought, seeking: Seeking): Promise<Reached> => {
  const { endpoint } = sought;
  let session: Session | undefined;
  try {
    session = await seeking.open(endpoint, seeking.untilMs);
    const info = infoIn(await session.ask('INFO'));
    const runId = info.get('run_id') ?? '';
    if (seeking.targetRunIds.has(runId)) {
      session.close();
      return { sought, isTarget: true };
    }
    await carryOut(session, [['CLIENT', 'SETNAME', seeking.name]]);
    await unlessQuiet(session, info, seeking, nameOf(endpoint));
    const version = info.get('redis_version') ?? '0';
    const pausesWrites = isAtLeast(version, '6.2');
    const replicas = replicaLines(info).map(({ ip, port }) => nameOf({ address: ip, port }));
    return { sought, node: { ...sought, runId, session, replicas, version, pausesWrites }, info };
  } catch (error) {
    session?.close();
    if (error instanceof Unread || error instanceof FenceFailed) return { sought, unread: error };
    throw error;
  }
};

/** Whoever else may make a primary of another node would do it when this one is fenced. */
const unlessQuiet = async (
  session: Session,
  info: Info,
  { sentinelsAreWaived }: Seeking,
  name: string,
): Promise<void> => {
  if (info.get('cluster_enabled') === '1')
    throw new BackOut('source-not-fenceable', `${name} runs in cluster mode, and may be failed over`);
  const [answer] = await session.askAll([['PUBSUB', 'NUMSUB', SENTINELS]]);
  if (answer instanceof Refused && !sentinelsAreWaived) {
    throw new BackOut(
      'source-not-fenceable',
      `${name} does not tell whether Sentinels watch it (PUBSUB NUMSUB was refused): waive source-sentinel in the request for the cutover if none does`,
      { waivable: true },
    );
  }
  const watching = Array.isArray(answer) ? Number(answer[1]) : 0;
  if (watching > 0 && !sentinelsAreWaived) {
    throw new BackOut(
      'source-not-fenceable',
      `${watching} connections of Sentinels watch ${name}, which may fail it over while it is fenced: have them let go of it, or waive source-sentinel in the request for the cutover`,
      { waivable: true },
    );
  }
  const failover = info.get('master_failover_state');
  if (failover && failover !== 'no-failover') throw new BackOut('source-not-fenceable', `${name} is being failed over`);
  if (numberOf(info, 'loading') === 1) throw new BackOut('source-not-fenceable', `${name} loads its data`);
};
