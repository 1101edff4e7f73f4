import { primaryOf } from '../replication/shard-link.ts';
import type { ConfirmLook } from './confirm-look.ts';

/** Where no server can be reached, an operator's word stands alone, beside a status that does not speak against it. */
export const confirmByStatus: ConfirmLook = {
  whyNot: () => undefined,
  look: async (links) => ({
    shards: links.map((link) => ({
      promoted: { nodeGroupId: link.nodeGroupId, primary: primaryOf(link).endpoint },
      unproven: `no server of node group ${link.nodeGroupId} was looked at, and no key was counted: the stack is API-only`,
      told: '',
    })),
    unfenced: [],
  }),
  seen: (_, status) => `the status is ${status}`,
  afterwards: 'nothing but you keeps anybody from writing to the source',
};
