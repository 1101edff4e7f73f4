import type { FencedNode } from '../../migration/fence.ts';
import { shown } from '../../migration/shown.ts';
import { parseUser } from '../../preflight/acl-user.ts';
import { Refused } from '../../preflight/ports.ts';
import { parseInfo } from '../../replication/info.ts';
import type { SourceNode } from '../source-nodes.ts';
import { BackOut } from './back-out.ts';
import { CONNECTIONS, connectionsOf, nameOf } from './connection.ts';
import { BEYOND_ANY } from './min-replicas-fence.ts';

/*
 * One source may be migrated into two groups, and each has a lock of its own. Whoever fenced the source second would take
 * the first fence for what was there before.
 */

/** @throws BackOut when another migration acts on this node, or somebody has paused it; SessionLost */
export const unlessOthersAct = async (node: SourceNode, migrationId: string): Promise<void> => {
  const { session, endpoint } = node;
  const [byType, all] = [
    ['CLIENT', 'LIST', 'TYPE', 'normal'],
    ['CLIENT', 'LIST'],
  ] as const;
  let [list] = await session.askAll([byType]);
  // Before Redis 5 there is no list by type.
  if (list instanceof Refused) [list] = await session.askAll([all]);
  if (list instanceof Refused)
    throw new BackOut('source-not-fenceable', `${nameOf(endpoint)} does not tell its clients: ${list.message}`);
  const [, other] =
    String(list).match(` name=(${CONNECTIONS}(?!${connectionsOf(migrationId).slice(CONNECTIONS.length)})\\S*)`) ?? [];
  if (other)
    throw new BackOut('foreign-fence', `another migration acts on ${nameOf(endpoint)}, by the connection ${other}`);
  await unlessPaused(node);
};

/**
 * A server has one pause: whoever ends ours ends that of somebody else, too. Only Valkey tells of one, from 8.1 on. It may be
 * one of ours that came late, behind the lift of its try: that ends by itself, within the budget that it was set for.
 */
const unlessPaused = async ({ session, endpoint }: SourceNode): Promise<void> => {
  const [reply] = await session.askAll([['INFO', 'clients']]);
  if (!Buffer.isBuffer(reply)) return;
  const info = parseInfo(reply.toString());
  const reason = info.get('paused_reason') ?? 'none';
  if (reason === 'none') return;
  const leftMs = info.get('paused_timeout_milliseconds') ?? '?';
  throw new BackOut(
    'foreign-fence',
    `${nameOf(endpoint)} is paused already (${shown(reason, 40)}), for another ${shown(leftMs, 20)} ms, and a back-out would end that: try again when it is over, or end it by CLIENT UNPAUSE`,
  );
};

/**
 * Before 7.0 the rules of a user such as `-@all +@string` are told command by command, and the words of a fence that took
 * its writes away are not among them: whoever has none of the writing commands says nothing.
 *
 * @param writing names of commands in small letters; empty where they are not known
 * @throws BackOut when what is there already is a fence, on a node that was just read
 */
export const unlessFenced = (
  { endpoint, before: { users, minReplicasToWrite } }: FencedNode,
  writing: ReadonlySet<string>,
): void => {
  const able = (users ?? []).map(parseUser).filter(({ commands }) => commands.some((word) => mayWrite(word, writing)));
  const areFenced = able.length > 0 && able.every(({ commands }) => FENCE.every((word) => commands.includes(word)));
  if (!areFenced && minReplicasToWrite !== BEYOND_ANY) return;
  throw new BackOut(
    'foreign-fence',
    `${nameOf(endpoint)} takes no writes already: it may be fenced by another migration`,
  );
};

const FENCE = ['-@write', '-publish'];

const mayWrite = (word: string, writing: ReadonlySet<string>): boolean => {
  if (word.startsWith('-') || word === 'nocommands') return false;
  const [name = ''] = word.slice(1).toLowerCase().split('|');
  const isOne = word.startsWith('+') && !name.startsWith('@') && writing.size > 0;
  return !isOne || writing.has(name) || name === 'publish';
};
