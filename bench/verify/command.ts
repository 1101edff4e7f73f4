import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOOK_MS = 100;
const LOOK_OFTEN_MS = 10;

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

/** As `npm run verify` starts it: it says how much memory Node may take before it tidies up. */
export const runVerify = async (args: readonly string[], ending?: Ending): Promise<Ran> => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: { verify: string } };
  const [, , ...words] = scripts.verify.split(' ');
  return runProgram([...words, ...args], ending);
};

/** When it is killed: as long as its child lives, this is asked every few milliseconds. */
export type Ending = () => Promise<boolean>;

/** Runs one of this repository's programs in a process of its own, until it ends or is killed. */
export const runProgram = async (args: readonly string[], isDue?: Ending): Promise<Ran> => {
  const begin = performance.now();
  const child = spawn(process.execPath, [...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
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
    if (await isDue?.()) child.kill('SIGKILL');
    await Promise.race([ending, sleep(isDue ? LOOK_OFTEN_MS : LOOK_MS)]);
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
