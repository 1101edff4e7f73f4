import type { Entry } from './entries.ts';
import type { Contents } from './judge.ts';
import { Connection } from './resp.ts';

const KEYS_A_CALL = 500;

/** Reads from one server all that these entries of a shard speak of. */
export const readContents = async (port: number, entries: readonly Entry[], shard: number): Promise<Contents> => {
  const mine = entries.filter((entry) => entry.shard === shard);
  const keys = mine.filter(({ act }) => act === 'set').map(({ key }) => key);
  const queues = new Set(mine.filter(({ act }) => act !== 'set').map(({ key }) => key));
  const connection = await Connection.open(port);
  try {
    const values = new Map<string, string>();
    for (let from = 0; from < keys.length; from += KEYS_A_CALL) {
      const some = keys.slice(from, from + KEYS_A_CALL);
      const found = await connection.ask<(string | null)[]>('MGET', ...some);
      for (const [index, value] of found.entries()) if (value !== null) values.set(some[index] as string, value);
    }
    const lists = new Map<string, string[]>();
    for (const queue of queues) lists.set(queue, await connection.ask<string[]>('LRANGE', queue, 0, -1));
    return { values, lists };
  } finally {
    connection.close();
  }
};
