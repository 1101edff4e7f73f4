import { check, PREPARE, page } from '../check.ts';
import { keyspaceOf } from '../keyspace.ts';
import { listed, shown } from '../text.ts';
import { numberField, textField } from '../unreadable.ts';
import { setParameter } from './set-parameter.ts';

/** Whether both sides are set up alike. */
export const SETTINGS_CHECKS = [
  check({
    id: 'eviction-policy-differs',
    title: 'The two sides evict keys by different policies.',
    required: 'The same maxmemory-policy on both sides: else the target keeps and drops other keys after the cutover.',
    because: page('AWS, ParameterGroups', 'ParameterGroups.html'),
    needs: ['parameters', 'sourceConfig'],
    mayUse: ['clusters'],
    rule: ({ parameters, sourceConfig, clusters }, circumstances) => {
      const source = textField(sourceConfig, 'maxmemory-policy', 'sourceConfig');
      const target = textField(parameters, 'maxmemory-policy', 'parameters');
      if (source === target) return undefined;
      return {
        found: `maxmemory-policy is \`${shown(source)}\` on the source and \`${shown(target)}\` in the parameter group.`,
        remedy: setParameter(circumstances, clusters?.[0], 'maxmemory-policy', source),
      };
    },
  }),
  check({
    id: 'databases-differ',
    title: 'The two sides have different numbers of logical databases.',
    required: 'The same `databases` on both sides.',
    because: PREPARE,
    needs: ['parameters', 'sourceConfig'],
    mayUse: ['clusters', 'sourceInfo'],
    rule: ({ parameters, sourceConfig, clusters, sourceInfo }, circumstances) => {
      const source = numberField(sourceConfig, 'databases', 'sourceConfig');
      const target = numberField(parameters, 'databases', 'parameters');
      if (source === target) return undefined;
      const highest = sourceInfo && keyspaceOf(sourceInfo, 'sourceInfo').at(-1)?.database;
      return {
        found: `databases is ${source} on the source and ${target} in the parameter group; ${
          highest === undefined ? 'the source has no keys' : `the highest in use on the source is db${highest}`
        }.`,
        remedy: setParameter(circumstances, clusters?.[0], 'databases', String(source)),
      };
    },
  }),
  check({
    id: 'several-databases',
    title: 'The source uses more than one logical database.',
    required: 'Nothing: all of them are copied. Clients select theirs on the target as before.',
    because: PREPARE,
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }) => {
      const databases = keyspaceOf(sourceInfo, 'sourceInfo');
      return databases.length < 2
        ? undefined
        : {
            found: `${listed(
              databases.map(({ database, keys }) => `db${database} holds ${keys}`),
              8,
            )} keys.`,
            remedy: [],
          };
    },
  }),
];
