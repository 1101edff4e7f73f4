import { check, measured, onSource, page } from '../check.ts';
import { engineText, isAtLeast } from '../engine.ts';
import { targetEngine } from '../target-engine.ts';
import { listed, shellWord, shown } from '../text.ts';
import { optionalNumberField } from '../unreadable.ts';

/** Redis 8 lists a part of itself among the modules, and cannot unload it; so does Valkey 9.1, with the name as its path. */
const BUILT_IN = new Set(['vectorset']);

/** Code that runs in the source, and commands that its clients call: whether the target has them too. */
export const CODE_CHECKS = [
  check({
    id: 'source-modules',
    title: 'The source has modules loaded.',
    required:
      'No modules: ElastiCache takes none of yours, and its nodes refuse an RDB with keys of types that they do not know.',
    because: page('AWS, RestrictedCommands', 'RestrictedCommands.html'),
    needs: ['sourceModules'],
    rule: ({ sourceModules }, circumstances) => {
      const loaded = sourceModules
        .filter(({ name, path }) => !BUILT_IN.has(name) && path !== name)
        .map(({ name }) => name);
      return loaded.length === 0
        ? undefined
        : {
            found: `Loaded: ${listed(loaded.map((name) => shown(name, 40)))}.`,
            remedy: loaded.slice(0, 10).map((name) => onSource(circumstances, 'MODULE', 'UNLOAD', shellWord(name))),
          };
    },
  }),
  check({
    id: 'source-functions',
    title: 'The source has function libraries that the replication group cannot load.',
    required: 'No libraries, or a replication group with Redis OSS 7.0 or later, or Valkey: they travel with the data.',
    because: {
      text: 'Redis, functions: they are part of the RDB from 7.0 on',
      url: 'https://redis.io/docs/latest/develop/programmability/functions-intro/',
    },
    needs: ['sourceFunctions', 'nodes'],
    rule: ({ sourceFunctions, nodes }, circumstances) => {
      if (sourceFunctions.length === 0) return undefined;
      const target = targetEngine(nodes);
      if (target.name === 'valkey' || isAtLeast(target.version, '7.0')) return undefined;
      return {
        found: `Libraries: ${listed(sourceFunctions.map((name) => shown(name, 40)))}; the group runs ${engineText(target)}.`,
        remedy: sourceFunctions
          .slice(0, 10)
          .map((name) => onSource(circumstances, 'FUNCTION', 'DELETE', shellWord(name))),
      };
    },
  }),
  check({
    id: 'source-scripts',
    title: 'The source has Lua scripts in its cache, and they are not copied.',
    required: 'Clients that answer NOSCRIPT with EVAL or SCRIPT LOAD, or that load their scripts when they connect.',
    because: measured('a replica has none of the scripts that its primary cached: EVALSHA answers NOSCRIPT'),
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }) => {
      const scripts = optionalNumberField(sourceInfo, 'number_of_cached_scripts', 'sourceInfo') ?? 0;
      return scripts === 0
        ? undefined
        : { found: `${scripts === 1 ? '1 script is' : `${scripts} scripts are`} in its cache.`, remedy: [] };
    },
  }),
  check({
    id: 'target-lacks-commands',
    title: 'Clients of the source call commands that the replication group does not know.',
    required: 'A replication group that knows every command which INFO commandstats of the source has counted.',
    because: page('AWS, RestrictedCommands', 'RestrictedCommands.html'),
    needs: ['commandsUnknownToTarget'],
    rule: ({ commandsUnknownToTarget: unknown }) =>
      unknown.length === 0
        ? undefined
        : {
            found: `${unknown.length}: ${listed(
              unknown.map((name) => shown(name, 40)),
              12,
            )}.`,
            remedy: [],
          },
  }),
];
