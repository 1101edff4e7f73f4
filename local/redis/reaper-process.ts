import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/*
 * The program of the reaper: lines of JSON come in on stdin, `{verb: 'guard' | 'release', folder, pid?}`.
 * When stdin ends, the parent is gone: kill every guarded process, remove every guarded folder, end.
 */

// Signals reach a parent and its children together; this one has to stay until the parent has ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const pids = new Map<string, number | undefined>();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { verb, folder, pid } = JSON.parse(line) as { verb: 'guard' | 'release'; folder: string; pid?: number };
    if (verb === 'guard') pids.set(folder, pid);
    else pids.delete(folder);
  })
  .on('close', () => {
    for (const pid of pids.values()) if (pid !== undefined) killIfThere(pid);
    for (const folder of pids.keys()) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
}
