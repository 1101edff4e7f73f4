import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ConsoleRequest, parseConsoleRequest } from '../../console/arguments.ts';
import { type OperatorConsole, serveOperatorConsole } from '../../console/operator-console.ts';
import { cloudFormationWire } from '../../local/cloudformation/protocol.ts';
import { stsWire } from '../../local/sts/protocol.ts';
import { ISSUER, startTokenApi, type TokenApi } from '../client/support/issuer.ts';
import { type Served, serveAlone } from '../local/fixture/serve.ts';
import { type Response, send } from './support/requests.ts';

let api: TokenApi;
let aws: Served;
let folder: string;
let path: string;
let served: OperatorConsole;
let url: string;
let key: string;
const told: string[] = [];
const tokens: string[] = [];
beforeAll(async () => {
  api = await startTokenApi();
  aws = await serveAlone({
    cloudformation: cloudFormationWire({ name: 'cache', createdAt: new Date(), outputs: api.outputs }),
    sts: stsWire,
  });
  folder = await mkdtemp(join(tmpdir(), 'console-token-'));
  path = join(folder, 'token.jwt');
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-key');
  vi.spyOn(console, 'error').mockImplementation((...said) => told.push(said.join(' ')));
  await put({ sub: 'anna\u001b[31m' });
  served = await serve(['--stack', 'cache', '--region', 'eu-west-1', '--token-file', path], {
    ELASTICACHE_MIGRATOR_TOKEN: 'not this one',
  });
  [, url = '', key = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/console\/#key=(\S+)/.exec(served.greeting) ?? [];
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await served.close();
  await api.close();
  await aws.close();
  await rm(folder, { recursive: true });
});

const serve = (args: string[], env: Record<string, string> = {}): Promise<OperatorConsole> =>
  serveOperatorConsole(parseConsoleRequest([...args, '--port', '0'], env) as ConsoleRequest);

const put = async (...of: Parameters<TokenApi['token']>): Promise<void> => {
  tokens.push(await api.token(...of));
  await writeFile(path, tokens.at(-1) as string);
};

/** As the page asks; the token, and the part of it that is the secret, are in nothing that comes back. */
const asked = async (request: Parameters<typeof send>[1]): Promise<Response> => {
  const answer = await send(url, { ...request, headers: { ...request.headers, 'x-console-key': key } });
  for (const part of tokens.flatMap((token) => [token, token.split('.')[2] as string])) {
    expect(JSON.stringify(answer.headers) + answer.text).not.toContain(part);
  }
  return answer;
};
const list = () => asked({ path: '/console/api/migrations' });

const subjects = () =>
  api.events.map(
    ({ requestContext }) =>
      (requestContext as { authorizer?: { jwt: { claims: { sub: string } } } }).authorizer?.jwt.claims.sub,
  );

describe('the console of a stack that takes tokens', () => {
  it('says whose token it passes on, in a form that a terminal only shows', async () => {
    expect(served.greeting).toContain(`as       anna?[31m, of ${ISSUER}, by the token in the file ${path}`);
    const { text } = await asked({ path: '/console/session' });

    expect(JSON.parse(text).target).toEqual({
      kind: 'stack',
      stack: 'cache',
      region: 'eu-west-1',
      apiUrl: api.url,
      subject: 'anna\u001b[31m',
      issuer: ISSUER,
    });
  });

  it('passes on the token of the moment, and tells its page what is wrong with it', async () => {
    const first = await list();
    expect(first.status).toBe(200);
    await put({ sub: 'berta' });
    expect((await list()).status).toBe(200);
    expect(subjects().slice(-1)).toEqual(['berta']);
    // By that the page hears that it has to ask anew whose name it shows.
    const ofBerta = await list();
    const session = JSON.parse((await asked({ path: '/console/session' })).text);
    expect([session.consoleId, session.target.subject]).toEqual([ofBerta.headers['x-console-id'], 'berta']);
    expect(ofBerta.headers['x-console-id']).not.toBe(first.headers['x-console-id']);

    await put({ exp: 1 });
    expect(JSON.parse((await list()).text)).toMatchObject({ status: 401, code: 'token-expired' });
    await put({ aud: 'mail' });
    expect(JSON.parse((await list()).text)).toMatchObject({ status: 401, code: 'token-refused' });
    await put({}, ['start']);
    expect(JSON.parse((await list()).text)).toMatchObject({ status: 403, code: 'scope-missing' });
    await rm(path);
    expect(JSON.parse((await list()).text)).toMatchObject({ status: 401, code: 'token-unreadable' });
    expect(told).toEqual([]);
  });

  it('takes what the page itself sends as authorization from nobody', async () => {
    await put({ sub: 'clara' });
    api.events.length = 0;
    await asked({
      path: '/console/api/migrations',
      headers: { authorization: `Bearer ${await api.token({ sub: 'eve' })}` },
    });

    expect(subjects()).toEqual(['clara']);
  });

  it('is not served without a token', async () => {
    await expect(serve(['--stack', 'cache', '--region', 'eu-west-1'])).rejects.toMatchObject({ code: 'token-missing' });
  });
});

describe('the console of an API that is named by its URL', () => {
  const sessionOf = async ({ greeting }: OperatorConsole) => {
    const [, origin = '', itsKey = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/console\/#key=(\S+)/.exec(greeting) ?? [];
    const get = (at: string) => send(origin, { path: `/console/${at}`, headers: { 'x-console-key': itsKey } });
    return { session: JSON.parse((await get('session')).text), list: await get('api/migrations') };
  };

  it('needs no AWS credentials: the token is sent there, and whom it names is shown', async () => {
    await put({ sub: 'dora' });
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const byUrl = await serve(['--endpoint', api.url, '--token-file', path]);
    const { session, list: listed } = await sessionOf(byUrl);
    await byUrl.close();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');

    expect(byUrl.greeting).toMatch(/^ {2}API {6}http.*\n {2}as {7}dora, of /);
    expect(session.target).toEqual({ kind: 'endpoint', apiUrl: api.url, subject: 'dora', issuer: ISSUER });
    expect([listed.status, subjects().at(-1)]).toEqual([200, 'dora']);
  });

  it('asks without one where there is none, and says what the API wants', async () => {
    const byUrl = await serve(['--endpoint', api.url]);
    const { session, list: listed } = await sessionOf(byUrl);
    await byUrl.close();

    expect(byUrl.greeting).toContain('nobody: requests are not signed');
    expect(session.target).toEqual({ kind: 'endpoint', apiUrl: api.url });
    expect(JSON.parse(listed.text)).toMatchObject({ status: 401, code: 'token-missing' });
  });

  it('sends no token that everybody on the way could read', async () => {
    const inClear = serve(['--endpoint', 'http://api.example', '--token-file', path]);
    await expect(inClear).rejects.toMatchObject({ code: 'token-in-clear' });
  });
});

describe('npm run console', () => {
  it('takes the path of a token, and no standard input', () => {
    const { target } = parseConsoleRequest(['--stack', 'a', '--token-file', 'b'], {}) ?? {};
    expect(target?.tokens?.where).toBe('the file b');
    for (const file of ['', '-'])
      expect(() => parseConsoleRequest(['--stack', 'a', `--token-file=${file}`], {})).toThrow('--token-file');
  });
});
