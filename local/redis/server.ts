import { RedisStartError } from './errors.ts';
import { findRedisServer } from './find-server.ts';
import { limited } from './limit.ts';
import { reservePort } from './ports.ts';
import { probeServer, type RedisServer } from './probe.ts';
import { PortTakenError, type RedisProcess, spawnRedis } from './process.ts';

export { findRedisServer, type RedisProcess, type RedisServer };

export interface StartRedisOptions {
  /** A server binary; without it {@link findRedisServer} looks for one. */
  binary?: string;
  /** A certain port; without it any free one. */
  port?: number;
  /** Configuration over the defaults below; an empty string is written as `""`. `logfile` and `loglevel` are refused. */
  config?: Readonly<Record<string, string>>;
  /**
   * A folder of the caller's that outlives the server. A redis.conf that an earlier server left there is taken as it stands,
   * and with it all of its configuration: the same service, started again.
   */
  folder?: string;
  /** ACL rules, one user a line: `default on nopass ~* &* +@all -debug`. */
  acl?: readonly string[];
}

/** Nothing on disk, nobody from outside, and a full synchronisation that begins at once (by default it waits 5 s for a second replica). */
const DEFAULTS: Readonly<Record<string, string>> = {
  bind: '127.0.0.1',
  'protected-mode': 'no',
  save: '',
  appendonly: 'no',
  'repl-diskless-sync-delay': '0',
  daemonize: 'no',
};

/** Its own log tells when a server is ready. */
const OURS = ['logfile', 'loglevel', 'port', 'dir'];

/** Starting a process is mostly waiting for the processor: more at once would only make each of them late. */
const AT_ONCE = 8;
const limit = limited(AT_ONCE);
/** Each attempt takes another random port. */
const ATTEMPTS = 20;

/**
 * Starts a redis-server (or valkey-server) on 127.0.0.1 and resolves when it answers PING. Nothing of it survives this
 * Node process, however that ends.
 * @throws {RedisServerNotFoundError} there is no server to start.
 * @throws {RedisStartError} it did not start; the message holds what it logged. With `port` given also: the port is taken.
 */
export const startRedis = async (options: StartRedisOptions = {}): Promise<RedisProcess> => {
  const server = await serverOf(options.binary);
  const lines = configLines(options);
  return limit(async () => {
    const { folder } = options;
    if (options.port !== undefined) return spawnRedis(server, options.port, lines, folder);
    for (let attempt = 1; ; attempt++) {
      const { port, release } = await reservePort();
      try {
        const redis = await spawnRedis(server, port, lines, folder);
        redis.exited.then(release, release);
        return redis;
      } catch (failure) {
        release();
        if (!(failure instanceof PortTakenError) || attempt === ATTEMPTS) throw failure;
      }
    }
  });
};

const serverOf = async (binary: string | undefined): Promise<RedisServer> =>
  binary === undefined ? findRedisServer() : { path: binary, ...(await probeServer(binary)), env: {} };

const configLines = ({ config = {}, acl = [] }: StartRedisOptions): string[] => {
  for (const name of OURS) {
    if (name in config) throw new RedisStartError(`startRedis sets ${name} itself`, '');
  }
  return [
    ...Object.entries({ ...DEFAULTS, ...config }).map(([name, value]) => `${name} ${value === '' ? '""' : value}`),
    ...acl.map((rule) => `user ${rule}`),
  ];
};
