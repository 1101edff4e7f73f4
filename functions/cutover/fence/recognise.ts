import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { type AclUser, parseUser } from '../../preflight/acl-user.ts';
import type { Session } from '../../preflight/ports.ts';
import { readAble } from './able-users.ts';
import { listUsers } from './acl-fence.ts';
import { mayTheSame } from './acl-rules.ts';
import { asFenced } from './fingerprints.ts';
import { BEYOND_ANY, readMinReplicas } from './min-replicas-fence.ts';

/**
 * What a process that was not there when the fence was set shows of it. `fenced`: it has read the fence from its file. `open`:
 * nobody is kept from writing, and nothing is to be undone. `foreign`: somebody is, and not by this fence.
 */
export type Resemblance = 'fenced' | 'open' | 'foreign';

/**
 * Changes nothing. Two sources that this service has fenced, with users of the same names, cannot be told apart by it.
 *
 * @throws FenceFailed, Unread
 */
export const recognise = async (
  session: Session,
  kind: FenceKind,
  { before, persistsBy, behind }: Pick<FencedNode, 'before' | 'persistsBy' | 'behind'>,
): Promise<Resemblance> => {
  const byMinReplicas = kind === 'minReplicas' || persistsBy === 'minReplicas';
  if (byMinReplicas && before.minReplicasToWrite !== undefined) {
    const { minReplicasToWrite } = await readMinReplicas(session);
    if (minReplicasToWrite === BEYOND_ANY) return 'fenced';
  }
  if (kind !== 'acl' || before.users === undefined) return 'open';
  const now = await listUsers(session);
  const known = new Map(before.users.map(parseUser).map((user) => [user.name, user]));
  // Whom a fence does not change, such as one who only reads, shows nothing.
  const changed = now.filter((user) => {
    const was = known.get(user.name);
    return was && !mayTheSame(was, user);
  });
  if (changed.length === 0) return 'open';
  const fenced = new Set(behind === undefined ? [] : asFenced(before.users, behind, now));
  if (changed.some(({ name }) => fenced.has(name))) return 'fenced';
  // Somebody has changed them since, or the try died before its record was sealed.
  const able = new Set(await readAble(session, changed));
  const shut = changed.filter(({ name }) => !able.has(name));
  if (shut.some(hasItsWords)) return 'fenced';
  const couldWrite = await readAble(
    session,
    shut.map(({ name }) => known.get(name) as AclUser),
  );
  return couldWrite.length === 0 ? 'open' : 'foreign';
};

/** As a server tells a user that was based on +@all (measured on 6.2 to 8.2). */
const hasItsWords = ({ commands }: AclUser): boolean => commands.includes('-@write') && commands.includes('-publish');
