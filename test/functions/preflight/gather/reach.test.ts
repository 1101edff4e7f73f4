import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Facts } from '../../../../functions/preflight/facts.ts';
import * as act from '../../../preflight/acts.ts';
import { startFront } from '../../../preflight/front.ts';
import { selfSigned } from '../../support/certificate.ts';
import { serveTcp } from '../../support/tcp.ts';
import { gather, type Scene, setScene } from './scene.ts';

const scene: Scene = setScene();
afterEach(() => scene.end());

const tcp = async (behaviour: Parameters<typeof serveTcp>[0]): Promise<{ port: number }> => {
  const server = await serveTcp(behaviour);
  scene.later(() => server.close());
  return server.endpoint;
};

/** Facts about a source of which nothing was read. */
const factsOf = (facts: Facts) =>
  Object.entries(facts).filter(([name]) => /^source|^writes|^sentinels|^rdbFormat|^clocks/.test(name));

describe('A source', () => {
  it('is open when it answers INFO', async () => {
    expect((await gather(await scene.start())).sourceReach).toEqual({
      value: { state: 'open', detail: 'It answers INFO.' },
    });
  });

  it.each<[string, () => Promise<{ port: number }>, string, string | RegExp]>([
    [
      'nobody runs',
      async () => {
        const server = await serveTcp({});
        await server.close();
        return server.endpoint;
      },
      'unreachable',
      /ECONNREFUSED/,
    ],
    ['closes at once', () => tcp({ onConnection: (socket) => socket.end() }), 'unreachable', /closed the connection/],
    [
      'speaks another protocol',
      () => tcp({ onData: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n') }),
      'unreachable',
      /which is no Redis protocol/,
    ],
    [
      'answers all by nonsense',
      () => tcp({ onData: (socket) => socket.write('+OK\r\n') }),
      'unreachable',
      /INFO was answered/,
    ],
    ['refuses all', () => tcp({ onData: (socket) => socket.write('-NOPERM no\r\n') }), 'unreachable', 'NOPERM no'],
    [
      'has a password',
      () => scene.start({ config: { requirepass: 'secret' } }),
      'auth',
      'It answers NOAUTH Authentication required.',
    ],
    ['has users only', () => scene.start({ acl: ['default off', 'app on >secret ~* +@all'] }), 'auth', /NOAUTH/],
    [
      'is in protected mode',
      () => tcp({ onConnection: (socket) => socket.end('-DENIED Redis is running in protected mode\r\n') }),
      'protected',
      'It answers DENIED Redis is running in protected mode',
    ],
    [
      'is in protected mode, and says so to whoever asks',
      () => tcp({ onData: (socket) => socket.end('-DENIED Redis is running in protected mode\r\n') }),
      'protected',
      /DENIED/,
    ],
    [
      'loads, and answers nothing',
      () => tcp({ onData: (socket) => socket.write('-LOADING wait\r\n') }),
      'loading',
      /LOADING/,
    ],
  ])('that %s is not open, and one fact says so', async (_, start, state, detail) => {
    const facts = await gather(await start(), { sampleMs: 1 });

    expect(facts.sourceReach).toEqual({
      value: { state, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) },
    });
    expect(
      factsOf(facts)
        .filter(([, fact]) => !('moot' in fact))
        .map(([name]) => name),
    ).toEqual(['sourceAddresses', 'sourceReach']);
  });

  it('that takes no more clients says so', async () => {
    const redis = await scene.start({ config: { maxclients: '1' } });
    await scene.client(redis);

    expect((await gather(redis)).sourceReach).toEqual({
      value: { state: 'unreachable', detail: expect.stringContaining('max number of clients') },
    });
  });

  it('that loads its data says so', async () => {
    const slowly = { 'key-load-delay': '5000', 'loading-process-events-interval-bytes': '1024' };
    const redis = await scene.start({ config: { 'enable-debug-command': 'yes', ...slowly } });
    const client = await scene.client(redis);
    await client.sendCommand(['DEBUG', 'POPULATE', '2000']);
    // It ends with the server.
    client.sendCommand(['DEBUG', 'RELOAD']).catch(() => undefined);

    await expect
      .poll(async () => (await gather(redis)).sourceReach, { timeout: 10_000 })
      .toEqual({ value: { state: 'loading', detail: 'INFO says loading:1' } });
  });

  it('that speaks TLS only is known by that', async () => {
    const server = createTlsServer(selfSigned());
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    scene.later(() => server.close());

    expect((await gather(server.address() as AddressInfo)).sourceReach).toEqual({
      value: { state: 'tls', detail: expect.stringMatching(/^It speaks TLS; in clear: 127\.0\.0\.1:\d+ /) },
    });
  });

  it.each([
    ['refuses', act.refuse('NOPERM no INFO for you'), 'NOPERM no INFO for you'],
    ['knows no', act.refuse('ERR unknown command `INFO`'), 'ERR unknown command `INFO`'],
    ['answers by nonsense to', act.answer(7), 'INFO was answered in a form that it does not have'],
    [
      'tells no version in',
      act.info({ redis_version: undefined }),
      'INFO was answered in a form that it does not have',
    ],
    ['closes at', act.hangUp(), expect.stringContaining('closed the connection')],
  ])('that %s INFO is open when it answers PING, and all else is read', async (_, rule, why) => {
    const redis = await scene.start();
    await (await scene.client(redis)).sendCommand(['SET', 'key', 'value']);
    const front = await startFront(redis.port, { INFO: rule });
    scene.later(() => front.close());
    const facts = await gather(front, { sampleMs: 1, nodes: [await scene.start()] });

    expect(facts.sourceReach).toEqual({ value: { state: 'open', detail: 'It answers PING.' } });
    expect(facts.sourceInfo).toEqual({ unreadable: why });
    expect(facts.writes).toEqual({ moot: true });
    expect(facts.commandsUnknownToTarget).toEqual({ moot: true });
    expect(facts.sourceKeys).toMatchObject({ value: [{ database: 0, name: 'key' }] });
    expect(factsOf(facts).filter(([, fact]) => 'unreadable' in fact)).toHaveLength(2);
    expect(facts.sourceClients).toEqual({ unreadable: expect.stringMatching(/^INFO does not tell how many clients/) });
  });

  it('that hangs at one command is asked for the rest', async () => {
    const redis = await scene.start();
    const front = await startFront(redis.port, { 'CONFIG GET': act.hang });
    scene.later(() => front.close());
    const facts = await gather(front, { answerMs: 100 });

    expect(facts.sourceConfig).toEqual({ unreadable: expect.stringContaining('did not answer CONFIG within 100 ms') });
    expect(facts.sourceModules).toEqual({ value: [] });
  });

  it('that hangs at more than one is given up', async () => {
    const redis = await scene.start();
    const front = await startFront(redis.port, { 'CONFIG GET': act.hang, 'COMMAND INFO': act.hang });
    scene.later(() => front.close());
    const facts = await gather(front, { answerMs: 100 });

    const why = { unreadable: expect.stringContaining('did not answer COMMAND within 100 ms') };
    expect(facts).toMatchObject({ sourceCommands: why, sourceModules: why, sourceClients: why });
  });
});
