import type { Endpoint } from '../migration/record.ts';
import { primaryOf, type ShardLink } from './shard-link.ts';

/**
 * What an operator does before the cutover where the service reaches no server: it neither keeps anybody from writing, nor
 * sees how much is still to be applied. CompleteMigration asks only whether the link is in sync at that moment.
 */
export const byHand = (links: readonly ShardLink[]): string =>
  [
    'API-only mode: nothing here stops your writers or compares offsets. Before you ask for the cutover,',
    'stop every writer to the source, from a machine that reaches both sides compare',
    ...links.map(
      (link) =>
        `\`${info(link.source)} | grep master_repl_offset\` with ${link.nodes.map(applied(link)).join(' and ')},`,
    ),
    'and go on when all are equal and stay so. Say in the `reason` of the request how the writers were stopped.',
  ].join(' ');

const info = ({ address, port }: Endpoint): string => `redis-cli -h ${address} -p ${port} INFO replication`;

/** Every node counts: what a replica of the target has not applied is lost if it takes over. */
const applied =
  (link: ShardLink) =>
  (node: ShardLink['nodes'][number]): string =>
    `\`${info(node.endpoint)} | grep slave_repl_offset\`${node === primaryOf(link) ? ' (the primary)' : ''}`;
