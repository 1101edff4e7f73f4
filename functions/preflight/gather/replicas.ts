import { type Info, replicaLines } from '../../replication/info.ts';
import type { SourceReplica } from '../facts.ts';
import { Unread } from '../ports.ts';
import { shown } from '../text.ts';
import type { Lines } from './lines.ts';
import { infoIn } from './replies.ts';

/** A source with more of them is a rare one, and each takes a connection. */
const MOST_ASKED = 20;
const ADDRESS = /^[\w.:-]{1,253}$/;

/** Whether the replicas that the source lists answer, all at the same time: a fence has to stand on each of them. */
export const reachReplicas = (info: Info, lines: Lines): Promise<SourceReplica[]> =>
  Promise.all(
    replicaLines(info)
      .slice(0, MOST_ASKED)
      .map(async ({ ip: address, port }): Promise<SourceReplica> => {
        const endpoint = { address, port };
        const isEndpoint = ADDRESS.test(address) && Number.isInteger(port) && port >= 1 && port <= 65_535;
        if (!isEndpoint) return { endpoint, unreached: 'it is no address that can be dialled' };
        try {
          infoIn(await lines.to(endpoint).ask('INFO'));
          return { endpoint };
        } catch (error) {
          if (error instanceof Unread) return { endpoint, unreached: shown(error.message, 120) };
          throw error;
        }
      }),
  );
