import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RedisStartError } from './errors.ts';
import type { RedisServer } from './probe.ts';
import { guard } from './reaper.ts';

/** How a redis-server process ended. */
export interface RedisExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A redis-server that is running, with a private folder that goes when it goes. */
export interface RedisProcess {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly pid: number;
  /** Its working folder: private, and gone with it, unless it was given one. */
  readonly folder: string;
  readonly server: RedisServer;
  /** Sends a signal (default SIGKILL) and does not wait. SIGSTOP and SIGCONT make it hang and go on. */
  kill(signal?: NodeJS.Signals): void;
  /** Ends it at once, without SHUTDOWN's wait for slow replicas, and resolves when nothing of it is left. */
  stop(): Promise<void>;
  readonly exited: Promise<RedisExit>;
  /** The last lines that it logged. */
  log(): string;
}

/** The port was taken by somebody else between choosing it and listening on it. */
export class PortTakenError extends RedisStartError {}

const LOG_LINES = 40;
const READY = 'Ready to accept connections';
const PORT_TAKEN = 'Address already in use';
/** On an idle machine it takes 13 ms; only a machine on its knees needs seconds. */
const START_TIMEOUT_MS = 30_000;

/**
 * Starts one server on a given port with a configuration file of these lines, or with the one that lies in `kept`.
 * @throws {PortTakenError} somebody listens on the port.
 * @throws {RedisStartError} it ended before it was ready, e.g. for a line that it does not know.
 */
export const spawnRedis = async (
  server: RedisServer,
  port: number,
  lines: readonly string[],
  kept?: string,
): Promise<RedisProcess> => {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'elasticache-migrator-redis-')));
  const ward = guard(folder);
  const file = join(folder, 'redis.conf');
  if (kept === undefined || !existsSync(file)) {
    const text = `${[`port ${port}`, `dir ${JSON.stringify(folder)}`, ...lines].join('\n')}\n`;
    // Passwords belong in a file that only we can read, not in the process list.
    await writeFile(file, text, { mode: 0o600 });
  }
  const child = spawn(server.path, [file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C goes to the terminal's group, and who ends first is its parent's decision.
    detached: true,
    env: { ...process.env, ...server.env },
  });
  if (child.pid !== undefined) ward.pid(child.pid);
  const log = keepLog(child);
  const exited = ended(child).finally(async () => {
    if (kept === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    ward.release();
  });
  try {
    await ready(child, port, log, exited);
  } catch (failure) {
    child.kill('SIGKILL');
    await exited.catch(() => undefined);
    throw failure;
  }
  // A forgotten server must not keep its parent alive: the reaper ends it afterwards.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
  return {
    host: '127.0.0.1',
    port,
    pid: child.pid as number,
    folder,
    server,
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    async stop() {
      child.ref();
      child.kill('SIGKILL');
      await exited;
    },
    exited,
    log: () => log.text(),
  };
};

const ended = async (child: ChildProcess): Promise<RedisExit> => {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
};

interface Log {
  text(): string;
  /** Resolves at the first line that holds `part`. */
  seen(part: string): Promise<void>;
}

const keepLog = (child: ChildProcess): Log => {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (lines.push(line) > LOG_LINES) lines.shift();
      for (const look of waiting) look(line);
    });
  }
  return {
    text: () => lines.join('\n'),
    seen: (part) =>
      new Promise((resolve) => {
        const look = (line: string) => {
          if (!line.includes(part)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      }),
  };
};

/*
 * The line in the child's own log comes before the PING: on a port that somebody else took in between, it would be the
 * other's server that answers.
 */
const ready = async (child: ChildProcess, port: number, log: Log, exited: Promise<RedisExit>): Promise<void> => {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new RedisStartError(`redis-server was not ready within ${START_TIMEOUT_MS} ms`, log.text())),
    START_TIMEOUT_MS,
  );
  const died = exited.then(async ({ code, signal }) => {
    // The last lines may still be in the pipe.
    if (child.stdout?.readableEnded === false) await once(child.stdout, 'end');
    const text = log.text();
    throw text.includes(PORT_TAKEN)
      ? new PortTakenError(`Port ${port} is taken`, text)
      : new RedisStartError(`redis-server ended at once (${signal ?? `exit code ${code}`})`, text);
  });
  try {
    await Promise.race([log.seen(READY).then(() => ping(port)), died, tooLate]);
  } finally {
    clearTimeout(timer);
    died.catch(() => undefined);
  }
};

/** Any answer is a sign of life, NOAUTH included. */
const ping = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
