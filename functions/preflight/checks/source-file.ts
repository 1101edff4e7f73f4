import { check, measured } from '../check.ts';
import { isAtLeast } from '../engine.ts';
import { type Circumstances, type FactValues, moduleFile } from '../facts.ts';
import { chosenFence, keepingIn, TAKES_ONCE } from '../fence.ts';
import { listed, shellWord, shown } from '../text.ts';
import { sourceVersion } from '../version.ts';

type Facts = Pick<FactValues, 'sourceInfo' | 'sourceConfig'> & Partial<Pick<FactValues, 'sourceUsers'>>;

/** Whether the cutover would have the source write its configuration file, to keep the fence. */
const isRewritten = (facts: Facts, { fence, keepsNothing }: Circumstances): boolean => {
  const chosen = chosenFence(fence, facts);
  if (keepsNothing || chosen === undefined || chosen === 'none') return false;
  const keeping = keepingIn(chosen, facts);
  return keeping === 'configFile' || keeping === 'minReplicas';
};

/** Whether what the file would have twice keeps the server from starting. */
const mayBeTwice = (facts: Facts, circumstances: Circumstances): boolean =>
  isRewritten(facts, circumstances) && isAtLeast(sourceVersion(facts.sourceInfo), TAKES_ONCE);

/**
 * The lines of the file that set this, or include another one. Redis takes tabs, and a word that is quoted in whole or in part
 * (measured on 7.0): a line whose first word has a quote is shown, whatever it says.
 */
const grep = ({ sourceInfo }: Facts, word: string): string =>
  `grep -n -i -E -e "^[[:space:]]*((include|${word})[[:space:]]|[^#[:space:]]*[\\"'])" -- ${shellWord(sourceInfo.get('config_file') ?? '')}   # on the source's machine`;
/** Measured on 6.2 to 8.2 and Valkey 8.0: both show `redis-server *:6379`. */
const COMMAND_LINE =
  "# The command line: `systemctl cat` of the source's unit, `docker inspect` of its container, and what a script adds that starts it. `ps` and /proc/PID/cmdline do not have it: the server puts its title there.";

/** Measured on 7.0, 8.2 and Valkey 8.0: behind `requirepass` and a file without `default`, everybody got in without a password. */
const ALL_USERS =
  '# Into the file of users belongs every line that ACL LIST tells, that of default too: without it default has no password and all rights, whatever requirepass says. No `user` may be left in the configuration file.';

/** Where the entrypoint of Redis' own image, from 8.0 on, looks for modules (debian/docker-entrypoint.sh of its repository). */
const IMAGE_MODULES = /^\/usr\/local\/lib\/redis\/modules\//;
const OF_THE_IMAGE = [
  '# The entrypoint of the image `redis`, from 8.0 on, adds --loadmodule for every file of /usr/local/lib/redis/modules/; `docker inspect` does not show that. Unless yours is another one, do not waive modules-loaded-twice, and move no module to the file.',
  '# Without appendonly a file of users keeps the fence: move all users to one (aclfile), and restart the source once. Else waive fence-not-durable: a restart of the source forgets the fence.',
  ALL_USERS,
];

/** What CONFIG REWRITE does to the source's configuration file, which no command shows. */
export const SOURCE_FILE_CHECKS = [
  check({
    id: 'min-replicas-set',
    title: 'The source has min-replicas-to-write set already, where its fence is to be kept.',
    required:
      'It is 0, or it is set by the configuration file itself. What the command line or an included file says beats the file that keeps the fence, and after a restart source and target could both be written to. No command tells where it was set.',
    because: measured('redis-server redis.conf --min-replicas-to-write 1 took writes after a restart behind the fence'),
    needs: ['sourceInfo', 'sourceConfig'],
    mayUse: ['sourceUsers'],
    rule: (facts, circumstances) => {
      if (!isRewritten(facts, circumstances)) return undefined;
      const keeping = keepingIn(chosenFence(circumstances.fence, facts) as 'acl' | 'minReplicas', facts);
      const isTheFence = keeping === 'minReplicas' || chosenFence(circumstances.fence, facts) === 'minReplicas';
      const { sourceConfig } = facts;
      const set = sourceConfig.get('min-replicas-to-write') ?? sourceConfig.get('min-slaves-to-write') ?? '0';
      if (!isTheFence || set === '0') return undefined;
      return {
        found: `It is ${shown(set, 20)}.`,
        remedy: [
          grep(facts, 'min-(replicas|slaves)-to-write'),
          COMMAND_LINE,
          '# In the file itself, behind every include: waive min-replicas-set. Elsewhere: move it there, and restart the source once.',
        ],
      };
    },
  }),
  check({
    id: 'users-included',
    title: 'The cutover has the source write its users into its configuration file.',
    required:
      'No user in a file that the configuration file includes, or on the command line. CONFIG REWRITE, which keeps the fence, writes them into the configuration file, too, and from Redis 7.0 on a server with a user in both does not start any more. The ACL file is no such file.',
    because: measured(
      'on redis-server 7.0 and 8.2, Valkey 8.0 and 9.1 the next start ended with "Duplicate user found"',
    ),
    needs: ['sourceInfo', 'sourceConfig'],
    mayUse: ['sourceUsers', 'sourceRules'],
    rule: ({ sourceRules, ...facts }, circumstances) => {
      if (!mayBeTwice(facts, circumstances) || facts.sourceConfig.get('aclfile')) return undefined;
      const found = usersFound(facts.sourceUsers, sourceRules?.defaultUser);
      if (found === undefined) return undefined;
      return {
        found: `${found} There is no ACL file, and no command tells in which file a user stands.`,
        remedy: [
          grep(facts, 'user'),
          COMMAND_LINE,
          '# No user in an included file, and no --user: waive users-included.',
          '# Else move all users to the file that aclfile names, and restart the source once.',
          ALL_USERS,
        ],
      };
    },
  }),
  check({
    id: 'modules-loaded-twice',
    title: 'The cutover has the source write its modules into its configuration file.',
    required:
      'No module that an included file or the command line loads, which the entrypoint of a container may add to: that of the image redis, from 8.0 on, loads its modules so. CONFIG REWRITE, which keeps the fence, writes them into the configuration file, too, and from Redis 7.0 on a server that is to load a module twice does not start any more. Where they cannot be moved, a file of users (aclfile) keeps the fence without appendonly, or fence-not-durable is to be waived.',
    because: measured('redis-server 8.2 with --loadmodule did not start any more: "Can\'t load module"'),
    needs: ['sourceInfo', 'sourceConfig', 'sourceModules'],
    mayUse: ['sourceUsers'],
    rule: ({ sourceModules, ...facts }, circumstances) => {
      const loaded = sourceModules.flatMap((one) => moduleFile(one) ?? []);
      if (loaded.length === 0 || !mayBeTwice(facts, circumstances)) return undefined;
      return {
        found: `Loaded: ${listed(loaded.map((path) => shown(path, 80)))}. No command tells which file loads it.`,
        remedy: [
          grep(facts, 'loadmodule'),
          COMMAND_LINE,
          ...(loaded.some((path) => IMAGE_MODULES.test(path)) ? OF_THE_IMAGE : []),
          '# Each in the file itself, and nowhere else: waive modules-loaded-twice. Else move it there, and restart the source once.',
        ],
      };
    },
  }),
] as const;

const usersFound = (
  users: readonly string[] | undefined,
  defaultUser: FactValues['sourceRules']['defaultUser'] = 'plain',
): string | undefined => {
  if (users === undefined) return 'ACL USERS was not answered.';
  const others = users.filter((user) => user !== 'default').length;
  if (others > 0) return `${others} ${others === 1 ? 'user' : 'users'} beside default.`;
  if (defaultUser === 'declared') return 'The user default was declared by a line of a file.';
  return defaultUser === 'changed' ? 'The user default has other rights than by itself.' : undefined;
};
