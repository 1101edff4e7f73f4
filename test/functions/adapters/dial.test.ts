import { promises as dns, type LookupAddress } from 'node:dns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AllowedNetworks } from '../../../functions/adapters/allowed-networks.ts';
import { Dialler } from '../../../functions/adapters/dial.ts';
import { openKeyReader } from '../../../functions/adapters/key-reader.ts';
import { redisProbe } from '../../../functions/adapters/redis-probe.ts';
import { redisServers } from '../../../functions/adapters/redis-servers.ts';
import { NetworkNotAllowedError } from '../../../functions/migration/errors.ts';
import type { Endpoint } from '../../../functions/migration/record.ts';
import { NotDialled, SessionLost } from '../../../functions/preflight/ports.ts';
import { shipped } from '../../docs/sources.ts';
import { serveTcp, type TcpServer } from '../support/tcp.ts';

const PRIVATE = new Dialler(new AllowedNetworks(['10.0.0.0/8', 'fc00::/7']));
const HERE = new Dialler(new AllowedNetworks(['10.0.0.0/8', '127.0.0.0/8']));
const soon = () => Date.now() + 10_000;

let server: TcpServer;
beforeEach(async () => {
  server = await serveTcp({ onData: (socket) => socket.write('+PONG\r\n') });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

/** What DNS answers, one answer after the other; the last one from then on. */
const dnsAnswers = (...answers: string[][]) => {
  const asked: string[] = [];
  vi.spyOn(dns, 'lookup').mockImplementation((async (name: string): Promise<LookupAddress[]> => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(name);
    return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }) as never);
  return asked;
};

/** Each way that functions have to a Redis. Answers what stopped it, or nothing. */
const DOORS: Record<string, (dialler: Dialler, endpoint: Endpoint) => Promise<unknown>> = {
  async session(dialler, endpoint) {
    const opened = await redisServers(Date.now, 5000, undefined, dialler)
      .open(endpoint, soon())
      .catch((error) => error);
    if (opened instanceof Error) return opened.message;
    opened.close();
    return undefined;
  },
  async 'TLS handshake'(dialler, endpoint) {
    // The server here speaks none: whether it was dialled is what counts.
    await redisServers(Date.now, 5000, undefined, dialler).speaksTls(endpoint, soon());
    return server.taken() > 0 ? undefined : 'was not dialled';
  },
  async probe(dialler, endpoint) {
    const probe = redisProbe(Date.now, dialler);
    const reading = await probe.read(endpoint);
    probe.close();
    return 'unreadable' in reading && reading.unreadable.includes('was not dialled') ? reading.unreadable : undefined;
  },
  async 'key reader'(dialler, { address, port }) {
    const reader = openKeyReader({ host: address, port }, dialler);
    const failed = await reader.ping().then(
      () => undefined,
      (error) => error,
    );
    reader.close();
    return failed instanceof NetworkNotAllowedError ? failed.message : undefined;
  },
};

describe.each(Object.entries(DOORS))('The %s', (_, pass) => {
  it('does not dial what is outside of the allowed networks, and dials it where they are wider', async () => {
    expect(await pass(PRIVATE, server.endpoint)).toContain('was not dialled');
    expect(server.taken()).toBe(0);

    expect(await pass(HERE, server.endpoint)).toBeUndefined();
    expect(server.taken()).toBe(1);
  });

  it('does not dial a name that leads outside, by one of its addresses', async () => {
    dnsAnswers(['10.0.0.5', '127.0.0.1']);
    const { port } = server.endpoint;

    expect(await pass(PRIVATE, { address: 'db.example', port })).toContain('was not dialled');
    expect(server.taken()).toBe(0);
  });

  it('dials what the name led to when it was checked, and asks no second time', async () => {
    const asked = dnsAnswers(['127.0.0.1'], ['169.254.169.254']);
    const { port } = server.endpoint;

    expect(await pass(HERE, { address: 'db.example', port })).toBeUndefined();
    expect(server.taken()).toBe(1);
    expect(asked).toEqual(['db.example']);
  });
});

describe('Where a connection goes', () => {
  it.each([
    ['127.0.0.1', /is loopback/],
    ['::1', /is loopback/],
    ['::ffff:127.0.0.1', /is loopback/],
    ['169.254.169.254', /metadata/],
    ['fd00:ec2::254', /metadata/],
    ['fe80::1%eth0', /has a zone/],
    ['8.8.8.8', /is outside of the allowed networks \(10\.0\.0\.0\/8, fc00::\/7\)/],
    ['2130706433', /neither a name nor an IP address/],
    ['0x7f.1', /neither a name nor an IP address/],
    ['127.0.0.1.', /neither a name nor an IP address/],
    ['/tmp/redis.sock', /neither a name nor an IP address/],
    ['', /neither a name nor an IP address/],
  ])('is refused by itself where it is %s', async (address, why) => {
    const asked = dnsAnswers(['10.0.0.5']);

    await expect(PRIVATE.way({ address, port: 6379 })).rejects.toThrow(NetworkNotAllowedError);
    await expect(PRIVATE.way({ address, port: 6379 })).rejects.toThrow(why);
    expect(asked).toEqual([]);
  });

  it.each([0, -1, 65_536, 1.5, Number.NaN])('is refused at port %d, which a replica may announce', async (port) => {
    await expect(PRIVATE.way({ address: '10.0.0.5', port })).rejects.toThrow('its port is none');
  });

  it('is told in one line, however an address looks', async () => {
    const told = await PRIVATE.way({ address: `x\r\n\u001b[31m${'y'.repeat(5000)}`, port: 6379 }).catch(
      ({ message }) => message,
    );

    expect(told).toMatch(/^x\\r\\n\\u001b\[31my+:6379 was not dialled: [ -~]+$/);
    expect(told.length).toBeLessThan(500);
  });

  it('is a session that never was, in the words of the guard; a name that DNS does not know is none of its matters', async () => {
    const { open } = redisServers(Date.now, 5000, undefined, PRIVATE);
    await expect(open({ address: '127.0.0.1', port: 1 }, soon())).rejects.toThrow(NotDialled);

    dnsAnswers([]);
    const unknown = await open({ address: 'db.example', port: 1 }, soon()).catch((error) => error);
    expect(unknown).toBeInstanceOf(SessionLost);
    expect(unknown).not.toBeInstanceOf(NotDialled);
  });
});

describe('Sockets', () => {
  /** What a module gets at run time from what can open a socket or ask DNS. */
  const socketsIn = (text: string): string[] =>
    [
      ...text.matchAll(
        /^(?:import|export) (?!type )([^;]*?) from '((?:node:)?(?:net|tls|dns|dns\/promises|http|https|http2|dgram|undici)|@redis\/client[^']*)'/gm,
      ),
    ].flatMap(([, names = '', module]) =>
      names
        .replace(/[{}\s]/g, ' ')
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type '))
        .map((name) => `${name} of ${module}`),
    );
  /** None of these opens anything. */
  const HARMLESS = [
    'isIP of node:net',
    'BlockList of node:net',
    'createSecureContext of node:tls',
    'queues of @redis/client/dist/lib/client/commands-queue.js',
    'RESP_TYPES of @redis/client/dist/lib/RESP/decoder.js',
    'ClientClosedError of @redis/client/dist/lib/errors.js',
    'DisconnectsClientError of @redis/client/dist/lib/errors.js',
    'ErrorReply of @redis/client/dist/lib/errors.js',
  ];

  it('are opened by one file, and by the client that takes its way from there', () => {
    const opening = shipped.flatMap(({ path, text }) =>
      socketsIn(text)
        .filter((one) => !HARMLESS.includes(one))
        .map((one) => `${path}: ${one}`),
    );

    expect(opening.sort()).toEqual([
      'functions/adapters/dial.ts: connect as connectTls of node:tls',
      'functions/adapters/dial.ts: connect of node:net',
      'functions/adapters/dial.ts: promises as dns of node:dns',
      'functions/adapters/redis-connection.ts: sockets of @redis/client/dist/lib/client/socket.js',
    ]);
    const connecting = shipped.filter(({ text }) => text.includes('new RedisConnection('));
    expect(connecting.map(({ path }) => path)).toEqual(['functions/adapters/redis-client.ts']);
    expect(shipped.filter(({ text }) => /\bfetch\(|\brequire\(|\bimport\(|new WebSocket/.test(text))).toEqual([]);
  });

  it('are found by this test, however they are imported', () => {
    const found = socketsIn(
      "import net, { type Socket, Socket as S } from 'node:net';\nimport * as t from 'tls';\nimport type { X } from 'node:dns';\n",
    );

    expect(found).toEqual(['net of node:net', 'Socket as S of node:net', '* as t of tls']);
  });
});
