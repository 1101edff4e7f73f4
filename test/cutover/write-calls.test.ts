import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisServers } from '../../functions/adapters/redis-servers.ts';
import { readWriteCalls, readWriting, writingIn } from '../../functions/cutover/write-calls.ts';
import type { Reply, Session } from '../../functions/preflight/ports.ts';
import { Refused } from '../../functions/preflight/ports.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';

let redis: RedisProcess;
let session: Session;
beforeEach(async () => {
  redis = await startRedis();
  session = await redisServers().open({ address: '127.0.0.1', port: redis.port }, Date.now() + 30_000);
});
afterEach(async () => {
  session.close();
  await redis.stop();
});

const byCommand = async () => writingIn(await session.ask('COMMAND'));

/** The same server, as it answers ACL CAT. */
const answering = (category: Reply, modules: Reply = []) => {
  const asked: string[] = [];
  const another: Session = {
    ...session,
    localAddress: session.localAddress,
    sentBytes: 0,
    ask: (...command) => {
      asked.push(command.join(' '));
      return session.ask(...command);
    },
    askAll: async (commands) => [category, modules, ...(await session.askAll(commands.slice(2)))],
  };
  return { another, asked };
};

describe('which commands write', () => {
  it('is told by their category as the whole list of commands tells it, subcommands too', async () => {
    const writing = await readWriting(session);

    expect([...writing].sort()).toEqual([...(await byCommand())].sort());
    expect([...writing]).toEqual(expect.arrayContaining(['set', 'xgroup|create', 'restore']));
  });

  it.each<[string, Reply, Reply]>([
    ['refuses ACL CAT', new Refused("ERR unknown command 'ACL'"), []],
    ['leaves the commands of modules out of it, as before Redis 7.0', [Buffer.from('set'), Buffer.from('xgroup')], []],
    ['has a module', [Buffer.from('set'), Buffer.from('xgroup|create')], [[Buffer.from('name'), Buffer.from('m')]]],
    ['does not tell its modules', [Buffer.from('xgroup|create')], new Refused('NOPERM')],
  ])('is asked of the whole list where the server %s', async (_, category, modules) => {
    const { another, asked } = answering(category, modules);

    expect(await readWriting(another)).toEqual(await byCommand());
    expect(asked).toEqual(['COMMAND']);
  });

  it('is counted with what else was asked for at the same moment', async () => {
    await session.askAll([
      ['SET', 'k', 'v'],
      ['SET', 'k', 'w'],
      ['GET', 'k'],
      ['XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM'],
    ]);
    const { writeCalls, others } = await readWriteCalls(session, ['DBSIZE']);

    expect(writeCalls).toEqual({ set: 2, 'xgroup|create': 1 });
    expect(others).toEqual([2]);
  });

  it('is not told where commands may not be asked for', async () => {
    await session.askAll([['ACL', 'SETUSER', 'default', '-acl', '-command']]);

    await expect(readWriting(session)).rejects.toBeInstanceOf(Refused);
  });
});
