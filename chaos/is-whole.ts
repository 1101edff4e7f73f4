import { Connection, type Reply } from '../test/cutover/ledger/resp.ts';

const KEYS_A_CALL = 500;

/**
 * What an operator looks at where a promotion is in doubt: the target's primary is one, and holds whatever the source holds
 * behind its fence.
 *
 * @throws Error when one of them cannot be read
 */
export const isWhole = async (sourcePort: number, targetPort: number): Promise<boolean> => {
  const source = await Connection.open(sourcePort);
  const target = await Connection.open(targetPort).catch((error: unknown) => {
    source.close();
    throw error;
  });
  try {
    const [role] = await target.ask<string[]>('ROLE');
    if (role !== 'master') return false;
    const keys = await source.ask<string[]>('KEYS', '*');
    for (let from = 0; from < keys.length; from += KEYS_A_CALL) {
      const some = keys.slice(from, from + KEYS_A_CALL);
      const [here, there] = await Promise.all([source, target].map((one) => valuesOf(one, some)));
      if (JSON.stringify(here) !== JSON.stringify(there)) return false;
    }
    return true;
  } finally {
    source.close();
    target.close();
  }
};

/** Strings and lists are all that a ledger writes. */
const valuesOf = async (connection: Connection, keys: readonly string[]): Promise<Reply[]> => {
  const values = await connection.ask<Reply[]>('MGET', ...keys);
  const lists = keys.filter((_, index) => values[index] === null);
  return [...values, ...(await Promise.all(lists.map((key) => connection.call('LRANGE', key, 0, -1))))];
};
