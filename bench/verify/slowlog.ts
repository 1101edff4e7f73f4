import type { Client } from '../../test/verification/support/pair.ts';

const SLOW_MICROSECONDS = 10_000;
/** Called less often, a command's percentiles are single calls. */
const OFTEN = 100;

/** Forgets what a server's SLOWLOG and statistics hold, and notes every command above 10 ms from here on. */
export const watchSlow = async (client: Client): Promise<void> => {
  await client.run('CONFIG', 'SET', 'slowlog-log-slower-than', String(SLOW_MICROSECONDS));
  await client.run('CONFIG', 'SET', 'slowlog-max-len', '10000');
  await client.run('SLOWLOG', 'RESET');
  await client.run('CONFIG', 'RESETSTAT');
};

/** How many there were, the first words of each, and the slowest: `EVALSHA_RO 14.2 ms`. */
export const slowOf = async (client: Client): Promise<{ count: number; commands: Set<string>; worst: string }> => {
  const entries = await client.run<[number, number, number, Buffer[]][]>('SLOWLOG', 'GET', '10000');
  const nameOf = (words: Buffer[]): string => words.slice(0, 4).join(' ').slice(0, 60);
  const [worst] = entries.toSorted(([, , a], [, , b]) => b - a);
  return {
    count: entries.length,
    commands: new Set(entries.map(([, , , words]) => nameOf(words))),
    worst: worst ? `${nameOf(worst[3])} ${(worst[2] / 1000).toFixed(1)} ms` : 'none',
  };
};

/** Of every command that was called often since {@link watchSlow}. Redis 7.0. */
export const percentilesOf = async (
  client: Client,
): Promise<[command: string, { calls: number; p99Ms: number; p999Ms: number }][]> => {
  const calls = new Map<string, number>();
  for (const [, name, count] of String(await client.run('INFO', 'commandstats')).matchAll(
    /cmdstat_(\S+?):calls=(\d+)/g,
  )) {
    calls.set(name as string, Number(count));
  }
  const latencies = String(await client.run('INFO', 'latencystats'));
  return [...latencies.matchAll(/latency_percentiles_usec_(\S+?):\S*p99=([\d.]+),p99\.9=([\d.]+)/g)]
    .map(([, name, p99, p999]): [string, { calls: number; p99Ms: number; p999Ms: number }] => [
      String(name),
      { calls: calls.get(String(name)) ?? 0, p99Ms: Number(p99) / 1000, p999Ms: Number(p999) / 1000 },
    ])
    .filter(([, { calls }]) => calls >= OFTEN);
};
