import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { parseUser } from '../../preflight/acl-user.ts';
import type { Session } from '../../preflight/ports.ts';
import { readAbleUsers } from './able-users.ts';
import { listUsers } from './acl-fence.ts';
import { mayTheSame } from './acl-rules.ts';
import { asFenced } from './fingerprints.ts';
import { BEYOND_ANY, readMinReplicas } from './min-replicas-fence.ts';

/**
 * What a process that was not there when the fence was set shows of it. `fenced`: it has read the fence from its file.
 * `asBefore`: nothing of the fence is left. `foreign`: neither; it is another server, or somebody has changed its users.
 */
export type Resemblance = 'fenced' | 'asBefore' | 'foreign';

/** Changes nothing. @throws FenceFailed, Unread */
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
  if (kind !== 'acl' || before.users === undefined) return 'asBefore';
  const now = await listUsers(session);
  const recorded = before.users.map(parseUser);
  const known = new Map(recorded.map((user) => [user.name, user]));
  const changed = now.filter((user) => {
    const was = known.get(user.name);
    return was && !mayTheSame(was, user);
  });
  const isThere = now.some(({ name }) => known.has(name));
  if (changed.length === 0) return isThere ? 'asBefore' : 'foreign';
  if (behind !== undefined) return asFenced(before.users, behind, now).length > 0 ? 'fenced' : 'foreign';
  // A try that died before its record was sealed: whom it had fenced cannot write.
  const able = new Set(await readAbleUsers(session));
  return changed.every(({ name }) => !able.has(name)) ? 'fenced' : 'foreign';
};
