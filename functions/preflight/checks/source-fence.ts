import { check, measured } from '../check.ts';
import { isAtLeast } from '../engine.ts';
import { type Fence, type FenceFacts, fenceOf, isDurable } from '../fence.ts';
import { listed, shellWord, shown } from '../text.ts';
import { sourceVersion } from '../version.ts';

const TRIED = measured(
  'on redis-server 2.8 to 7.0 ACL rules refused every write; min-replicas-to-write let PUBLISH, expiry and eviction pass, and scripts before 6.0.17 and 6.2.7',
);
const FENCE_FACTS = ['sourceConfig', 'sourceUsers'] as const;

/** What can stop writes to the source when the target is promoted, and whether it lasts. */
export const SOURCE_FENCE_CHECKS = [
  check({
    id: 'fence-none',
    title: 'Writes to the source cannot be stopped for good at the cutover.',
    required: 'Redis 6.0 or later with the ACL command; or writers that are stopped by other means before the cutover.',
    because: TRIED,
    needs: ['sourceInfo'],
    mayUse: FENCE_FACTS,
    rule: (facts) =>
      whenFence('none', facts, 'Neither ACL rules nor min-replicas-to-write hold every write of a client.'),
  }),
  check({
    id: 'fence-weak',
    title: 'Writes to the source can be stopped only by min-replicas-to-write.',
    required:
      'Redis 6.0 or later with the ACL command: without it PUBLISH, expiry and eviction go on behind the fence.',
    because: TRIED,
    needs: ['sourceInfo'],
    mayUse: FENCE_FACTS,
    rule: (facts) => whenFence('minReplicas', facts, 'min-replicas-to-write can be set.'),
  }),
  check({
    id: 'fence-not-durable',
    title: 'A restart of the source would lift the fence.',
    required: 'A configuration file or an ACL file, in which the fence can be kept.',
    because: measured('CONFIG REWRITE and ACL SAVE both fail without a file, and a restart forgets what was not saved'),
    needs: ['sourceInfo', 'sourceConfig'],
    mayUse: ['sourceUsers'],
    rule: (facts) => {
      const fence = fenceOf(facts);
      if (fence === 'none' || isDurable(fence, facts)) return undefined;
      return {
        found: `config_file is empty${fence === 'acl' ? ', and so is aclfile' : ''}: the server was started without a file.`,
        remedy: [],
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

const whenFence = (wanted: Fence, facts: FenceFacts, what: string) => {
  if (fenceOf(facts) !== wanted) return undefined;
  const version = sourceVersion(facts.sourceInfo);
  const hasAcl = isAtLeast(version, '6.0');
  const file = facts.sourceInfo.get('config_file');
  return {
    found: `${what} The source is of version ${version}${hasAcl ? ', and ACL USERS was refused or not answered' : ''}.`,
    remedy: hasAcl && file ? [`sed -i -E '/^ *rename-command +acl /Id' ${shellWord(file)}`] : [],
  };
};
