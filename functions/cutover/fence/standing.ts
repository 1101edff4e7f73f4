import type { FencedNode, FenceRecord } from '../../migration/fence.ts';
import { shown } from '../../migration/shown.ts';
import { type Servers, type Session, Unread } from '../../preflight/ports.ts';
import { readAbleUsers } from './able-users.ts';
import { shownNames } from './acl-fence.ts';
import { nameOf } from './connection.ts';
import { FenceFailed } from './fence-failed.ts';
import { BEYOND_ANY, readMinReplicas } from './min-replicas-fence.ts';

/**
 * Looks whether a sealed fence still stands, on every node at once, and changes nothing: a restart can have forgotten it, and
 * a hand can have taken it away.
 *
 * @param untilMs when a server is given up, by Clock.now()
 * @returns why it does not, or why that is not known, a clause a node; empty where it stands on every node
 */
export const whyNotStanding = async (
  open: Servers['open'],
  { kind, nodes }: Pick<FenceRecord, 'kind' | 'nodes'>,
  untilMs: number,
): Promise<string[]> => {
  if (kind === 'none') return [];
  const found = await Promise.all(nodes.map((node) => whyNotOn(open, kind, node, untilMs)));
  return found.flatMap((why) => why ?? []);
};

type Kind = Exclude<FenceRecord['kind'], 'none'>;

const whyNotOn = async (
  open: Servers['open'],
  kind: Kind,
  node: FencedNode,
  untilMs: number,
): Promise<string | undefined> => {
  const name = nameOf(node.endpoint);
  let session: Session | undefined;
  try {
    session = await open(node.endpoint, untilMs);
    const why = await whyOpen(session, kind, node);
    return why && `the source ${name} is not fenced any more: ${why}`;
  } catch (error) {
    if (!(error instanceof Unread || error instanceof FenceFailed)) throw error;
    return `whether the source ${name} is still fenced is not known: ${error.message}`;
  } finally {
    session?.close();
  }
};

/** @returns what lets clients write; undefined where the fence stands. @throws FenceFailed, Unread */
const whyOpen = async (
  session: Session,
  kind: Kind,
  { persistsBy }: Pick<FencedNode, 'persistsBy'>,
): Promise<string | undefined> => {
  if (kind === 'minReplicas' || persistsBy === 'minReplicas') {
    const { minReplicasToWrite, minReplicasMaxLag } = await readMinReplicas(session);
    // With a lag of 0 the number does nothing (measured).
    if (minReplicasToWrite === BEYOND_ANY && minReplicasMaxLag !== '0') return undefined;
    if (kind === 'minReplicas')
      return `min-replicas-to-write is ${minReplicasToWrite}, and min-replicas-max-lag ${minReplicasMaxLag}`;
  }
  const able = await readAbleUsers(session);
  return able.length === 0 ? undefined : `its rules let ${shown(shownNames(able), 300)} write`;
};
