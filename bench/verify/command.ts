import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOOK_MS = 100;

export interface Ran {
  seconds: number;
  /** The most that the process ever had, as Linux tells it (VmHWM); 0 elsewhere. */
  residentMb: number;
  /** Of the processor, as Linux tells it; 0 elsewhere. */
  cpuSeconds: number;
  /** What it printed. */
  output: string;
  /** Null when it was killed. */
  exitCode: number | null;
}

/** Runs one of this repository's programs in a process of its own, until it ends or is killed. */
export const runProgram = async (
  args: readonly string[],
  { killAfterMs, nodeOptions = [] }: { killAfterMs?: number; nodeOptions?: readonly string[] } = {},
): Promise<Ran> => {
  const begin = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
    ...(killAfterMs !== undefined && { timeout: killAfterMs, killSignal: 'SIGKILL' }),
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let ended = false;
  const ending = once(child, 'close').then(() => {
    ended = true;
  });
  let [residentMb, cpuSeconds] = [0, 0];
  while (!ended) {
    residentMb = Math.max(residentMb, await residentMbOf(child.pid));
    cpuSeconds = Math.max(cpuSeconds, await cpuSecondsOf(child.pid));
    await Promise.race([ending, sleep(LOOK_MS)]);
  }
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, residentMb: Math.round(residentMb), cpuSeconds, output, exitCode: child.exitCode };
};

const residentMbOf = async (pid = 0): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
};

const TICKS_PER_SECOND = 100;

const cpuSecondsOf = async (pid = 0): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name, which may hold spaces: the 14th and 15th of all fields are user and system time.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? 0) + (system ?? 0)) / TICKS_PER_SECOND;
};
