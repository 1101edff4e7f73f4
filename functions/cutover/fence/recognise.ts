import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { type AclUser, parseUser } from '../../preflight/acl-user.ts';
import type { Session } from '../../preflight/ports.ts';
import { type Rights, readRights } from './able-users.ts';
import { listUsers } from './acl-fence.ts';
import { mayTheSame } from './acl-rules.ts';
import { asFenced } from './fingerprints.ts';
import { BEYOND_ANY, readMinReplicas } from './min-replicas-fence.ts';

/**
 * What a process that was not there when the fence was set shows of it. `fenced`: it has read the fence from its file. `open`:
 * everybody may write what it might before, and nothing is to be undone. `foreign`: somebody may not, and not by this fence.
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
  const rights = await readRights(session);
  const wasOf = ({ name }: AclUser) => known.get(name) as AclUser;
  const less = changed.filter((user) => {
    const is = rights.all(user);
    return [...rights.all(wasOf(user))].some((command) => rights.taken.has(command) && !is.has(command));
  });
  if (less.length === 0) return 'open';
  return less.some((user) => hasItsWords(user) || isWithout(rights, wasOf(user), user)) ? 'fenced' : 'foreign';
};

/** As a server tells a user that was based on +@all (measured on 6.2 to 8.2). */
const hasItsWords = ({ commands }: AclUser): boolean => commands.includes('-@write') && commands.includes('-publish');

/** In whatever words: all that it might is left but what a fence takes, of which somebody may have given it some back. */
const isWithout = ({ taken, own, all }: Rights, was: AclUser, user: AclUser): boolean => {
  const [is, might] = [all(user), all(was)];
  const isLeft = [...own(was)].every((command) => taken.has(command) || is.has(command));
  return isLeft && [...is].every((command) => might.has(command));
};
