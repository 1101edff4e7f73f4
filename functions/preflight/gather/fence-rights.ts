import { isAtLeast } from '../engine.ts';
import type { Fact, FenceRights } from '../facts.ts';
import { Refused } from '../ports.ts';
import { factOf, MOOT } from './fact.ts';
import type { Line } from './lines.ts';
import { textIn } from './replies.ts';

/** What a cutover sends, whichever fence it sets. That its file can be written is tried by the cutover itself, before anything is touched. */
const EITHER = [
  ['CLIENT', 'SETNAME', 'x'],
  ['CLIENT', 'LIST'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['CLIENT', 'PAUSE', '0', 'WRITE'],
  ['CLIENT', 'UNPAUSE'],
];
const FENCES: Record<keyof FenceRights, string[][]> = {
  // COMMAND tells what modules write by.
  acl: [...EITHER, ['ACL', 'LIST'], ['ACL', 'SETUSER', 'x'], ['COMMAND']],
  minReplicas: [...EITHER, ['CONFIG', 'SET', 'min-replicas-to-write', '0']],
};

/**
 * What the user that we are may not do of that, by ACL DRYRUN; moot before 7.0, and where it is refused.
 * @param version as Redis counts
 */
export const readFenceRights = (line: Line, version: string | undefined): Promise<Fact<FenceRights>> =>
  factOf(async () => {
    if (version === undefined || !isAtLeast(version, '7.0')) return MOOT;
    const [me] = await line.askAll([['ACL', 'WHOAMI']]);
    if (!Buffer.isBuffer(me)) return MOOT;
    const refused = async (commands: readonly string[][]): Promise<string[] | undefined> => {
      const replies = await line.askAll(commands.map((command) => ['ACL', 'DRYRUN', me, ...command]));
      if (replies.some((reply) => reply instanceof Refused)) return undefined;
      return commands.flatMap((command, at) =>
        textIn(replies[at], 'ACL DRYRUN') === 'OK' ? [] : [command.slice(0, 2).join(' ')],
      );
    };
    const [acl, minReplicas] = [await refused(FENCES.acl), await refused(FENCES.minReplicas)];
    return acl && minReplicas ? { acl, minReplicas } : MOOT;
  });
