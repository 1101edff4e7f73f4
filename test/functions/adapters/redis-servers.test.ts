import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { redisServers } from '../../../functions/adapters/redis-servers.ts';
import { Refused, type Reply, type Session, SessionLost } from '../../../functions/preflight/ports.ts';
import { type RedisProcess, startRedis } from '../../../local/redis/server.ts';
import { selfSigned } from '../support/certificate.ts';
import { serveTcp, type TcpServer } from '../support/tcp.ts';

const soon = () => Date.now() + 20_000;
/** Long enough for a machine on its knees; whoever is silent in these tests is silent for good. */
const PATIENT = redisServers(Date.now, 10_000);
const HASTY = redisServers(Date.now, 60);

const servers: TcpServer[] = [];
const sessions: Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const hostile = async (behaviour: Parameters<typeof serveTcp>[0]): Promise<TcpServer> => {
  const server = await serveTcp(behaviour);
  servers.push(server);
  return server;
};
const open = async (server: { endpoint: TcpServer['endpoint'] }, by = PATIENT): Promise<Session> => {
  const session = await by.open(server.endpoint, soon());
  sessions.push(session);
  return session;
};
const text = (reply: Reply): unknown =>
  Array.isArray(reply) ? reply.map(text) : Buffer.isBuffer(reply) ? reply.toString() : reply;

describe('A session with a real server', () => {
  let redis: RedisProcess;
  let session: Session;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const real = async () => {
    session = await open({ endpoint: { address: redis.host, port: redis.port } });
    return session;
  };

  it('asks, with bytes as they are', async () => {
    await real();
    expect(text(await session.ask('PING'))).toBe('PONG');
    expect(await session.ask('ECHO', Buffer.of(0, 255, 13, 10))).toEqual(Buffer.of(0, 255, 13, 10));
  });

  it('asks many things at once, and goes on after a refusal', async () => {
    await real();
    const replies = await session.askAll([['DBSIZE'], ['NONSENSE'], ['ECHO', ''], ['LRANGE', 'none', '0', '1']]);

    expect(replies.map(text)).toEqual([0, expect.any(Refused), '', []]);
    expect((replies[1] as Refused).kind).toBe('ERR');
    expect(await session.askAll([])).toEqual([]);
  });

  it('throws a refusal of a single question, in the words of the server', async () => {
    await real();
    await expect(session.ask('NONSENSE')).rejects.toThrow(/^ERR unknown command/);
    expect(text(await session.ask('PING'))).toBe('PONG');
  });

  it('sends nothing by itself, and knows its own end and how much it has sent', async () => {
    await real();
    const stats = String(await session.ask('CLIENT', 'LIST'));

    expect(stats.trim().split('\n')).toHaveLength(1);
    expect(stats).toContain(` addr=${session.localAddress} `);
    expect(stats).toContain('resp=2');
    expect(session.sentBytes).toBe('*2\r\n$6\r\nCLIENT\r\n$4\r\nLIST\r\n'.length);
  });

  it('hears what is published until it has heard enough', async () => {
    const [listener, publisher] = [await real(), await real()];
    const hearing = listener.hear('news', 10_000, (messages) => messages.length === 2);
    while ((await publisher.ask('PUBLISH', 'news', 'first')) === 0);
    await publisher.ask('PUBLISH', 'news', 'second');

    expect(await hearing).toEqual(['first', 'second']);
    await expect(listener.ask('PING')).rejects.toThrow('was closed by us');
  });

  it('hears nothing where nothing is published, and not for longer than it is told', async () => {
    expect(await (await real()).hear('silence', 10, () => false)).toEqual([]);
  });

  it('asks nothing when the time is over', async () => {
    const late = await PATIENT.open({ address: redis.host, port: redis.port }, Date.now() + 10_000);
    sessions.push(late);
    expect(text(await late.ask('PING'))).toBe('PONG');

    let nowMs = 0;
    const timed = redisServers(() => nowMs, 10_000);
    const brief = await timed.open({ address: redis.host, port: redis.port }, 5000);
    sessions.push(brief);
    nowMs = 5000;
    await expect(brief.ask('PING')).rejects.toThrow(/no time was left to ask for PING/);
  });

  it('asks again when it has been given more time', async () => {
    const { host, port } = redis;
    let now = Date.now();
    const brief = await redisServers(() => now, 10_000).open({ address: host, port }, now + 1000);
    sessions.push(brief);
    now += 1000;
    await expect(brief.ask('PING')).rejects.toThrow('no time was left');
    brief.prolong(now + 1000);

    expect(text(await brief.ask('PING'))).toBe('PONG');
  });
});

describe('A session with a hostile server', () => {
  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['answers garbage', (socket) => socket.write('\x00\x01garbage'), /sent "\\u0000\\u0001garbage", which is no Redis/],
    [
      'announces an absurd length',
      (socket) => socket.write('$4294967296\r\n'),
      /sent a text of 4294967296 bytes, which/,
    ],
    ['announces an absurd list', (socket) => socket.write('*1000000000\r\n'), /a list of 1000000000 elements/],
    ['nests lists without end', (socket) => socket.write('*1\r\n'.repeat(1000)), /lists 17 deep/],
    ['floods an answer', (socket) => flood(socket, `+${'x'.repeat(99)}\r\n`, '*45000\r\n'), /more than 4194304 bytes/],
    ['sends half an answer and closes', (socket) => socket.end('$10\r\nhal'), /closed the connection amid an answer/],
    ['closes', (socket) => socket.end(), /closed the connection$/],
    ['resets', (socket) => socket.resetAndDestroy(), /ECONNRESET|closed the connection/],
  ])('that %s is over, and says why ever after', async (_, misbehave, why) => {
    const session = await open(await hostile({ onData: misbehave }));

    await expect(session.askAll([['PING'], ['INFO']])).rejects.toThrow(why);
    await expect(session.ask('PING')).rejects.toThrow(SessionLost);
    await expect(session.ask('PING')).rejects.toThrow(why);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['hangs', () => undefined],
    ['drips', (socket) => drip(socket, `$1000\r\n${'x'.repeat(1000)}`)],
  ])('that %s is over when the time of one answer is over', async (_, misbehave) => {
    const session = await open(await hostile({ onData: misbehave }), HASTY);

    await expect(session.askAll([['CONFIG', 'GET', 'save']])).rejects.toThrow('did not answer CONFIG within 60 ms');
    await expect(session.ask('PING')).rejects.toThrow('did not answer CONFIG within 60 ms');
  });

  it('that hangs after a few answers of many names the question that it did not answer', async () => {
    const session = await open(await hostile({ onData: (socket) => socket.write('+a\r\n+b\r\n') }), HASTY);

    await expect(session.askAll([['PING'], ['TIME'], ['DBSIZE']])).rejects.toThrow('did not answer DBSIZE');
  });

  it('that speaks unasked is over', async () => {
    const server = await hostile({ onData: (socket) => socket.write('+PONG\r\n+AND\r\n') });
    const session = await open(server);
    await session.ask('PING');

    await expect.poll(() => session.ask('PING').then(() => 'answered', String)).toContain('spoke without being asked');
  });

  it('that refuses everybody at the door is heard, however early it says so', async () => {
    const server = await hostile({
      onConnection: (socket) => socket.end('-DENIED Redis is running in protected mode\r\n'),
    });
    const session = await open(server);

    await expect(session.ask('PING')).rejects.toThrow(new Refused('DENIED Redis is running in protected mode'));
    await expect.poll(() => session.ask('PING').then(() => 'answered', String)).toMatch(/DENIED|closed/);
  });

  it('is not heard for longer, whatever it publishes', async () => {
    const message = `*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$3\r\nany\r\n`;
    const subscribed = '*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n';
    const flooding = await open(await hostile({ onData: (socket) => flood(socket, message, subscribed) }));
    expect(await flooding.hear('c', 10_000, () => false)).toHaveLength(500);

    const breaking = await open(await hostile({ onData: (socket) => socket.write(`${subscribed}garbage`) }));
    await expect(breaking.hear('c', 10_000, () => false)).rejects.toThrow('no Redis protocol');

    const refusing = await open(await hostile({ onData: (socket) => socket.write('-NOPERM no channels\r\n') }));
    await expect(refusing.hear('c', 10_000, () => false)).rejects.toThrow(new Refused('NOPERM no channels'));
  });
});

describe('Servers', () => {
  it('that nobody runs are told from others', async () => {
    const server = await serveTcp({});
    await server.close();

    await expect(PATIENT.open(server.endpoint, soon())).rejects.toThrow(/^127\.0\.0\.1:\d+: .*ECONNREFUSED/);
    await expect(PATIENT.open({ address: 'no-such-host.invalid', port: 6379 }, soon())).rejects.toThrow(SessionLost);
    expect(await PATIENT.speaksTls(server.endpoint, soon())).toBe(false);
  });

  it('are not connected to when no time is left', async () => {
    const server = await hostile({});

    await expect(PATIENT.open(server.endpoint, Date.now())).rejects.toThrow('no time was left to connect');
    expect(await PATIENT.speaksTls(server.endpoint, Date.now())).toBe(false);
    expect(server.taken()).toBe(0);
  });

  it.each<[string, Parameters<typeof serveTcp>[0]]>([
    ['say nothing', {}],
    ['close', { onConnection: (socket) => socket.end() }],
    ['speak Redis', { onData: (socket) => socket.write('-ERR unknown command\r\n') }],
    ['flood', { onConnection: (socket) => flood(socket, 'x'.repeat(1000), '') }],
  ])('that %s do not speak TLS', async (_, behaviour) => {
    expect(await HASTY.speaksTls((await hostile(behaviour)).endpoint, soon())).toBe(false);
  });

  it('have the addresses that their name resolves to', async () => {
    expect(await PATIENT.resolve('10.0.0.5', soon())).toEqual(['10.0.0.5']);
    expect(await PATIENT.resolve('fd00::5', soon())).toEqual(['fd00::5']);
    expect(await PATIENT.resolve('localhost', soon())).toContain('127.0.0.1');
    await expect(PATIENT.resolve('no-such-host.invalid', soon())).rejects.toThrow(
      /The name no-such-host.invalid cannot be resolved/,
    );
  });
});

describe('A server with TLS', () => {
  const { key, cert } = selfSigned();

  it.each([
    ['', {}],
    [', which wants a certificate of ours', { requestCert: true, rejectUnauthorized: true }],
    [', which wants a certificate of ours, by TLS 1.2', { requestCert: true, maxVersion: 'TLSv1.2' as const }],
  ])('is known by its handshake%s', async (_, options) => {
    const server = createTlsServer({ key, cert, ...options });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
    try {
      expect(await PATIENT.speaksTls(endpoint, soon())).toBe(true);
      const session = await open({ endpoint });
      await expect(session.ask('PING')).rejects.toThrow(SessionLost);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

/** Writes without end, as fast as it is taken. */
const flood = (socket: Socket, piece: string, before: string): void => {
  socket.write(before);
  const block = piece.repeat(100);
  const more = () => {
    while (!socket.destroyed && socket.writable && socket.write(block));
  };
  socket.on('drain', more);
  more();
};

const drip = (socket: Socket, text: string): void => {
  let at = 0;
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(text.charAt(at++))), 5);
};
