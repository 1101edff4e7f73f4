import type { Info } from '../../replication/info.ts';
import { shellWord } from '../text.ts';

/**
 * The line that takes `rename-command` of these commands out of the source's file, for a shell on the source. None where
 * INFO tells no absolute path: a server that was started with a file tells one (getAbsolutePath in its config.c).
 *
 * @param names commands of our own lists, never of the server's
 */
export const giveNamesBack = (names: string, info: Info | undefined): string[] => {
  const file = info?.get('config_file') ?? '';
  return file.startsWith('/') ? [`sed -i -E -e '/^ *rename-command +${names} /Id' -- ${shellWord(file)}`] : [];
};
