import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./reaper-process.ts', import.meta.url));

/** What has to go when this process ends, by any death: the folder, and the process once there is one. */
interface Ward {
  folder: string;
  pid?: number;
}

const wards = new Set<Ward>();
let reaper: ChildProcess | undefined;

/**
 * Hands a folder, and later a process, to the reaper: a child process that outlives this one just long enough to kill and
 * remove what is left. It learns of the end when the pipe closes, which the system does even after SIGKILL.
 * One reaper serves the whole Node process; it starts with the first ward and keeps nobody alive.
 */
export const guard = (folder: string): { pid(pid: number): void; release(): void } => {
  const ward: Ward = { folder };
  wards.add(ward);
  tell('guard', ward);
  return {
    pid(pid) {
      ward.pid = pid;
      tell('guard', ward);
    },
    release() {
      wards.delete(ward);
      tell('release', ward);
    },
  };
};

const tell = (verb: 'guard' | 'release', ward: Ward): void => {
  reaper ??= start();
  reaper.stdin?.write(`${JSON.stringify({ verb, ...ward })}\n`);
};

const start = (): ChildProcess => {
  const child = spawn(process.execPath, ['--max-old-space-size=32', PROGRAM], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A session of its own: Ctrl-C in the terminal must not take the reaper before its parent has ended.
    detached: true,
    env: {},
  });
  child.unref();
  // The pipe of a child that was killed breaks; its successor is told everything anew.
  child.stdin.on('error', () => undefined);
  (child.stdin as unknown as { unref(): void }).unref();
  child.once('exit', () => {
    if (reaper === child) reaper = undefined;
    for (const ward of wards) tell('guard', ward);
  });
  return child;
};
