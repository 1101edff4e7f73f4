import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConsoleRequest, UsageError } from '../../console/arguments.ts';
import { cloudFormationWire } from '../../local/cloudformation/protocol.ts';
import { stsWire } from '../../local/sts/protocol.ts';
import { type FakeApi, json, startFakeApi } from '../client/support/api.ts';
import { faultOf } from '../client/support/signature.ts';
import { type Command, startCommand } from '../e2e/processes.ts';
import { type Served, serveAlone } from '../local/fixture/serve.ts';
import { send } from './support/requests.ts';

const SECRET = 'a-secret-key';
const TOKEN = 'a-session-token';
let api: FakeApi;
let aws: Served;
let environment: Record<string, string>;
beforeAll(async () => {
  api = await startFakeApi();
  const stack = { name: 'cache', createdAt: new Date(), outputs: { ApiUrl: api.url } };
  aws = await serveAlone({ cloudformation: cloudFormationWire(stack), sts: stsWire });
  environment = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SESSION_TOKEN: TOKEN,
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
});
afterAll(async () => {
  await api.close();
  await aws.close();
});

const run = (...args: string[]): Command => startCommand('console/main.ts', environment, 'node', args);

/** Elsewhere the system's own browser would come up. */
const isLinux = process.platform === 'linux';

const listening = async (address: string, port = 0): Promise<Server> => {
  const server = createServer().listen(port, address);
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return server;
};
const portOf = (server: Server) => (server.address() as { port: number }).port;

/** Does anybody answer there? */
const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });

describe('npm run console', () => {
  let command: Command;
  let squatter: Server;
  let url: string;
  let key: string;
  let folder: string;
  beforeAll(async () => {
    squatter = await listening('127.0.0.1');
    folder = await mkdtemp(join(tmpdir(), 'console-'));
    environment.BROWSER = join(folder, 'browser');
    await writeFile(environment.BROWSER, `#!/bin/sh\necho "$1" > ${folder}/opened\n`, { mode: 0o755 });
    const open = isLinux ? ['--open'] : [];
    command = run('--stack', 'cache', '--region', 'eu-west-1', '--port', String(portOf(squatter)), ...open);
    const greeting = await command.printed('Ctrl-C ends');
    [, url = '', key = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/console\/#key=(\S+)/.exec(greeting) ?? [];
  });
  afterAll(async () => {
    command.child.kill('SIGKILL');
    squatter.close();
    await rm(folder, { recursive: true });
  });

  it('takes the next free port, and says so, and which identity signs', () => {
    expect(Number(new URL(url).port)).toBeGreaterThan(portOf(squatter));
    expect(command.output()).toContain(`Port ${portOf(squatter)} is taken`);
    expect(command.output()).toContain('arn:aws:iam::000000000000:user/operator');
    expect(command.output()).toContain(api.url);
  });

  it.runIf(isLinux)('opens the browser with a key that is good once, since every user sees command lines', async () => {
    const opened = () => readFile(join(folder, 'opened'), 'utf8').catch(() => '');
    await expect.poll(opened, { timeout: 20_000 }).toMatch(/\/console\/#key=[\w-]{43}\n$/);
    const [, once = ''] = (await opened()).trim().split('#key=');
    const exchange = { method: 'POST', path: '/console/key', headers: { 'x-console-key': once } };

    expect(command.output()).not.toContain(once);
    expect(JSON.parse((await send(url, exchange)).text)).toEqual({ key });
    expect((await send(url, exchange)).status).toBe(401);
  });

  it('tells its page what it works on', async () => {
    const { text } = await send(url, { path: '/console/session', headers: { 'x-console-key': key } });

    expect(JSON.parse(text).target).toEqual({
      kind: 'stack',
      stack: 'cache',
      region: 'eu-west-1',
      apiUrl: api.url,
      accountId: '000000000000',
      arn: 'arn:aws:iam::000000000000:user/operator',
    });
  });

  it('signs what its page asks, and nothing of it reaches the browser', async () => {
    const session = await send(url, { path: '/console/session', headers: { 'x-console-key': key } });
    const page = await send(url, { path: '/console/' });
    const acted = await send(url, {
      method: 'POST',
      path: '/console/api/migrations/m-1/abort',
      headers: {
        'x-console-key': key,
        origin: url,
        'content-type': 'application/json',
        'x-console-token': JSON.parse(session.text).requestToken,
        'x-console-target': JSON.parse(session.text).targetId,
      },
      body: '{"reason":"no"}',
    });

    const received = api.received.at(-1);
    expect(received).toMatchObject({ method: 'POST', url: '/migrations/m-1/abort', body: '{"reason":"no"}' });
    expect(received && faultOf(received.request, received.body, SECRET)).toBeUndefined();
    expect(received?.headers['x-amz-security-token']).toBe(TOKEN);
    expect(JSON.stringify(received?.headers)).not.toContain(key);
    for (const { headers, text } of [session, page, acted]) {
      expect(JSON.stringify(headers) + text).not.toMatch(
        new RegExp(`AWS4|authorization|${SECRET}|${TOKEN}|x-amz-`, 'i'),
      );
    }
  });

  it('says what is missing when API Gateway lets nobody in', async () => {
    api.answer = (_, response) => json(response, 403, { message: 'Forbidden' });

    const { text } = await send(url, { path: '/console/api/migrations', headers: { 'x-console-key': key } });

    expect(JSON.parse(text)).toMatchObject({
      status: 403,
      code: 'api-access-denied',
      detail: expect.stringContaining('execute-api:Invoke'),
    });
  });

  it('listens on loopback addresses alone', async () => {
    const { port } = new URL(url);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses = []) => addresses)
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    // The control: who listens everywhere is reached by those.
    const everywhere = await listening('0.0.0.0');

    for (const { address } of others) {
      expect(await answers(address, Number(port))).toBe(false);
      expect(await answers(address, portOf(everywhere))).toBe(true);
    }
    // Linux takes all of 127.0.0.0/8 for this machine.
    if (isLinux) {
      expect(await answers('127.0.0.2', Number(port))).toBe(false);
      expect(await answers('127.0.0.2', portOf(everywhere))).toBe(true);
    }
    everywhere.close();
  });

  it('ends at Ctrl-C, also while an API keeps it waiting', async () => {
    const asked = Promise.withResolvers<void>();
    api.answer = () => asked.resolve();
    const waiting = send(url, { path: '/console/api/migrations', headers: { 'x-console-key': key } }).catch(
      () => 'broken off',
    );
    await asked.promise;
    command.child.kill('SIGINT');

    expect(await command.ended).toBe(130);
    expect(await waiting).toBe('broken off');
    expect(await answers('127.0.0.1', Number(new URL(url).port))).toBe(false);
  });
});

describe('npm run console that cannot be served', () => {
  it('says why and what to do, without a trace', async () => {
    const command = run('--stack', 'none', '--region', 'eu-west-1');

    expect(await command.ended).toBe(1);
    expect(command.output()).toMatch(/^There is no stack none in eu-west-1.*list-stacks/m);
    expect(command.output()).not.toMatch(/^ {4}at /m);
  });

  it('tells all that is wrong with how it was asked for', async () => {
    const command = run('--port', 'x');

    expect(await command.ended).toBe(2);
    expect(command.output()).toMatch(/--stack is missing.*--port must be.*npm run console --/s);
  });

  it.each([
    [['--stack', 'a', '--port', '65536'], '--port'],
    [['--stack', 'a', '--region', ''], '--region'],
    [['--stack', 'a', '--profile', ''], '--profile'],
    [['--stack', 'a', '--colour'], '--colour'],
    [['--stack', 'a', 'b'], 'b'],
    [['--stack'], '--stack'],
    [['--stack', 'a', '--endpoint', 'http://b'], 'take one of them'],
    [['--endpoint', 'ftp://b'], 'http or https'],
    [['--endpoint', 'https://b', '--region', 'eu-west-1'], '--region'],
  ])('takes no %o', (args, named) => {
    expect(() => parseConsoleRequest(args, {})).toThrow(UsageError);
    expect(() => parseConsoleRequest(args, {})).toThrow(named);
  });

  it('needs no more than a stack or the URL of an API, by an option or by what the command line goes by, too', () => {
    const stack = { target: { kind: 'stack', stack: 'a' }, port: 3100, open: false };
    const endpoint = { target: { kind: 'endpoint', apiUrl: 'https://b', isDefault: false }, port: 3100, open: false };

    expect(parseConsoleRequest(['--stack', 'a'], {})).toEqual(stack);
    expect(parseConsoleRequest([], { ELASTICACHE_MIGRATOR_STACK: 'a' })).toEqual(stack);
    expect(parseConsoleRequest(['--endpoint', 'https://b'], { ELASTICACHE_MIGRATOR_STACK: 'a' })).toEqual(endpoint);
    expect(parseConsoleRequest([], { ELASTICACHE_MIGRATOR_ENDPOINT: 'https://b' })).toEqual(endpoint);
    expect(parseConsoleRequest(['--help'], {})).toBeUndefined();
  });
});
