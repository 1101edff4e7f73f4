import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { redisServers } from '../../functions/adapters/redis-servers.ts';
import { freeze } from '../../functions/cutover/fence/freeze.ts';
import { unlessWritten } from '../../functions/cutover/fence/quiet.ts';
import type { SourceNode } from '../../functions/cutover/source-nodes.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import { Connection } from './ledger/resp.ts';

let source: RedisProcess;
const opened: { close(): void }[] = [];
beforeEach(async () => {
  source = await startRedis();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await source.stop();
});

const client = async () => {
  const connection = await Connection.open(source.port);
  opened.push(connection);
  return connection;
};
/** The source as the cutover has it, and how long it is looked at. */
const look = async ({ pausesWrites }: Pick<SourceNode, 'pausesWrites'>) => {
  const endpoint = { address: '127.0.0.1', port: source.port };
  const untilMs = Date.now() + 10_000;
  const session = await redisServers().open(endpoint, untilMs);
  opened.push(session);
  const node = {
    nodeGroupId: '0001',
    endpoint,
    role: 'primary',
    runId: '',
    session,
    replicas: [],
    version: '7.0.0',
    pausesWrites,
  } as const;
  return unlessWritten(node, await freeze(node, systemClock, untilMs), systemClock, untilMs);
};
/** An application that nobody has stopped. */
const writeNowAndThen = async () => {
  const connection = await client();
  const timer = setInterval(() => connection.call('SET', 'key', 'value').catch(() => undefined), 200);
  opened.push({ close: () => clearInterval(timer) });
};

describe('the fence none', () => {
  it('does not take the silence between two writes for the end of them, where writes can be paused', async () => {
    await writeNowAndThen();
    await expect(look({ pausesWrites: true })).rejects.toThrow(/is not stopped.* waits on .* with set/);
  });

  it('does not take it for their end where they cannot be paused', async () => {
    await writeNowAndThen();
    await expect(look({ pausesWrites: false })).rejects.toThrow(/is not stopped.*set was called/);
  });

  it('takes reads and keys that expire for what they are', async () => {
    const reader = await client();
    await reader.ask('SET', 'key', 'value', 'PX', 300);
    const timer = setInterval(() => reader.call('GET', 'key').catch(() => undefined), 50);
    opened.push({ close: () => clearInterval(timer) });

    const { offset } = await look({ pausesWrites: false });
    expect(offset).toBeGreaterThanOrEqual(0);
  });
});
