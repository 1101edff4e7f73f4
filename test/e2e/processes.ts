import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A command of ours as a user runs it, with everything that it printed. */
export interface Command {
  child: ChildProcess;
  output(): string;
  /** Every process below it that was ever seen. */
  descendants: Set<number>;
  /** Resolves with what was printed once it holds `text`. */
  printed(text: string): Promise<string>;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

/** Runs a script of ours with Node, or through `npm run`. */
export const startCommand = (
  script: string,
  env: Record<string, string> = {},
  by: 'node' | 'npm' = 'node',
  args: readonly string[] = [],
): Command => {
  const [command, ...first] = by === 'npm' ? ['npm', 'run', script, '--'] : [process.execPath, script];
  const child = spawn(command as string, [...first, ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const heard = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    output += chunk;
    for (const look of heard) look();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const descendants = new Set<number>();
  const ended = once(child, 'close').then(([code]) => code as number | null);
  void follow(child, descendants);
  return {
    child,
    descendants,
    ended,
    output: () => output,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output.includes(text)) return;
          heard.delete(look);
          resolve(output);
        };
        heard.add(look);
        look();
        void ended.then((code) => reject(new Error(`It ended with ${code} before it printed "${text}": ${output}`)));
      }),
  };
};

/** Notes what runs below a process, again and again until it is gone. */
const follow = async (child: ChildProcess, seen: Set<number>) => {
  while (child.exitCode === null && child.signalCode === null) {
    for (const pid of await below(child.pid as number)) seen.add(pid);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const below = async (ancestor: number): Promise<number[]> => {
  if (TELLS_CHILDREN) return belowByProc(ancestor);
  const all = await processes();
  const found = new Set([ancestor]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  found.delete(ancestor);
  return [...found];
};

/** Linux can tell them of each process; to read all processes of the machine 20 times a second took a tenth of these tests. */
const childrenFile = (pid: number): string => `/proc/${pid}/task/${pid}/children`;
const TELLS_CHILDREN = existsSync(childrenFile(process.pid));

const belowByProc = (ancestor: number): number[] => {
  const children = childrenOf(ancestor);
  return [...children, ...children.flatMap(belowByProc)];
};

/** Of the main thread, which starts processes in Node, Redis and npm. */
const childrenOf = (pid: number): number[] => {
  try {
    return readFileSync(childrenFile(pid), 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    // It has ended since its parent was read.
    return [];
  }
};

interface RunningProcess {
  pid: number;
  parent: number;
  /** As `ps` writes it: a zombie's begins with Z. */
  state: string;
}

/** All of this machine. Where /proc tells it no `ps` is started: that took a third of the processor time of these tests. */
const processes = async (): Promise<RunningProcess[]> => {
  const names = await readdir('/proc').catch(() => []);
  const found = names.filter((name) => /^\d+$/.test(name)).flatMap(fromProc);
  return found.length > 0 ? found : fromPs();
};

const fromProc = (pid: string): RunningProcess[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // What stands in parentheses is the command's name, in which anything may stand.
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(pid), parent: Number(parent), state }];
  } catch {
    // It has ended since the folder was read.
    return [];
  }
};

const fromPs = async (): Promise<RunningProcess[]> => {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }));
};

/** Resolves when none of the processes runs any more. The last ones notice that their parent is gone, and then end. */
export const allGone = async (pids: ReadonlySet<number>): Promise<true> => {
  for (;;) {
    // A zombie has ended; whoever adopted it has not looked yet.
    const running = (await processes()).filter(({ pid, state }) => pids.has(pid) && !state.startsWith('Z'));
    if (running.length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Runs a line as it would be pasted into a shell. */
export const paste = async (line: string): Promise<string> => {
  const { stdout } = await run('bash', ['-c', line], { maxBuffer: 1e7 });
  return stdout;
};

export const isInstalled = async (command: string): Promise<boolean> =>
  run('bash', ['-c', `command -v ${command}`]).then(
    () => true,
    () => false,
  );
