import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerificationResult } from '../../functions/verification/result.ts';
import { type Client, type Pair, startPair } from '../../test/verification/support/pair.ts';
import { newSeed, Random } from '../../test/verification/support/random.ts';
import { verifyWithKills } from '../../test/verification/support/resume.ts';
import { heading, report } from '../report.ts';
import { type Ending, runVerify } from './command.ts';
import { seedMixed } from './data.ts';
import { KILLS } from './settings.ts';

const KEYS = 300_000;
const STEP_MS = 100;
const DIFFERENT = 40;
const MAX_REPEATED = 0.05;
/** More than a minute, of which a process works some seconds. */
const KEYS_PER_SECOND = 8000;
const LONGEST_LIFE_MS = 3000;

/** A verification that is killed again and again against one that is not. */
export const benchKills = async (): Promise<void> => {
  const seed = newSeed();
  heading(
    `Killed ${KILLS} times at random points of one verification of ${KEYS.toLocaleString('en-US')} keys (seed ${seed})`,
  );
  const random = new Random(seed);
  const pair = await startPair({ prepare: (source) => seedMixed(source, KEYS, seed) });
  try {
    await pair.detach();
    const keys = new Set<number>();
    while (keys.size < DIFFERENT) keys.add(random.below(KEYS));
    for (const key of keys) await pair.onTarget.run('DEL', `key:${key}`);
    await killCalls(pair, random);
    await killProcesses(pair, random);
  } finally {
    await pair.stop();
  }
};

/** In the middle of a call to a server, every few calls. */
const killCalls = async ({ source, target }: Pair, random: Random): Promise<void> => {
  const ports: [number, number] = [source.port, target.port];
  const whole = await verifyWithKills(ports, random, 0, STEP_MS);
  const killed = await verifyWithKills(ports, random, KILLS, STEP_MS);
  tell(`in calls, in steps of ${STEP_MS} ms`, killed.kills, {
    same: outcomeOf(whole.result) === outcomeOf(killed.result),
    repeated: (killed.keysRead - whole.keysRead) / whole.keysRead,
  });
  report('  longest checkpoint', `${killed.longest} bytes of JSON`, {
    text: '100000',
    kept: killed.longest <= 100_000,
  });
};

/** The command with `--checkpoint`, by SIGKILL: what is read again is what the servers' SCANs say. */
const killProcesses = async (pair: Pair, random: Random): Promise<void> => {
  const file = join(tmpdir(), `verify-bench-${process.pid}.json`);
  const servers = [pair.source, pair.target].map(({ port }) => `redis://127.0.0.1:${port}`);
  const args = [...servers, '--json', '--checkpoint', file, '--rate', String(KEYS_PER_SECOND)];
  const read = async (): Promise<number> => (await scansOf(pair.onSource)) + (await scansOf(pair.onTarget));
  try {
    const begin = await read();
    const whole = await runVerify(args);
    const scans = (await read()) - begin;
    let kills = 0;
    let last = whole;
    while (kills < KILLS) {
      last = await runVerify(args, await afterItBegan(file, random.below(LONGEST_LIFE_MS)));
      if (last.exitCode !== null) break;
      kills++;
    }
    if (last.exitCode === null) last = await runVerify(args);
    tell(`by SIGKILL, at most ${LONGEST_LIFE_MS / 1000} s after it went on`, kills, {
      same: outcomeOf(JSON.parse(whole.output)) === outcomeOf(JSON.parse(last.output)),
      repeated: ((await read()) - begin - 2 * scans) / scans,
    });
    report('  it takes without being killed', `${whole.seconds.toFixed(1)} s at ${KEYS_PER_SECOND} keys/s`);
  } finally {
    await rm(file, { force: true });
    await rm(`${file}.new`, { force: true });
  }
};

/** A process begins by writing its checkpoint: so many milliseconds after that. */
const afterItBegan = async (file: string, afterMs: number): Promise<Ending> => {
  const written = async () => (await stat(file).catch(() => undefined))?.mtimeMs;
  const before = await written();
  let dueMs = Number.POSITIVE_INFINITY;
  return async () => {
    if (dueMs === Number.POSITIVE_INFINITY && (await written()) !== before) dueMs = performance.now() + afterMs;
    return performance.now() >= dueMs;
  };
};

const tell = (how: string, kills: number, { same, repeated }: { same: boolean; repeated: number }): void => {
  report(`killed ${how}`, `${kills} times`, { text: String(KILLS), word: 'expected', kept: kills === KILLS });
  report('  the result is the same', String(same), { text: 'true', word: 'expected', kept: same });
  report('  repeated at each kill', `${((100 * repeated) / Math.max(1, kills)).toFixed(2)} %`, {
    text: '5 %',
    kept: repeated < MAX_REPEATED * kills,
  });
};

const scansOf = async (client: Client): Promise<number> =>
  Number(/^cmdstat_scan:calls=(\d+)/m.exec(String(await client.run('INFO', 'commandstats')))?.[1] ?? 0);

/** All but times. */
const outcomeOf = ({ verdict, counts, differences }: VerificationResult): string =>
  JSON.stringify([verdict, counts.differences, counts.compared, differences.map((one) => JSON.stringify(one)).sort()]);
