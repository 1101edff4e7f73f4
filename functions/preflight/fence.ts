import type { FenceChoice } from '../migration/fence.ts';
import type { PreflightFigures } from '../migration/preflight.ts';
import type { Info } from '../replication/info.ts';
import { isAtLeast } from './engine.ts';
import type { Facts, FactValues } from './facts.ts';
import { UnreadableFieldError } from './unreadable.ts';
import { sourceVersion } from './version.ts';

export type Fence = NonNullable<PreflightFigures['fence']>;

/** What tells which fence there is. CONFIG and ACL may be renamed, refused, or older than the server. */
export type FenceFacts = Pick<FactValues, 'sourceInfo'> & Partial<Pick<FactValues, 'sourceConfig' | 'sourceUsers'>>;

/**
 * The fences that the source was seen to allow, the best first (measured on redis-server 2.8 to 7.0):
 * - `acl` from 6.0 on refuses every write, whoever sends it and however;
 * - `minReplicas` (`min-replicas-to-write`) is held by scripts only from 6.0.17 and 6.2.7 on, and never stops PUBLISH.
 * @throws {UnreadableFieldError} INFO has no version
 */
export const fencesOf = ({ sourceInfo, sourceConfig, sourceUsers }: FenceFacts): Exclude<Fence, 'none'>[] => {
  const version = sourceVersion(sourceInfo);
  const configured = sourceConfig?.has('min-replicas-max-lag') || sourceConfig?.has('min-slaves-max-lag');
  return [
    // Who may ask ACL USERS may set users, as far as can be seen without changing one.
    ...(sourceUsers !== undefined && isAtLeast(version, '6.0') ? (['acl'] as const) : []),
    ...(configured && holdsScripts(version) ? (['minReplicas'] as const) : []),
  ];
};

/** The best of them; `none` where neither can be set. @throws as {@link fencesOf} */
export const fenceOf = (facts: FenceFacts): Fence => fencesOf(facts)[0] ?? 'none';

/** What a cutover would set that was asked for in this way; undefined where that is not possible. @throws as {@link fencesOf} */
export const chosenFence = (asked: FenceChoice, facts: FenceFacts): Fence | undefined => {
  if (asked === 'none') return asked;
  const possible = fencesOf(facts);
  return asked === 'auto' ? possible[0] : possible.find((fence) => fence === asked);
};

const holdsScripts = (version: string): boolean =>
  isAtLeast(version, '6.2') ? isAtLeast(version, '6.2.7') : isAtLeast(version, '6.0.17');

/** Undefined when nothing of the source was read. Never throws. */
export const bestFence = ({ sourceInfo, sourceConfig, sourceUsers }: Facts): Fence | undefined => {
  if (!('value' in sourceInfo)) return undefined;
  try {
    return fenceOf({
      sourceInfo: sourceInfo.value,
      ...('value' in sourceConfig && { sourceConfig: sourceConfig.value }),
      ...('value' in sourceUsers && { sourceUsers: sourceUsers.value }),
    });
  } catch (error) {
    if (error instanceof UnreadableFieldError) return undefined;
    throw error;
  }
};

/**
 * Whether the server would load its append-only file under the rules of its user `default`: from Redis 7.0 on each transaction
 * in it, and each script that wrote more than once, is refused then, and what they wrote is gone (measured on 7.0, 8.2 and
 * Valkey 8.1; not so on 6.2). Rules that forbid writes must not be kept across a restart there.
 */
export const loadsUnderRules = (info: Info): boolean =>
  info.get('aof_enabled') === '1' && isAtLeast(sourceVersion(info), '7.0');

/** As `FencedNode.persistsBy` has it: ACL SAVE writes the first, CONFIG REWRITE the two others. */
export type Keeping = 'aclFile' | 'configFile' | 'minReplicas';

/**
 * What makes a fence outlive a restart; undefined where the server was started without a file.
 * @param aclFile as CONFIG GET tells it, '' where there is none; undefined where CONFIG is refused: then ACL SAVE alone can
 * tell, and nothing but it could be used
 */
export const keepingOf = (
  fence: Exclude<Fence, 'none'>,
  info: Info,
  aclFile: string | undefined,
): Keeping | undefined => {
  const configFile = info.get('config_file') ? 'configFile' : undefined;
  if (fence === 'minReplicas') return configFile;
  if (loadsUnderRules(info)) return configFile && 'minReplicas';
  return aclFile === '' ? configFile : 'aclFile';
};

/** What CONFIG GET tells of it in the preflight, where a parameter that the version does not have is absent. */
export const keepingIn = (
  fence: Exclude<Fence, 'none'>,
  { sourceInfo, sourceConfig }: Pick<FactValues, 'sourceInfo' | 'sourceConfig'>,
): Keeping | undefined => keepingOf(fence, sourceInfo, sourceConfig.get('aclfile') ?? '');

/**
 * CONFIG REWRITE writes every user and every module into the main file, also those that an included file or the command line
 * has; and a server that finds one twice does not start, from here on (measured on 7.0, 8.2, Valkey 8.0 and 9.1; a user
 * twice starts on 6.2).
 */
export const TAKES_ONCE = '7.0';

/** Of the records of one fence together: an item of the table holds 400 KB. */
export const MOST_FENCE_CHARACTERS = 300_000;
