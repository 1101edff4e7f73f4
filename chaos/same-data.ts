import { Connection } from '../test/cutover/ledger/resp.ts';

/** Whether two servers have the same keys with the same values. For servers that nobody writes to. */
export const haveSameData = async (ports: readonly [number, number]): Promise<boolean> => {
  const [one, other] = await Promise.all(ports.map(dataOf));
  return one === other;
};

const KEYS_A_CALL = 1000;

/** The writers of the ledger make strings and lists alone. */
const dataOf = async (port: number): Promise<string> => {
  const connection = await Connection.open(port);
  try {
    const keys = new Set<string>();
    let cursor = '0';
    do {
      const [next, page] = await connection.ask<[string, string[]]>('SCAN', cursor, 'COUNT', KEYS_A_CALL);
      cursor = String(next);
      for (const key of page) keys.add(key);
    } while (cursor !== '0');
    const lines: string[] = [];
    for (const key of [...keys].sort()) {
      const isList = (await connection.ask<string>('TYPE', key)) === 'list';
      const value = await (isList ? connection.ask('LRANGE', key, 0, -1) : connection.ask('GET', key));
      lines.push(JSON.stringify([key, value]));
    }
    return lines.join('\n');
  } finally {
    connection.close();
  }
};
