import { check, modifyGroup, PREPARE } from '../check.ts';
import { listed, shown } from '../text.ts';
import { makeGroup } from './remedies.ts';

const SILENT = { ...PREPARE, text: 'AWS, Migration-Prepare: it does not mention them' };
const HARMLESS_DURABILITY = new Set(['default', 'disabled']);

/** Kinds of groups of which AWS says neither that they can be migrated into nor that they cannot. */
export const TARGET_UNDOCUMENTED_CHECKS = [
  check({
    id: 'target-outposts',
    title: 'Nodes of the replication group are on an Outpost.',
    required: 'Nodes in the Region, or a TestMigration and a dry run that pass on the Outpost.',
    because: SILENT,
    needs: ['group'],
    rule: ({ group }, circumstances) => {
      const outposts = new Set([...group.outpostArns, ...group.nodes.flatMap(({ outpostArn }) => outpostArn ?? [])]);
      return outposts.size === 0
        ? undefined
        : {
            found: `On ${listed([...outposts].map((arn) => shown(arn, 120)))}.`,
            remedy: [makeGroup(circumstances, group)],
          };
    },
  }),
  check({
    id: 'target-network-type',
    title: 'The replication group uses IPv6.',
    required: 'Network type `ipv4`, or a TestMigration that passes.',
    because: SILENT,
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.networkType === undefined || group.networkType === 'ipv4'
        ? undefined
        : {
            found: `NetworkType is \`${shown(group.networkType)}\`.`,
            remedy: [`${makeGroup(circumstances, group)} --network-type ipv4`],
          },
  }),
  check({
    id: 'target-cluster-compatible',
    title: 'The replication group is on its way to cluster mode.',
    required: 'Cluster mode `disabled`.',
    because: SILENT,
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.clusterMode === 'compatible'
        ? { found: 'ClusterMode is `compatible`.', remedy: [modifyGroup(circumstances, '--cluster-mode disabled')] }
        : undefined,
  }),
  check({
    id: 'target-durability',
    title: 'The replication group keeps a durable log of its writes.',
    required: 'Durability `default` or `disabled`, or a dry run that passes.',
    because: SILENT,
    needs: ['group'],
    rule: ({ group }, circumstances) =>
      group.durability === undefined || HARMLESS_DURABILITY.has(group.durability)
        ? undefined
        : {
            found: `Durability is \`${shown(group.durability)}\`.`,
            remedy: [modifyGroup(circumstances, '--durability disabled')],
          },
  }),
];
