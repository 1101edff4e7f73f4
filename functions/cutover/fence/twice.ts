import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { type AclUser, parseUser } from '../../preflight/acl-user.ts';
import { isAtLeast } from '../../preflight/engine.ts';
import { moduleFile } from '../../preflight/facts.ts';
import { TAKES_ONCE } from '../../preflight/fence.ts';
import { defaultUserOf } from '../../preflight/gather/source-rules.ts';
import { modulesIn } from '../../preflight/gather/source-server.ts';
import { Refused } from '../../preflight/ports.ts';
import type { SourceNode } from '../source-nodes.ts';
import { usersIn } from './acl-fence.ts';
import { BackOut } from './back-out.ts';
import { nameOf } from './connection.ts';
import { aclFileIn } from './persist.ts';

/*
 * What CONFIG REWRITE writes may stand in an included file or on the command line already, and no command tells that. Twice
 * it keeps the server from starting, or beats the fence. The preflight asks the operator, and may be old by now.
 */

/**
 * @param waivers the operator has looked
 * @throws BackOut before anything is written; SessionLost, Unread
 */
export const unlessTwice = async (
  node: SourceNode,
  { persistsBy, before }: Pick<FencedNode, 'persistsBy' | 'before'>,
  kind: FenceKind,
  waivers: readonly string[],
): Promise<void> => {
  if (persistsBy === undefined || persistsBy === 'aclFile') return;
  const set = before.minReplicasToWrite ?? '0';
  const isTheFence = kind === 'minReplicas' || persistsBy === 'minReplicas';
  const found = [
    ...(isTheFence && set !== '0' ? [['min-replicas-set', `min-replicas-to-write is ${set} already`]] : []),
    ...(await writtenTwice(node)),
  ].filter(([waiver, , other]) => !waivers.some((one) => one === waiver || one === other));
  if (found.length === 0) return;
  const [waiver] = found[0] as string[];
  throw new BackOut(
    'source-not-fenceable',
    `${nameOf(node.endpoint)}: ${found.map(([, what]) => what).join('; ')}. CONFIG REWRITE would keep the fence, and no command tells what its included files and its command line have: look at docs/preflight.md#${waiver}, and waive ${found.map(([name]) => name).join(' and ')} in the request for the cutover`,
    { waivable: true },
  );
};

const UNTOLD = ['modules-loaded-twice', 'it does not tell its modules', 'unread-source-modules'];

/**
 * Of what CONFIG REWRITE writes, and is to be there once: the check that asks for it, what there is, and another check whose
 * waiver does.
 *
 * @throws SessionLost, Unread
 */
export const writtenTwice = async ({
  session,
  version,
}: Pick<SourceNode, 'session' | 'version'>): Promise<string[][]> => {
  if (!isAtLeast(version, TAKES_ONCE)) return [];
  const [config, users, modules] = await session.askAll([
    ['CONFIG', 'GET', 'aclfile'],
    ['ACL', 'LIST'],
    ['MODULE', 'LIST'],
  ]);
  const loaded =
    modules instanceof Refused ? undefined : modulesIn(modules).filter((one) => moduleFile(one) !== undefined);
  const hasAclFile = !(config instanceof Refused) && aclFileIn(config) !== '';
  return [
    ...(hasAclFile ? [] : usersFound(users instanceof Refused ? undefined : usersIn(users).map(parseUser), version)),
    ...(loaded === undefined || loaded.length > 0
      ? [loaded ? ['modules-loaded-twice', 'it has modules loaded'] : UNTOLD]
      : []),
  ];
};

/** That `default` was declared by some file alone says nothing here: an earlier try of ours has written it, where a restart came between. */
const usersFound = (users: AclUser[] | undefined, version: string): string[][] => {
  if (users === undefined) return [['users-included', 'it does not tell its users']];
  const others = users.length - 1;
  if (others > 0) return [['users-included', `it has ${others === 1 ? 'a user' : `${others} users`} beside default`]];
  return defaultUserOf(users[0], version) === 'changed' ? [['users-included', 'its user default was changed']] : [];
};
