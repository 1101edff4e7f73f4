import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const PARENT = fileURLToPath(new URL('./reaper-parent.ts', import.meta.url));

interface Server {
  pid: number;
  folder: string;
}

let parent: ChildProcess | undefined;

afterEach(() => {
  parent?.kill('SIGKILL');
});

/** A Node process of its own with three servers; `mode` says what it does once they run. */
const startParent = async (mode: 'stay' | 'return' | 'throw'): Promise<{ child: ChildProcess; servers: Server[] }> => {
  // Detached: the whole group can be signalled, as a terminal does at Ctrl-C, without the test being part of it.
  const child = spawn(process.execPath, [PARENT, mode], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  parent = child;
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, servers: JSON.parse(line) as Server[] };
};

/** A zombie that nobody has waited for yet is dead as well. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const untilGone = async (servers: Server[]): Promise<void> => {
  while (servers.some(({ pid, folder }) => isAlive(pid) || existsSync(folder))) await wait(10);
};

describe('the reaper', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('leaves no server and no folder after %s', async (signal) => {
    const { child, servers } = await startParent('stay');
    expect(servers.every(({ pid }) => isAlive(pid))).toBe(true);

    child.kill(signal);

    await untilGone(servers);
  });

  it.each(['return', 'throw'] as const)('leaves nothing when the program ends by itself (%s)', async (mode) => {
    const { child, servers } = await startParent(mode);
    if (child.exitCode === null) await once(child, 'exit');

    await untilGone(servers);
    expect(child.exitCode).toBe(mode === 'throw' ? 1 : 0);
  });

  it('keeps the servers through a Ctrl-C that the parent survives', async () => {
    const { child, servers } = await startParent('stay');
    child.kill('SIGUSR1');
    await once(child.stdout as NodeJS.ReadableStream, 'data');

    process.kill(-(child.pid as number), 'SIGINT');
    await once(child.stdout as NodeJS.ReadableStream, 'data');

    expect(servers.every(({ pid }) => isAlive(pid))).toBe(true);
    child.kill('SIGKILL');
    await untilGone(servers);
  });
});
