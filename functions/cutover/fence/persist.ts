import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { keepingOf } from '../../preflight/fence.ts';
import { fieldsIn, infoIn, textIn } from '../../preflight/gather/replies.ts';
import { Refused, type Reply, type Session } from '../../preflight/ports.ts';
import { FenceFailed } from './fence-failed.ts';

export type PersistsBy = NonNullable<FencedNode['persistsBy']>;

const REWRITE = ['CONFIG', 'REWRITE'];
/** What ACL SAVE says then, also where CONFIG is refused. */
const NO_ACL_FILE = /not configured to use an ACL file/;
const SAVING: Record<PersistsBy, string[]> = { aclFile: ['ACL', 'SAVE'], configFile: REWRITE, minReplicas: REWRITE };

/**
 * What makes a fence of this kind outlive a restart: users are kept in a file of their own where there is one.
 * Undefined where the server was started without a file. Where CONFIG is refused, whether there is one shows by ACL SAVE.
 *
 * @throws Unread
 */
export const persistenceOf = async (
  session: Session,
  kind: Exclude<FenceKind, 'none'>,
): Promise<PersistsBy | undefined> => {
  const [reply, config] = await session.askAll([['INFO'], ['CONFIG', 'GET', 'aclfile']]);
  if (reply === undefined || reply instanceof Refused) throw reply ?? new FenceFailed('INFO was not answered');
  return keepingOf(kind, infoIn(reply), config instanceof Refused ? undefined : aclFileIn(config));
};

/** '' where there is none. @throws Unread */
export const aclFileIn = (config: Reply | undefined): string => {
  const aclFile = fieldsIn(config, 'CONFIG GET').get('aclfile');
  return aclFile === undefined ? '' : textIn(aclFile, 'CONFIG GET');
};

/** The server has the file and does not write it: it may be read-only. */
export class FileRefused extends FenceFailed {}

/**
 * Writes what is in force now to where a restart reads it.
 *
 * @returns false where there is no such place
 * @throws FileRefused, SessionLost
 */
export const persist = async (session: Session, by: PersistsBy | undefined): Promise<boolean> => {
  if (by === undefined) return false;
  const [reply] = await session.askAll([SAVING[by]]);
  if (reply instanceof Refused) throw new FileRefused(`${SAVING[by].join(' ')} was refused: ${reply.message}`);
  return true;
};

/**
 * Writes what is in force now, with the fence undone. A server that was started again without the file in which its fence was
 * kept has no place for it, and needs none: it is as it was. The file still has the fence.
 *
 * @returns false where the server runs without that file
 * @throws FileRefused; Unread
 */
export const persistUndone = async (session: Session, by: PersistsBy | undefined): Promise<boolean> => {
  try {
    await persist(session, by);
    return true;
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    if (!NO_ACL_FILE.test(error.message) && (await hasFile(session, by))) throw error;
    return false;
  }
};

const hasFile = async (session: Session, by: PersistsBy | undefined): Promise<boolean> => {
  if (by !== 'aclFile') return Boolean(infoIn(await session.ask('INFO')).get('config_file'));
  const [config] = await session.askAll([['CONFIG', 'GET', 'aclfile']]);
  return config instanceof Refused || aclFileIn(config) !== '';
};
