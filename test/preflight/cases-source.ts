import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { startPacedWriter } from '../../bench/trial/writer.ts';
import { SecretUnread } from '../../functions/adapters/source-secrets.ts';
import { startRedis } from '../../local/redis/server.ts';
import { selfSigned } from '../functions/support/certificate.ts';
import * as act from './acts.ts';
import { startSentinel, startWithoutFile } from './bare-server.ts';
import type { Case } from './case.ts';
import { CLEAN, type Pair } from './pair.ts';
import { until } from './until.ts';

const infoSays = async (pair: Pair, line: string) => String(await pair.onSource('INFO')).includes(line);

/** Lets this service in, beside a user default that need not. */
const MIGRATOR = 'migrator on >planted ~* &* +@all';
const SECRET = '{"endpoints": ["$ENDPOINT"], "username": "migrator", "password": "planted"}';

/** Users with a selector for each of some commands: as much as the record of a fence does not hold. */
const MANY_RULES = Array.from(
  { length: 300 },
  (_, at) => `user:${at} on >secret ~* ${Array.from({ length: 45 }, (_, one) => `(~${one} +get)`).join(' ')}`,
);

/** How the source answers. */
const REACH: Case[] = [
  {
    id: 'source-network-not-allowed',
    how: 'name',
    what: 'one of two addresses of the name is that of the metadata service, as a second answer of DNS may be',
    also: ['source-address-ambiguous'],
    pair: { address: 'rebound.example' },
    async prepare({ ground }) {
      ground.aliases['rebound.example:*'] = '127.0.0.1:*';
      ground.addresses['rebound.example'] = ['10.0.0.5', '169.254.169.254'];
      return undefined;
    },
  },
  {
    id: 'source-unreachable',
    how: 'process',
    what: 'nobody listens on the port',
    async prepare({ source }) {
      await source.stop();
      return undefined;
    },
  },
  {
    id: 'source-auth',
    how: 'redis.conf',
    what: 'requirepass is set',
    pair: { source: { aclfile: undefined, requirepass: 'secret' }, keys: 0 },
  },
  {
    id: 'source-auth',
    how: 'ACL',
    what: 'the default user has a password',
    pair: { acl: ['default on >secret ~* &* +@all'] },
  },
  {
    id: 'source-auth',
    how: 'ACL',
    what: 'the default user is off',
    pair: { acl: ['default off', 'app on >secret ~* &* +@all'] },
  },
  {
    id: 'source-default-user',
    how: 'ACL',
    what: 'the default user may not call PSYNC, and a secret lets this service in',
    also: ['acl-users'],
    pair: { acl: ['default on nopass ~* &* -@all +ping +replconf', MIGRATOR], secrets: [SECRET] },
  },
  {
    id: 'source-default-user',
    how: 'ACL',
    what: 'the default user may call nothing, and a secret lets this service in',
    also: ['acl-users'],
    pair: { acl: ['default on nopass ~* &* -@all', MIGRATOR], secrets: [SECRET] },
  },
  {
    id: 'source-auth',
    how: 'ACL',
    what: 'the default user is off, and a secret lets this service in: everything else is looked at all the same',
    also: ['acl-users', 'source-bind'],
    pair: { acl: ['default off', MIGRATOR], source: { bind: '127.0.0.1' }, secrets: [SECRET] },
  },
  {
    id: 'source-credentials',
    how: 'ACL',
    what: 'the secret has another password',
    pair: { acl: ['default on nopass ~* &* +@all', MIGRATOR], secrets: [SECRET.replace('planted', 'wrong')] },
  },
  {
    id: 'source-credentials',
    how: 'API fault',
    what: 'none of two secrets can be used, and either might be for the source',
    pair: { secrets: [new SecretUnread('AccessDeniedException: no'), '{"password": "planted"}'] },
  },
  {
    id: 'source-credentials',
    how: 'process',
    what: 'two secrets name the source',
    pair: { acl: ['default on nopass ~* &* +@all', MIGRATOR], secrets: [SECRET, SECRET] },
  },
  {
    id: 'source-credentials',
    how: 'process',
    what: 'the source speaks no TLS where the secret says',
    pair: { secrets: ['{"endpoints": ["$ENDPOINT"], "tls": {}}'] },
  },
  {
    id: 'fence-rights',
    how: 'ACL',
    what: 'the user of the secret may neither set rules nor end connections',
    also: ['acl-users'],
    pair: {
      acl: ['default on nopass ~* &* +@all', `${MIGRATOR} -acl|setuser -client|kill`],
      secrets: [SECRET],
    },
  },
  {
    id: 'source-tls',
    how: 'redis.conf',
    what: 'the port is a tls-port, over a self-signed certificate',
    async prepare(pair) {
      const { key, cert } = selfSigned();
      const [keyFile, certFile] = ['key', 'cert'].map((name) => join(pair.source.folder, `${name}.pem`)) as [
        string,
        string,
      ];
      await Promise.all([writeFile(keyFile, key), writeFile(certFile, cert)]);
      const client = await pair.client(pair.source.port);
      const files = ['tls-cert-file', certFile, 'tls-key-file', keyFile, 'tls-ca-cert-file', certFile];
      await client.sendCommand(['CONFIG', 'SET', ...files, 'tls-auth-clients', 'no']);
      // The connection outlives the port that it came by.
      await client.sendCommand(['CONFIG', 'SET', 'port', '0']);
      await client.sendCommand(['CONFIG', 'SET', 'tls-port', String(pair.source.port)]);
      return undefined;
    },
  },
  {
    id: 'source-loading',
    how: 'command',
    what: 'DEBUG RELOAD, slowed by key-load-delay',
    pair: {
      source: { 'enable-debug-command': 'yes', rdbcompression: 'no', 'loading-process-events-interval-bytes': '1024' },
    },
    async prepare(pair) {
      await pair.onSource('DEBUG', 'POPULATE', '1000', 'loaded', '2000');
      await pair.onSource('SAVE');
      await pair.onSource('CONFIG', 'SET', 'key-load-delay', '20000');
      const client = await pair.client(pair.source.port);
      // Nobody waits for it: it ends with the server.
      client.sendCommand(['DEBUG', 'RELOAD', 'NOSAVE']).catch(() => undefined);
      await until(async () =>
        pair.onSource('PING').then(
          () => false,
          () => true,
        ),
      );
      return undefined;
    },
  },
  {
    id: 'source-protected-mode',
    how: 'redis.conf',
    what: 'protected-mode is yes',
    pair: { source: { 'protected-mode': 'yes' } },
  },
  {
    id: 'source-protected-mode',
    how: 'RESP front',
    what: 'it refuses who is not on its machine, as redis-server does',
    pair: {
      front: {
        connect: act.hangUp(
          '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.\r\n',
        ),
      },
    },
  },
];

/** Where it is. */
const ADDRESS: Case[] = [
  { id: 'source-bind', how: 'redis.conf', what: 'bind 127.0.0.1', pair: { source: { bind: '127.0.0.1' } } },
  { id: 'source-bind', how: 'redis.conf', what: 'bind 127.0.0.1 -::1', pair: { source: { bind: '127.0.0.1 -::1' } } },
  {
    id: 'source-address-not-private',
    how: 'name',
    what: 'the address is a public one',
    pair: { address: '3.4.5.6' },
    async prepare({ ground }) {
      ground.aliases['3.4.5.6:*'] = '127.0.0.1:*';
      return undefined;
    },
  },
  { id: 'source-address-not-private', how: 'name', what: 'the address is loopback', pair: { address: '127.0.0.1' } },
  {
    id: 'source-address-ambiguous',
    how: 'name',
    what: 'the name has two addresses',
    pair: { address: 'two.example' },
    async prepare({ ground }) {
      ground.aliases['two.example:*'] = '127.0.0.1:*';
      ground.addresses['two.example'] = ['10.0.0.5', '10.0.0.6'];
      return undefined;
    },
  },
];

/** What is around it. */
const TOPOLOGY: Case[] = [
  {
    id: 'source-commands-renamed',
    how: 'redis.conf',
    what: 'FLUSHALL is renamed to nothing',
    pair: { source: { 'rename-command': 'FLUSHALL ""' } },
  },
  {
    id: 'source-commands-renamed',
    how: 'redis.conf',
    what: 'PSYNC is renamed',
    pair: { source: { 'rename-command': 'PSYNC OUR-PSYNC' } },
  },
  {
    id: 'source-is-replica',
    how: 'command',
    what: 'REPLICAOF another server',
    async prepare(pair) {
      const primary = await startRedis();
      await pair.onSource('REPLICAOF', primary.host, String(primary.port));
      await until(() => infoSays(pair, 'master_link_status:up'));
      return () => primary.stop();
    },
  },
  {
    id: 'source-replicas',
    how: 'process',
    what: 'another server follows the source',
    async prepare(pair) {
      const replica = await startRedis({ config: { replicaof: `127.0.0.1 ${pair.source.port}` } });
      await until(() => infoSays(pair, 'state=online'));
      return () => replica.stop();
    },
  },
  {
    id: 'source-replicas-unreachable',
    how: 'process',
    what: 'a server that follows the source announces a port at which nobody listens',
    also: ['source-replicas'],
    async prepare(pair) {
      const config = { replicaof: `127.0.0.1 ${pair.source.port}`, 'replica-announce-port': '1' };
      const replica = await startRedis({ config });
      await until(() => infoSays(pair, 'state=online'));
      return () => replica.stop();
    },
  },
  {
    id: 'source-sentinel',
    how: 'process',
    what: 'a Sentinel monitors the source',
    async prepare(pair) {
      const sentinel = await startSentinel('mymaster', pair.source.port);
      await until(async () => String(await pair.onSource('CLIENT', 'LIST')).includes('cmd=subscribe'));
      return () => sentinel.stop();
    },
  },
];

/** A client that comes to the limit of connections without taking part in anything. */
const idleConnections = async (port: number, count: number): Promise<() => void> => {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = connect({ host: '127.0.0.1', port });
    await new Promise((resolve) => socket.once('connect', resolve));
    sockets.push(socket);
  }
  return () => {
    for (const socket of sockets) socket.destroy();
  };
};

/** INFO of a server whose processor time goes on by the clock. */
const busyCpu = (share: number): act.Act => {
  return (turn) =>
    act.info({ used_cpu_user: ((performance.now() / 1000) * share).toFixed(6), used_cpu_sys: '0.000000' })(turn);
};

/** What it can bear. */
const HEALTH: Case[] = [
  { id: 'source-not-persistent', how: 'redis.conf', what: 'save "" and appendonly no', pair: { source: { save: '' } } },
  {
    id: 'source-snapshot-fails',
    how: 'command',
    what: 'BGSAVE, where a folder stands in the way of the file',
    async prepare(pair) {
      await mkdir(join(pair.source.folder, 'dump.rdb'));
      await pair.onSource('BGSAVE');
      await until(() => infoSays(pair, 'rdb_last_bgsave_status:err'));
      return undefined;
    },
  },
  {
    id: 'source-memory-headroom',
    how: 'RESP front',
    what: 'total_system_memory is less than the source takes',
    pair: { front: { INFO: act.info({ total_system_memory: '1000000' }) } },
  },
  {
    id: 'source-cpu',
    how: 'RESP front',
    what: '95 % of a core',
    pair: { front: { INFO: busyCpu(0.95) } },
    sampleMs: 300,
  },
  {
    id: 'source-fork-slow',
    how: 'RESP front',
    what: 'latest_fork_usec is 250000',
    pair: { front: { INFO: act.info({ latest_fork_usec: '250000' }) } },
  },
  {
    id: 'source-clients-full',
    how: 'clients',
    what: '90 of at most 100 connections',
    pair: { source: { maxclients: '100' } },
    prepare: ({ source }) => idleConnections(source.port, 90),
  },
];

/** What can stop its writes. */
const FENCE: Case[] = [
  {
    id: 'fence-none',
    how: 'RESP front',
    what: 'the version is 5.0.14, which has no ACL',
    pair: {
      front: {
        INFO: act.info({ redis_version: '5.0.14' }),
        ACL: act.refuse('ERR unknown command `ACL`, with args beginning with: '),
      },
    },
  },
  {
    id: 'fence-weak',
    how: 'redis.conf',
    what: 'ACL is renamed',
    also: ['unread-source-users'],
    pair: { source: { 'rename-command': 'ACL ""' } },
  },
  {
    id: 'fence-not-durable',
    how: 'process',
    what: 'the server was started without a file',
    async prepare(pair) {
      const bare = await startWithoutFile({ ...CLEAN, 'protected-mode': 'no' });
      const dialled = `${pair.endpoint.address}:${pair.endpoint.port}`;
      pair.ground.aliases[dialled] = `127.0.0.1:${bare.port}`;
      return async () => {
        delete pair.ground.aliases[dialled];
        await bare.stop();
      };
    },
  },
  {
    id: 'acl-users',
    how: 'ACL',
    what: 'a user beside the default one',
    pair: { acl: ['default on nopass ~* &* +@all', 'app on >secret ~app:* +@read'] },
  },
  {
    id: 'users-included',
    how: 'redis.conf',
    what: 'a user that stands in the configuration, which CONFIG REWRITE writes',
    also: ['acl-users'],
    pair: { source: { aclfile: '', user: 'app on >secret ~app:* +@read' } },
  },
  {
    id: 'users-included',
    how: 'redis.conf',
    what: 'the user default is declared by the configuration, with fewer rights',
    pair: { source: { aclfile: '', user: 'default on nopass ~* &* +@all -debug' } },
  },
  {
    id: 'modules-loaded-twice',
    how: 'RESP front',
    what: 'a module that was loaded from a file, and no ACL file',
    also: ['source-modules'],
    pair: {
      source: { aclfile: '' },
      front: { 'MODULE LIST': act.answer([['name', 'tiny', 'ver', 1, 'path', '/usr/lib/tiny.so', 'args', []]]) },
    },
  },
  {
    id: 'min-replicas-set',
    how: 'redis.conf',
    what: 'an append-only file, and min-replicas-to-write is 1',
    pair: { source: { appendonly: 'yes', 'min-replicas-to-write': '1' }, keys: 0 },
  },
  {
    id: 'fence-too-large',
    how: 'ACL',
    what: '300 users of a thousand characters each',
    also: ['acl-users'],
    pair: { acl: ['default on nopass ~* &* +@all', ...MANY_RULES] },
  },
];

/** What its keys are like. */
const KEYS: Case[] = [
  {
    id: 'big-keys',
    how: 'data',
    what: 'a list of 100,001 elements',
    async prepare(pair) {
      await pair.onSource('RPUSH', 'list', ...Array.from({ length: 100_001 }, (_, at) => String(at)));
      return undefined;
    },
  },
  {
    id: 'big-keys',
    how: 'data',
    what: 'a string of 70 MB',
    async prepare(pair) {
      await pair.onSource('SETRANGE', 'string', '70000000', 'end');
      return undefined;
    },
  },
  {
    id: 'short-ttls',
    how: 'data',
    what: 'two of 20 keys expire in 50 s',
    async prepare(pair) {
      for (const key of ['key:1', 'key:2']) await pair.onSource('EXPIRE', key, '50');
      return undefined;
    },
  },
  {
    id: 'sliding-ttls',
    how: 'clients',
    what: 'a client extends the TTL of a key',
    async prepare(pair) {
      const client = await pair.client(pair.source.port);
      let seconds = 900;
      await client.sendCommand(['EXPIRE', 'key:1', String(seconds)]);
      const timer = setInterval(() => {
        client.sendCommand(['EXPIRE', 'key:1', String(++seconds)]).catch(() => undefined);
      }, 5);
      return () => clearInterval(timer);
    },
  },
  {
    id: 'keyspace-large',
    how: 'RESP front',
    what: '100 million keys by INFO',
    pair: { front: { INFO: act.info({ db0: 'keys=100000000,expires=0,avg_ttl=0' }) } },
  },
];

const writing = async ({ source }: Pair) => {
  const writer = await startPacedWriter(source.port, 100_000);
  return () => writer.stop();
};
/**
 * Some 4 MB at 10 kB/s: the buffer stands at a soft limit for minutes, while a break of 60 s needs little of the backlog.
 */
const slowCopy = {
  sampleMs: 300,
  copyBytesPerSecond: 10_000,
  async prepare(pair: Pair) {
    await pair.onSource('SETRANGE', 'string', '3000000', 'end');
    return writing(pair);
  },
};

/** What its buffers hold. */
const SYNC: Case[] = [
  {
    id: 'full-sync-will-fail',
    how: 'redis.conf',
    what: 'a soft limit of 64 KiB for 1 s, a slow copy and 100 kB/s of writes',
    pair: { source: { 'client-output-buffer-limit': 'replica 0 65536 1' } },
    ...slowCopy,
  },
  {
    id: 'full-sync-tight',
    how: 'redis.conf',
    what: 'a soft limit of 64 KiB for 450 s, a slow copy and 100 kB/s of writes',
    pair: { source: { 'client-output-buffer-limit': 'replica 0 65536 450' } },
    ...slowCopy,
  },
  {
    id: 'backlog-small',
    how: 'redis.conf',
    what: 'repl-backlog-size 1mb and 100 kB/s of writes',
    pair: { source: { 'repl-backlog-size': '1mb' } },
    sampleMs: 300,
    prepare: writing,
  },
];

/** Conditions of the source. */
export const SOURCE_CASES: readonly Case[] = [...REACH, ...ADDRESS, ...TOPOLOGY, ...HEALTH, ...FENCE, ...KEYS, ...SYNC];
