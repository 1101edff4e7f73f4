import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A server binary that was run and found recent enough. */
export interface RedisServer {
  path: string;
  flavour: 'redis' | 'valkey';
  /** As the server prints it, e.g. `7.0.15`. */
  version: string;
  /** The redis-cli (or valkey-cli) beside it, where there is one. */
  cli?: string;
  /** What has to be added to the environment of a process started from it (a cached server brings its own libraries). */
  env: Record<string, string>;
}

/** EVALSHA_RO, PEXPIRETIME and FUNCTION came with 7.0. */
const OLDEST_MAJOR = 7;
const PROBE_TIMEOUT_MS = 10_000;
const run = promisify(execFile);

/**
 * Runs `<path> --version`.
 * @throws an Error that says why the binary is of no use: not executable, not a Redis, or older than 7.0.
 */
export const probeServer = async (
  path: string,
  env: Record<string, string> = {},
): Promise<Pick<RedisServer, 'flavour' | 'version'>> => {
  const { stdout } = await run(path, ['--version'], {
    env: { ...process.env, ...env },
    timeout: PROBE_TIMEOUT_MS,
  });
  const [, name, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/.exec(stdout) ?? [];
  if (name === undefined || version === undefined) {
    throw new Error(`${path} --version printed no Redis or Valkey version: ${stdout.slice(0, 100).trim()}`);
  }
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    throw new Error(`${path} is version ${version}, and ${OLDEST_MAJOR}.0 or later is needed`);
  }
  return { flavour: name === 'Valkey' ? 'valkey' : 'redis', version };
};
