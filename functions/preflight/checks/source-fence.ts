import { check, measured, onSource } from '../check.ts';
import { isAtLeast } from '../engine.ts';
import { chosenFence, type FenceFacts, fenceOf, fencesOf, keepingIn, MOST_FENCE_CHARACTERS } from '../fence.ts';
import { listed, shown } from '../text.ts';
import { sourceVersion } from '../version.ts';
import { giveNamesBack } from './own-name.ts';

const TRIED = measured(
  'on redis-server 2.8 to 7.0 ACL rules refused every write; min-replicas-to-write let PUBLISH, expiry and eviction pass, and scripts before 6.0.17 and 6.2.7',
);
const FENCE_FACTS = ['sourceConfig', 'sourceUsers'] as const;
/** What the record of a fence has of a node besides its users, at the most. */
const NODE_CHARACTERS = 1000;

/** What can stop writes to the source when the target is promoted, and whether it lasts. */
export const SOURCE_FENCE_CHECKS = [
  check({
    id: 'fence-none',
    title: 'Writes to the source cannot be stopped for good at the cutover, not in the way that is asked for.',
    required:
      'Redis 6.0 or later with the ACL command, or min-replicas-to-write from 6.0.17 or 6.2.7 on. Whoever has neither stops the writers, and says so by `cutover.fence` `none`.',
    because: TRIED,
    needs: ['sourceInfo'],
    mayUse: FENCE_FACTS,
    rule: (facts, { fence }) => {
      if (chosenFence(fence, facts) !== undefined) return undefined;
      const best = fenceOf(facts);
      const neither = 'Neither ACL rules nor min-replicas-to-write hold every write of a client.';
      const other = `The request asks for ${fence}, and the source allows ${best}.`;
      const otherwise = JSON.stringify({ fence: best === 'none' ? 'none' : 'auto' });
      return {
        found: `${best === 'none' ? neither : other} ${ofVersion(facts)}`,
        remedy: [...renamedAcl(facts), `"cutover": ${otherwise}`],
      };
    },
  }),
  check({
    id: 'fence-rights',
    title: 'The user as whom this service logs in may not set the fence.',
    required:
      'The commands of a fence for the user of the secret, as docs/source-credentials.md lists them. A cutover without them is backed out.',
    because: measured('ACL DRYRUN, from Redis 7.0 on, tells what a user may call'),
    needs: ['sourceInfo', 'fenceRights'],
    mayUse: FENCE_FACTS,
    rule: ({ fenceRights, ...facts }, circumstances) => {
      const chosen = chosenFence(circumstances.fence, facts);
      if (chosen === undefined || chosen === 'none' || fenceRights[chosen].length === 0) return undefined;
      const rules = fenceRights[chosen].map((command) => `'+${command.toLowerCase().replace(' ', '|')}'`);
      return {
        found: `It may not call ${listed(fenceRights[chosen], 10)}.`,
        remedy: [onSource(circumstances, 'ACL SETUSER "$USER_OF_THE_SECRET"', ...rules)],
      };
    },
  }),
  check({
    id: 'fence-weak',
    title: 'Writes to the source can be stopped only by min-replicas-to-write.',
    required:
      'Redis 6.0 or later with the ACL command: without it PUBLISH, expiry and eviction go on behind the fence.',
    because: TRIED,
    needs: ['sourceInfo'],
    mayUse: FENCE_FACTS,
    rule: (facts, { fence }) => {
      if (chosenFence(fence, facts) !== 'minReplicas') return undefined;
      return fenceOf(facts) === 'acl'
        ? { found: 'The request asks for minReplicas, and the source allows ACL rules.', remedy: [] }
        : { found: `min-replicas-to-write can be set. ${ofVersion(facts)}`, remedy: renamedAcl(facts) };
    },
  }),
  check({
    id: 'fence-not-durable',
    title: 'A restart of the source would lift the fence.',
    required:
      'A configuration file or an ACL file, in which the fence can be kept. With the waiver no file of any node is written, and source and target can both be written to once the source restarts.',
    because: measured('CONFIG REWRITE and ACL SAVE both fail without a file, and a restart forgets what was not saved'),
    needs: ['sourceInfo', 'sourceConfig'],
    mayUse: ['sourceUsers'],
    rule: (facts, { fence, keepsNothing }) => {
      const chosen = chosenFence(fence, facts);
      if (chosen === undefined || chosen === 'none') return undefined;
      if (keepingIn(chosen, facts) !== undefined)
        return keepsNothing
          ? { found: 'It has a file for it, which is not written, since this is waived.', remedy: [] }
          : undefined;
      return {
        found: `config_file is empty${chosen === 'acl' ? ', and so is aclfile' : ''}: the server was started without a file.`,
        remedy: [
          '# Nothing gives a running server a file: restart the source with one, as `redis-server /etc/redis/redis.conf`.',
        ],
      };
    },
  }),
  check({
    id: 'fence-too-large',
    title: "The rules of the source's users are more than the record of a fence holds.",
    required: `Rules of ${MOST_FENCE_CHARACTERS} characters on all nodes of the source together, without passwords, keys and channels: they are noted before they are changed. A cutover with more is backed out.`,
    because: measured('1500 users that are told command by command had 1,055,184 characters'),
    needs: ['sourceInfo', 'sourceRules'],
    mayUse: [...FENCE_FACTS, 'sourceReplicas'],
    rule: ({ sourceRules: { characters }, sourceReplicas = [], ...facts }, { fence }) => {
      if (chosenFence(fence, facts) !== 'acl') return undefined;
      const nodes = 1 + sourceReplicas.length;
      const all = nodes * (characters + NODE_CHARACTERS);
      if (all <= MOST_FENCE_CHARACTERS) return undefined;
      const others = fencesOf(facts).includes('minReplicas');
      return {
        found: `Some ${characters} characters on the source, ${all} with its replicas (${nodes - 1}).`,
        remedy: [
          '# Take users away that nobody needs, or give them categories (+@read) where they have many single commands.',
          ...(others ? [`"cutover": ${JSON.stringify({ fence: 'minReplicas' })}`] : []),
        ],
      };
    },
  }),
  check({
    id: 'acl-users',
    title: 'The source has users of its own.',
    required: 'Known to you: replication carries data, not users. The target takes its own, if any.',
    because: measured('a replica of a source with four users had the user default alone'),
    needs: ['sourceUsers'],
    rule: ({ sourceUsers }) => {
      const others = sourceUsers.filter((user) => user !== 'default');
      return others.length === 0
        ? undefined
        : {
            found: `${others.length}: ${listed(
              others.map((user) => shown(user, 40)),
              10,
            )}.`,
            remedy: [],
          };
    },
  }),
] as const;

const ofVersion = ({ sourceInfo, sourceUsers }: FenceFacts): string => {
  const version = sourceVersion(sourceInfo);
  const refused = isAtLeast(version, '6.0') && sourceUsers === undefined;
  return `The source is of version ${version}${refused ? ', and ACL USERS was refused or not answered' : ''}.`;
};

/** Gives ACL its name back, where the version has it and it was not answered. */
const renamedAcl = ({ sourceInfo, sourceUsers }: FenceFacts): string[] => {
  const refused = isAtLeast(sourceVersion(sourceInfo), '6.0') && sourceUsers === undefined;
  return refused ? giveNamesBack('acl', sourceInfo) : [];
};
