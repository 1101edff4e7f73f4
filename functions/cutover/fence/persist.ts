import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { loadsUnderRules } from '../../preflight/fence.ts';
import { fieldsIn, infoIn, textIn } from '../../preflight/gather/replies.ts';
import { Refused, type Session } from '../../preflight/ports.ts';
import { FenceFailed } from './fence-failed.ts';

export type PersistsBy = NonNullable<FencedNode['persistsBy']>;

const REWRITE = ['CONFIG', 'REWRITE'];
const SAVING: Record<PersistsBy, string[]> = { aclFile: ['ACL', 'SAVE'], configFile: REWRITE, minReplicas: REWRITE };

/**
 * What makes a change of this kind outlive a restart: users are kept in a file of their own where there is one.
 * Undefined where the server was started without a file.
 *
 * @throws Unread
 */
export const persistenceOf = async (session: Session, kind: FenceKind): Promise<PersistsBy | undefined> => {
  const [reply, config] = await session.askAll([['INFO'], ['CONFIG', 'GET', 'aclfile']]);
  if (reply === undefined || reply instanceof Refused) throw reply ?? new FenceFailed('INFO was not answered');
  const info = infoIn(reply);
  const configFile = info.get('config_file') ? 'configFile' : undefined;
  if (kind === 'acl' && loadsUnderRules(info)) return configFile && 'minReplicas';
  // Before 6.0 there is none; renamed, it cannot be known.
  const aclFile = config instanceof Refused ? undefined : fieldsIn(config, 'CONFIG GET').get('aclfile');
  if (kind === 'acl' && aclFile !== undefined && textIn(aclFile, 'CONFIG GET') !== '') return 'aclFile';
  return configFile;
};

/**
 * Writes what is in force now to where a restart reads it.
 *
 * @returns false where there is no such place
 * @throws FenceFailed the server refused: the file may be read-only; SessionLost
 */
export const persist = async (session: Session, by: PersistsBy | undefined): Promise<boolean> => {
  if (by === undefined) return false;
  const [reply] = await session.askAll([SAVING[by]]);
  if (reply instanceof Refused) throw new FenceFailed(`${SAVING[by].join(' ')} was refused: ${reply.message}`);
  return true;
};

/**
 * Writes what is in force now, with the fence undone. A server that was started again without the file in which its fence was
 * kept has no place for it, and needs none: it is as it was. The file still has the fence.
 *
 * @returns false where the server runs without that file
 * @throws FenceFailed the server refused; Unread
 */
export const persistUndone = async (session: Session, by: PersistsBy | undefined): Promise<boolean> => {
  try {
    await persist(session, by);
    return true;
  } catch (error) {
    if (!(error instanceof FenceFailed) || (await hasFile(session, by))) throw error;
    return false;
  }
};

const hasFile = async (session: Session, by: PersistsBy | undefined): Promise<boolean> => {
  if (by !== 'aclFile') return Boolean(infoIn(await session.ask('INFO')).get('config_file'));
  const aclFile = fieldsIn(await session.ask('CONFIG', 'GET', 'aclfile'), 'CONFIG GET').get('aclfile');
  return aclFile === undefined || textIn(aclFile, 'CONFIG GET') !== '';
};
