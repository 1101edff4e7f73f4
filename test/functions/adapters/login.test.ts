import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Dialler } from '../../../functions/adapters/dial.ts';
import { openKeyReader } from '../../../functions/adapters/key-reader.ts';
import { redisProbe } from '../../../functions/adapters/redis-probe.ts';
import { redisServers } from '../../../functions/adapters/redis-servers.ts';
import { SecretUnread } from '../../../functions/adapters/source-secrets.ts';
import type { Endpoint } from '../../../functions/migration/record.ts';
import { LoginRefused } from '../../../functions/preflight/ports.ts';
import { reservePort } from '../../../local/redis/ports.ts';
import { type RedisProcess, startRedis } from '../../../local/redis/server.ts';
import { makeAuthority } from '../support/certificate.ts';
import { FakeSecrets } from '../support/secrets.ts';
import { serveTcp, type TcpServer } from '../support/tcp.ts';

const PASSWORD = 'planted-password';
const soon = () => Date.now() + 20_000;

/** Each way that functions have to a Redis. Answers its INFO, or throws what was told instead. */
const DOORS: Record<string, (dialler: Dialler, endpoint: Endpoint) => Promise<void>> = {
  async session(dialler, endpoint) {
    const session = await redisServers(Date.now, 5000, undefined, dialler).open(endpoint, soon());
    try {
      await session.ask('INFO');
    } finally {
      session.close();
    }
  },
  async probe(dialler, endpoint) {
    const probe = redisProbe(Date.now, dialler);
    const reading = await probe.read(endpoint);
    probe.close();
    if ('unreadable' in reading) throw new Error(reading.unreadable);
  },
  async 'key reader'(dialler, { address, port }) {
    const reader = openKeyReader({ host: address, port }, dialler);
    try {
      await reader.offset();
    } finally {
      reader.close();
    }
  },
};
const doors = Object.entries(DOORS);
type Door = (typeof doors)[number][1];

/** All that can be read of an error, its causes included. */
const toldBy = async (door: Promise<void>): Promise<string> => {
  const told: string[] = [];
  let error: unknown = await door.then(
    () => new Error('was let in'),
    (thrown) => thrown,
  );
  for (; error instanceof Error; error = error.cause)
    told.push(error.message, error.stack ?? '', JSON.stringify(error));
  return told.join('\n');
};

const authority = makeAuthority();
const ours = authority.issue({ dns: ['migrator'] });
let folder: string;
let redis: RedisProcess;
/** In clear, and by TLS. Nobody listens at the third port. */
let at: { clear: Endpoint; tls: Endpoint; nowhere: Endpoint };
const released: (() => unknown)[] = [];

const port = async (): Promise<number> => {
  const { port: free, release } = await reservePort();
  released.push(release);
  return free;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-login-'));
  const server = authority.issue({ ips: ['127.0.0.1'], dns: ['redis.internal'] });
  const files = { 'tls-cert-file': server.cert, 'tls-key-file': server.key, 'tls-ca-cert-file': authority.cert };
  const config = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, name)]));
  for (const [name, text] of Object.entries(files)) await writeFile(config[name] as string, text);
  const [tlsPort, nowhere] = [await port(), await port()];
  redis = await startRedis({
    config: { ...config, 'tls-port': String(tlsPort), 'tls-auth-clients': 'no' },
    acl: ['default on nopass ~* &* -@all +ping', `migrator on >${PASSWORD} ~* &* +@all`],
  });
  const endpoint = (number: number) => ({ address: '127.0.0.1', port: number });
  at = { clear: endpoint(redis.port), tls: endpoint(tlsPort), nowhere: endpoint(nowhere) };
});
afterAll(async () => {
  await redis?.stop();
  for (const release of released) release();
  await rm(folder, { recursive: true, force: true });
});

const servers: TcpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const secret = (endpoint: Endpoint, change: object = {}) => ({
  endpoints: [`${endpoint.address}:${endpoint.port}`],
  username: 'migrator',
  password: PASSWORD,
  ...change,
});

describe.each(doors)('The %s', (_, door: Door) => {
  it('logs in where a secret names the server, and is refused where none does', async () => {
    await door(new FakeSecrets({ one: secret(at.clear) }).dialler(), at.clear);

    expect(await toldBy(door(new FakeSecrets({ one: secret(at.nowhere) }).dialler(), at.clear))).toContain('NOPERM');
  });

  it('goes by TLS where the secret says so, also at a port beside the one in clear', async () => {
    const tls = { port: at.tls.port, ca: authority.cert };

    await door(new FakeSecrets({ one: secret(at.nowhere, { tls }) }).dialler(), at.nowhere);
    await door(new FakeSecrets({ one: secret(at.tls, { tls: { ca: authority.cert } }) }).dialler(), at.tls);
    const named = { ...tls, serverName: 'redis.internal' };
    await door(new FakeSecrets({ one: secret(at.nowhere, { tls: named }) }).dialler(), at.nowhere);
  });

  it('sends nothing to a server that no secret names, in clear or by TLS', async () => {
    const server = await serveTcp({ onData: (socket) => socket.end('-NOAUTH Authentication required.\r\n') });
    servers.push(server);
    const fake = new FakeSecrets({ one: secret(at.clear), two: secret(at.tls, { tls: { ca: authority.cert } }) });
    await toldBy(door(fake.dialler(), server.endpoint));

    expect(server.taken()).toBeGreaterThan(0);
    expect(server.received()).not.toMatch(/AUTH|planted|migrator/);
  });

  it('sends nothing to a server whose certificate does not hold', async () => {
    let received = '';
    const rogue = makeAuthority('rogue');
    const server = createTlsServer(rogue.issue({ ips: ['127.0.0.1'] }), (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        received += chunk.toString();
        socket.end('-NOPERM no\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const trusting = (ca: string) => new FakeSecrets({ one: secret(endpoint, { tls: { ca } }) }).dialler();

    expect(await toldBy(door(trusting(authority.cert), endpoint))).toMatch(/of a CA that is not the one of the secret/);
    expect(received).toBe('');

    await toldBy(door(trusting(rogue.cert), endpoint));
    expect(received).toContain(PASSWORD);
    server.close();
  });

  it('tells of a wrong password which secret has it, and nothing of it', async () => {
    const fake = new FakeSecrets({ one: secret(at.clear, { password: 'planted-wrong', username: 'planted-user' }) });
    const told = await toldBy(door(fake.dialler(), at.clear));

    expect(told).toContain(`127.0.0.1:${at.clear.port} with the secret one: it refuses the user and the password`);
    expect(told).not.toContain('planted');
  });

  it('tells nothing of what a server without AUTH repeats of it', async () => {
    const repeating = `-ERR unknown command 'AUTH', with args beginning with: 'migrator' '${PASSWORD}' \r\n`;
    const server = await serveTcp({ onData: (socket) => socket.write(repeating) });
    servers.push(server);
    const told = await toldBy(door(new FakeSecrets({ one: secret(server.endpoint) }).dialler(), server.endpoint));

    expect(server.received()).toContain(PASSWORD);
    expect(told).toContain('it refuses AUTH (ERR)');
    expect(told).not.toMatch(/planted|migrator' /);
  });

  it('reads a secret that was rotated anew, once, and logs in by it', async () => {
    const fake = new FakeSecrets({ one: secret(at.clear, { password: 'planted-old' }) });
    expect(await toldBy(door(fake.dialler(), at.clear))).toContain('it refuses the user');
    expect(fake.fetched).toHaveLength(1);

    fake.put('one', secret(at.clear));
    fake.nowMs += 5000;
    await door(fake.dialler(), at.clear);
    expect(fake.fetched).toHaveLength(2);
    await door(fake.dialler(), at.clear);
    expect(fake.fetched).toHaveLength(2);
  });

  it('asks as anybody would where no secret can be read, unless it is to refuse that', async () => {
    const fake = new FakeSecrets({ one: new SecretUnread('ThrottlingException: slow down') });

    expect(await toldBy(door(fake.dialler(), at.clear))).toContain('NOPERM');
    expect(await toldBy(door(fake.dialler({ inDoubt: 'refuse' }), at.clear))).toContain(
      'The secret one cannot be read: ThrottlingException: slow down',
    );
    fake.put('one', secret(at.clear));
    fake.nowMs += 5000;
    await door(fake.dialler({ inDoubt: 'refuse' }), at.clear);
  });
});

it.each([
  ['protected mode', '-DENIED Redis is running in protected mode', 'it takes nobody more (DENIED)'],
  ['as many clients as it takes', '-ERR max number of clients reached', 'it takes nobody more (maxclients)'],
])('A server with %s is no matter of the secret', async (_, says, told) => {
  const server = await serveTcp({ onData: (socket) => socket.end(`${says} ${PASSWORD}\r\n`) });
  servers.push(server);
  const dialler = new FakeSecrets({ one: secret(server.endpoint) }).dialler();
  const refused = await toldBy(DOORS.session?.(dialler, server.endpoint) as Promise<void>);

  expect(refused).toContain(told);
  expect(refused).not.toContain('planted');
});

describe('A certificate', () => {
  const meeting = async (tls: object, redisTls: { auth?: 'yes'; cert?: { cert: string; key: string } } = {}) => {
    const { auth, cert } = redisTls;
    const server = createTlsServer({
      ...(cert ?? authority.issue({ ips: ['127.0.0.1'] })),
      ...(auth && { requestCert: true, rejectUnauthorized: true, ca: authority.cert }),
    });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write('+OK\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const dialler = new FakeSecrets({ one: secret(endpoint, { tls }) }).dialler();
    try {
      const session = await redisServers(Date.now, 5000, undefined, dialler).open(endpoint, soon());
      session.close();
      return 'was let in';
    } catch (error) {
      expect(error).toBeInstanceOf(LoginRefused);
      const { problem } = error as LoginRefused;
      expect(problem.remedy).toEqual([
        `openssl s_client -connect 127.0.0.1:${endpoint.port} </dev/null | openssl x509 -noout -dates -ext subjectAltName`,
      ]);
      return problem.text.replace(`127.0.0.1:${endpoint.port} with the secret one: `, '');
    } finally {
      server.close();
    }
  };
  const { cert: ca } = authority;

  it('that holds lets us in, ours too', async () => {
    expect(await meeting({ ca })).toBe('was let in');
    expect(await meeting({ ca, cert: ours.cert, key: ours.key }, { auth: 'yes' })).toBe('was let in');
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'has expired',
      () => meeting({ ca }, { cert: authority.issue({ ips: ['127.0.0.1'], until: 2021 }) }),
      /has expired$/,
    ],
    [
      'is for another address',
      () => meeting({ ca }, { cert: authority.issue({ ips: ['10.0.0.5'] }) }),
      /for another name/,
    ],
    ['is for another name', () => meeting({ ca, serverName: 'redis.internal' }), /for another name/],
    ['is of another CA', () => meeting({ ca: makeAuthority('other').cert }), /of a CA that is not the one/],
    ['is of a CA that the system does not know', () => meeting({}), /of a CA that is not the one/],
    ['of ours is wanted', () => meeting({ ca }, { auth: 'yes' }), /wants a certificate of a client/],
  ])('that %s does not', async (_, met, told) => {
    expect(await met()).toMatch(told);
  });

  it('is not there where a server speaks in clear', async () => {
    const server = await serveTcp({ onData: (socket) => socket.write('-ERR Protocol error\r\n') });
    servers.push(server);
    const dialler = new FakeSecrets({ one: secret(server.endpoint, { tls: { ca } }) }).dialler();

    await expect(redisServers(Date.now, 5000, undefined, dialler).open(server.endpoint, soon())).rejects.toThrow(
      'it speaks no TLS there that is understood',
    );
    expect(server.received()).not.toContain('AUTH');
  });
});
