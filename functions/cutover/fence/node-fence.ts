import type { FenceChoice, FencedNode, FenceKind } from '../../migration/fence.ts';
import { parseUser } from '../../preflight/acl-user.ts';
import { fenceOf } from '../../preflight/fence.ts';
import { fieldsIn, infoIn, listIn, textIn } from '../../preflight/gather/replies.ts';
import { Refused, type Session } from '../../preflight/ports.ts';
import { readBeyondCategory } from '../write-calls.ts';
import { fenceUsers, readUsers, restoreUsers } from './acl-fence.ts';
import { FenceFailed } from './fence-failed.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { fenceByMinReplicas, type MinReplicas, readMinReplicas, restoreMinReplicas } from './min-replicas-fence.ts';
import { type PersistsBy, persist, persistenceOf, persistUndone } from './persist.ts';

/** What is needed of a node to undo its fence; a part of what the record keeps. */
export type NodeBefore = Pick<FencedNode, 'before' | 'persistsBy'>;

/**
 * Which fence this node allows.
 *
 * @returns or why not the one that was chosen
 * @throws Unread INFO was not answered
 */
export const fenceKindOf = async (
  session: Session,
  choice: FenceChoice,
): Promise<{ kind: FenceKind; version: string } | { whyNot: string }> => {
  const [info, users, ...settings] = await session.askAll([
    ['INFO'],
    ['ACL', 'USERS'],
    ['CONFIG', 'GET', 'min-replicas-*'],
    ['CONFIG', 'GET', 'min-slaves-*'],
  ]);
  if (info === undefined || info instanceof Refused) throw info ?? new FenceFailed('INFO was not answered');
  const sourceInfo = infoIn(info);
  const version = sourceInfo.get('redis_version') as string;
  if (choice === 'none') return { kind: 'none', version };
  const sourceConfig = new Map(
    settings
      .filter((reply) => !(reply instanceof Refused))
      .flatMap((reply) => [...fieldsIn(reply, 'CONFIG GET')])
      .map(([name, value]) => [name, textIn(value, 'CONFIG GET')] as const),
  );
  const sourceUsers =
    users === undefined || users instanceof Refused
      ? undefined
      : listIn(users, 'ACL USERS').map((name) => textIn(name, 'ACL USERS'));
  const best = fenceOf({ sourceInfo, sourceConfig, ...(sourceUsers && { sourceUsers }) });
  if (choice === 'auto' && best !== 'none') return { kind: best, version };
  if (choice === 'acl' && best === 'acl') return { kind: 'acl', version };
  // Who may be fenced by rules may be fenced by this, too, if scripts are held by it.
  const without = fenceOf({ sourceInfo, sourceConfig });
  if (choice === 'minReplicas' && without === 'minReplicas') return { kind: 'minReplicas', version };
  const what = {
    auto: 'neither ACL rules nor min-replicas-to-write hold',
    acl: 'ACL rules, if they can be set at all, do not hold',
    minReplicas: 'min-replicas-to-write does not hold',
  }[choice];
  return { whyNot: `${what} every write of a source of version ${version}` };
};

/**
 * What is in force now, and what would keep a fence.
 * @param keepsNothing no file is to be written
 * @throws FenceFailed, Unread
 */
export const readBefore = async (session: Session, kind: FenceKind, keepsNothing = false): Promise<NodeBefore> => {
  const persistsBy = kind === 'none' || keepsNothing ? undefined : await persistenceOf(session, kind);
  const before = await readRules(session, kind);
  if (persistsBy !== 'minReplicas') return { before, ...(persistsBy && { persistsBy }) };
  return { before: { ...before, ...(await readMinReplicas(session)) }, persistsBy };
};

const readUncategorised = async (session: Session): Promise<Pick<FencedNode['before'], 'uncategorised'>> => {
  const uncategorised = await readBeyondCategory(session);
  return uncategorised.length === 0 ? {} : { uncategorised };
};

const readRules = async (session: Session, kind: FenceKind): Promise<FencedNode['before']> => {
  if (kind === 'acl') return { users: await readUsers(session), ...(await readUncategorised(session)) };
  return kind === 'minReplicas' ? readMinReplicas(session) : {};
};

/**
 * Sets the durable fence on one node, reads it back, and makes it outlive a restart. To be called with what was recorded before:
 * only that can be undone.
 *
 * @param version as `fenceKindOf` found it
 * @returns whether a restart keeps it; of rules of users, what the record says of them as they are behind it
 * @throws FenceFailed it does not stand, or would not outlive a restart although it must; SessionLost
 */
export const setFence = async (
  session: Session,
  kind: FenceKind,
  { before, persistsBy }: NodeBefore,
  { version, mustOutliveRestart }: { version: string; mustOutliveRestart: boolean },
): Promise<{ persisted: boolean; behind?: string }> => {
  if (kind === 'none') return { persisted: false };
  if (kind === 'minReplicas' || persistsBy === 'minReplicas') await fenceByMinReplicas(session, minReplicasOf(before));
  const keepIt = () => keep(session, persistsBy, mustOutliveRestart);
  if (kind === 'minReplicas') return { persisted: await keepIt() };
  const { users = [], uncategorised = [] } = before;
  const setRules = async () => {
    const names = users.map((line) => parseUser(line).name);
    return fingerprintsOf(names, await fenceUsers(session, users, { version, uncategorised }));
  };
  // The file that is written may be the one of the users, too: they are not to be in it as they are behind the fence.
  if (persistsBy === 'minReplicas') return { persisted: await keepIt(), behind: await setRules() };
  return { behind: await setRules(), persisted: await keepIt() };
};

const keep = async (session: Session, by: PersistsBy | undefined, must: boolean): Promise<boolean> => {
  try {
    const persisted = await persist(session, by);
    if (!persisted && must) throw new FenceFailed('the server has no file in which its fence could be kept');
    return persisted;
  } catch (error) {
    if (error instanceof FenceFailed && !must) return false;
    throw error;
  }
};

/**
 * Undoes what `setFence` did, or began to do, and forgets it for good. Repeated, it changes nothing more. A node that was recorded
 * without what it was before was never touched.
 *
 * @returns whether a restart forgets it, too: not where the server runs without the file in which the fence was kept
 * @throws FileRefused it is as it was, and would not be after a restart
 * @throws FenceFailed it is not as it was; SessionLost
 */
export const restoreFence = async (
  session: Session,
  kind: FenceKind,
  { before, persistsBy }: NodeBefore,
): Promise<{ forgotten: boolean }> => {
  const isKnown = kind === 'acl' ? before.users !== undefined : before.minReplicasToWrite !== undefined;
  if (kind === 'none' || !isKnown) return { forgotten: true };
  const undoTheRest = async () => {
    if (before.minReplicasToWrite !== undefined) await restoreMinReplicas(session, minReplicasOf(before));
    return { forgotten: await persistUndone(session, persistsBy) };
  };
  try {
    if (before.users) await restoreUsers(session, before.users);
  } catch (error) {
    // What can be undone is, and the file has it, whatever one user's rules are: those are what is told.
    await Promise.allSettled([undoTheRest()]);
    throw error;
  }
  return undoTheRest();
};

const minReplicasOf = ({ minReplicasToWrite, minReplicasMaxLag }: FencedNode['before']): MinReplicas => {
  if (minReplicasToWrite === undefined || minReplicasMaxLag === undefined) {
    throw new FenceFailed('what min-replicas-to-write was is not recorded');
  }
  return { minReplicasToWrite, minReplicasMaxLag };
};

export type { PersistsBy };
