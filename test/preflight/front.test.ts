import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectSource, type SourceClient } from '../../local/demo/seed.ts';
import { type RedisProcess, startRedis } from '../../local/redis/server.ts';
import * as act from './acts.ts';
import { type Front, startFront } from './front.ts';
import { encode, parse, RespReader, toResp } from './resp.ts';

describe('RESP', () => {
  const values = [
    '+OK\r\n',
    '-ERR no\r\n',
    ':-17\r\n',
    '$-1\r\n',
    '$0\r\n\r\n',
    '$4\r\na\r\n\u00ff\r\n',
    '*-1\r\n',
    '*0\r\n',
    '*2\r\n*1\r\n:1\r\n$1\r\nx\r\n',
    '%1\r\n+a\r\n=5\r\ntxt:b\r\n',
    '~1\r\n#t\r\n',
    '_\r\n',
    ',1.5\r\n',
  ].map((text) => Buffer.from(text, 'latin1'));

  it('is written again byte for byte, whatever pieces it comes in', () => {
    const all = Buffer.concat(values);
    for (const size of [1, 2, 7, all.length]) {
      const reader = new RespReader();
      const read: Buffer[] = [];
      for (let at = 0; at < all.length; at += size) {
        for (const { value, bytes } of reader.push(all.subarray(at, at + size))) {
          expect(encode(value)).toEqual(bytes);
          read.push(Buffer.from(bytes));
        }
      }
      expect(read).toEqual(values);
      expect(reader.rest()).toHaveLength(0);
    }
  });

  it('is no other protocol', () => {
    expect(() => parse(Buffer.from('HTTP/1.1 200 OK\r\n'))).toThrow('not RESP');
    expect(encode(toResp(['a', 1, null, new Error('ERR x')])).toString()).toBe(
      '*4\r\n$1\r\na\r\n:1\r\n$-1\r\n-ERR x\r\n',
    );
  });
});

describe('a front before a real server', () => {
  let redis: RedisProcess;
  let front: Front;
  const clients: SourceClient[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    front = await startFront(redis.port);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) if (client.isOpen) client.destroy();
    front.rules = {};
    await expect.poll(() => front.open).toBe(0);
  });
  afterAll(async () => {
    await front?.close();
    await redis?.stop();
  });

  const client = async () => {
    const opened = await connectSource(front.port);
    clients.push(opened);
    return opened;
  };

  it('changes nothing by itself, however much is asked at once', async () => {
    const [through, direct] = [await client(), await connectSource(redis.port)];
    clients.push(direct);
    await through.sendCommand(['SET', 'big', 'x'.repeat(3_000_000)]);
    const commands = [
      ['GET', 'big'],
      ['COMMAND', 'INFO', 'get', 'set', 'none'],
      ['CONFIG', 'GET', '*'],
      ['NONSENSE'],
      ['LRANGE', 'none', '0', '-1'],
    ];
    const ask = (one: SourceClient) =>
      Promise.all(commands.map((command) => one.sendCommand(command).catch((error: Error) => error.message)));

    expect(await ask(through)).toEqual(await ask(direct));
    expect(front.heard).toContainEqual(['CONFIG', 'GET', '*']);
  });

  it('lists its clients by their own addresses', async () => {
    const list = String(await (await client()).sendCommand(['CLIENT', 'LIST']));
    const socket = connect(front.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const own = `addr=127.0.0.1:${socket.localPort} `;

    expect(list.match(/ addr=/g)).toHaveLength(1);
    expect(list).not.toContain(own);
    await expect.poll(async () => (await client()).sendCommand(['CLIENT', 'LIST'])).toContain(own);
    socket.destroy();
  });

  it('tells fields of INFO otherwise, and leaves the rest', async () => {
    front.rules = { INFO: act.info({ redis_version: '2.8.0', os: undefined, invented: 'yes' }) };
    const text = String(await (await client()).sendCommand(['INFO']));

    expect(text).toMatch(/^redis_version:2\.8\.0\r$/m);
    expect(text).toMatch(/^invented:yes\r$/m);
    expect(text).not.toMatch(/^os:/m);
    expect(text).toMatch(/^tcp_port:\d+\r$/m);
    expect(String(await (await client()).sendCommand(['INFO', 'memory']))).not.toContain('invented');
  });

  it('tells parameters otherwise, answers itself, and refuses', async () => {
    front.rules = {
      'CONFIG GET': act.config({ save: '1 1', appendonly: undefined }),
      'CLIENT LIST': act.answer('id=1\n'),
      CLIENT: act.refuse('NOPERM no'),
    };
    const one = await client();

    expect(await one.sendCommand(['CONFIG', 'GET', 'save'])).toEqual(['save', '1 1']);
    expect(await one.sendCommand(['CONFIG', 'GET', 'appendonly'])).toEqual([]);
    expect(await one.sendCommand(['CONFIG', 'GET', 'port'])).toEqual(['port', String(redis.port)]);
    expect(await one.sendCommand(['CLIENT', 'LIST'])).toBe('id=1\n');
    await expect(one.sendCommand(['CLIENT', 'ID'])).rejects.toThrow('NOPERM no');
    expect(await one.sendCommand(['ECHO', 'still'])).toBe('still');
  });

  it('hangs on one command and answers others before it, drips, hangs up, and floods', async () => {
    front.rules = {
      GET: act.hang,
      ECHO: act.drip(2, 1),
      TIME: act.hangUp('*2\r\n$1'),
      DBSIZE: act.flood('$99999999999\r\n'),
    };
    const [hanging, dripping, ending] = [await client(), await client(), await client()];
    const unanswered = hanging.sendCommand(['GET', 'a']);

    expect(await dripping.sendCommand(['ECHO', 'slowly'])).toBe('slowly');
    await expect(ending.sendCommand(['TIME'])).rejects.toThrow();
    hanging.destroy();
    await expect(unanswered).rejects.toThrow();

    const socket = connect(front.port, '127.0.0.1', () => socket.write('*1\r\n$6\r\nDBSIZE\r\n'));
    const bytes = await new Promise<number>((resolve) => {
      let heard = 0;
      socket.on('data', (piece) => {
        heard += piece.length;
        if (heard > 10_000_000) resolve(heard);
      });
    });
    socket.destroy();
    expect(bytes).toBeGreaterThan(10_000_000);
  });

  it('lets a replica through', async () => {
    const replica = await startRedis();
    const one = await connectSource(replica.port);
    clients.push(one);
    await one.sendCommand(['REPLICAOF', '127.0.0.1', String(front.port)]);
    await expect.poll(async () => one.sendCommand(['EXISTS', 'big'])).toBe(1);
    await replica.stop();
  });
});
