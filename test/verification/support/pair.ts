import { setTimeout as sleep } from 'node:timers/promises';
import { RESP_TYPES, RedisClient } from '@redis/client';
import { type RedisProcess, type StartRedisOptions, startRedis } from '../../../local/redis/server.ts';

export type Argument = string | Buffer;

/** A client for tests: commands of any kind, replies as Buffers. */
export interface Client {
  run<T = unknown>(...args: Argument[]): Promise<T>;
  /** Many at once, in one go. */
  runAll(commands: readonly Argument[][]): Promise<unknown[]>;
  close(): void;
}

const newClient = RedisClient.factory({ RESP: 2 });

export const connect = async (port: number, database = 0): Promise<Client> => {
  const client = newClient({
    ...({ RESP: 2 } as object),
    socket: { host: '127.0.0.1', port, reconnectStrategy: false },
    database,
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
  client.on('error', () => undefined);
  await client.connect();
  const run = <T>(...args: Argument[]) => client.sendCommand(args) as Promise<T>;
  return {
    run,
    runAll: (commands) => Promise.all(commands.map((command) => run(...command))),
    close: () => client.isOpen && client.destroy(),
  };
};

/** A source, and a target that follows it. */
export interface Pair {
  source: RedisProcess;
  target: RedisProcess;
  /** Clients of database 0. */
  onSource: Client;
  onTarget: Client;
  /** The target applies what the source has now. */
  caughtUp(): Promise<void>;
  /** The target stops following and is a server of its own, with the same data. */
  detach(): Promise<void>;
  stop(): Promise<void>;
}

const offsetOf = (info: string, field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);

/** The target may be written to, so that faults can be planted while it follows. */
export const startPair = async (
  options: {
    source?: StartRedisOptions;
    target?: StartRedisOptions;
    /** Before the target follows: for what is not replicated. */
    prepare?: (source: Client) => Promise<unknown>;
  } = {},
): Promise<Pair> => {
  const source = await startRedis(options.source);
  const onSource = await connect(source.port);
  await options.prepare?.(onSource);
  const target = await startRedis({
    ...options.target,
    config: { replicaof: `127.0.0.1 ${source.port}`, 'replica-read-only': 'no', ...options.target?.config },
  });
  const onTarget = await connect(target.port);

  const caughtUp = async () => {
    const wanted = offsetOf(String(await onSource.run('INFO', 'replication')), 'master_repl_offset');
    for (;;) {
      const info = String(await onTarget.run('INFO', 'replication'));
      if (info.includes('master_link_status:up') && offsetOf(info, 'slave_repl_offset') >= wanted) return;
      await sleep(10);
    }
  };

  return {
    source,
    target,
    onSource,
    onTarget,
    caughtUp,
    async detach() {
      await caughtUp();
      await onTarget.run('REPLICAOF', 'NO', 'ONE');
    },
    async stop() {
      onSource.close();
      onTarget.close();
      await Promise.all([source.stop(), target.stop()]);
    },
  };
};
