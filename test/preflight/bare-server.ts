import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectSource } from '../../local/demo/seed.ts';
import { reservePort } from '../../local/redis/ports.ts';
import { guard } from '../../local/redis/reaper.ts';
import { findRedisServer } from '../../local/redis/server.ts';

export interface BareServer {
  port: number;
  stop(): Promise<void>;
}

/** A server that no configuration file belongs to: everything is an argument, `--save '3600 1'` for one. */
export const startWithoutFile = (config: Readonly<Record<string, string>>): Promise<BareServer> =>
  start(async (port) =>
    Object.entries({ ...config, port: String(port) }).flatMap(([name, value]) => [`--${name}`, value]),
  );

/** A Sentinel that watches a primary on this machine. */
export const startSentinel = (primaryName: string, primaryPort: number): Promise<BareServer> =>
  start(async (port, folder) => {
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, `port ${port}\nsentinel monitor ${primaryName} 127.0.0.1 ${primaryPort} 1\n`);
    return [file, '--sentinel'];
  });

const start = async (argumentsOf: (port: number, folder: string) => Promise<string[]>): Promise<BareServer> => {
  const server = await findRedisServer();
  const { port, release } = await reservePort();
  const folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-bare-'));
  const ward = guard(folder);
  const child = spawn(server.path, await argumentsOf(port, folder), {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, ...server.env },
  });
  if (child.pid !== undefined) ward.pid(child.pid);
  const stop = async () => {
    const exited = hasEnded(child) ? undefined : once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    ward.release();
    release();
  };
  while (!(await answers(port))) {
    if (hasEnded(child)) {
      await stop();
      throw new Error(`the server at port ${port} ended before it answered`);
    }
    await sleep(10);
  }
  return { port, stop };
};

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const answers = async (port: number): Promise<boolean> => {
  try {
    const client = await connectSource(port);
    client.destroy();
    return true;
  } catch {
    return false;
  }
};
