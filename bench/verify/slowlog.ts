import type { Client } from '../../test/verification/support/pair.ts';

const SLOW_MICROSECONDS = 10_000;

/** Forgets what a server's SLOWLOG holds, and notes every command above 10 ms from here on. */
export const watchSlow = async (client: Client): Promise<void> => {
  await client.run('CONFIG', 'SET', 'slowlog-log-slower-than', String(SLOW_MICROSECONDS));
  await client.run('CONFIG', 'SET', 'slowlog-max-len', '10000');
  await client.run('SLOWLOG', 'RESET');
};

/** How many there were, and the slowest: `EVALSHA_RO 14.2 ms`. SLOWLOG counts the time in which others had the processor. */
export const slowOf = async (client: Client): Promise<{ count: number; worst: string }> => {
  const entries = await client.run<[number, number, number, Buffer[]][]>('SLOWLOG', 'GET', '10000');
  const [worst] = entries.toSorted(([, , a], [, , b]) => b - a);
  return {
    count: entries.length,
    worst: worst ? `${worst[3].slice(0, 4).join(' ').slice(0, 60)} ${(worst[2] / 1000).toFixed(1)} ms` : 'none',
  };
};
