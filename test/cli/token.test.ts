import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isPassing } from '../../cli/passing.ts';
import { BearerTokenRefusedError, TokenExpiredError, TokenUnreadableError } from '../../client/token/errors.ts';
import { cloudFormationWire } from '../../local/cloudformation/protocol.ts';
import { stsWire } from '../../local/sts/protocol.ts';
import { AUDIENCE, ISSUER, startTokenApi, type TokenApi } from '../client/support/issuer.ts';
import { aView } from '../console/migration/views.ts';
import { type Served, serveAlone } from '../local/fixture/serve.ts';
import { type Ran, type RunOptions, runHere } from './support/io.ts';
import { expectSchema } from './support/schema.ts';
import { problem } from './support/service.ts';

const running = aView({ status: 'syncing', phase: 'copying', allowedActions: ['cutover', 'abort'] });
const ID = running.migrationId;
let api: TokenApi;
let aws: Served;
let folder: string;
let path: string;
let tokens: string[] = [];
let outputs: Record<string, string>;
beforeAll(async () => {
  api = await startTokenApi();
  aws = await serveAlone({
    cloudformation: (...asked) => cloudFormationWire({ name: 'cache', createdAt: new Date(), outputs })(...asked),
    sts: stsWire,
  });
  folder = await mkdtemp(join(tmpdir(), 'cli-token-'));
  path = join(folder, 'token.jwt');
});
afterAll(async () => {
  await api.close();
  await aws.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  ({ outputs } = api);
  api.events.length = 0;
  api.answer = ({ rawPath, requestContext: { http } }) =>
    http.method === 'POST'
      ? problem(404, 'migration-not-found', 'There is none')
      : { status: 200, body: rawPath === '/migrations' ? { migrations: [running] } : running };
  for (const name of ['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-key');
  tokens = [];
});
afterEach(() => vi.unstubAllEnvs());

/** A token that is never to be seen. */
const planted = async (...of: Parameters<TokenApi['token']>): Promise<string> => {
  const token = await api.token(...of);
  tokens.push(token);
  return token;
};
const put = async (...of: Parameters<TokenApi['token']>): Promise<void> =>
  writeFile(path, `${await planted(...of)}\n`, { mode: 0o600 });

const STACK = '--stack cache --region eu-west-1';
/** Runs it, and looks for the token, and the part of it that is the secret, in everything that comes out. */
const ask = async (line: string, options: RunOptions = {}): Promise<Ran> => {
  const ran = await runHere(line.split(' '), options);
  for (const part of tokens.flatMap((token) => [token, token.split('.')[2] as string])) {
    expect(ran.out + ran.err).not.toContain(part);
  }
  return ran;
};

describe('a stack that takes tokens', () => {
  it('is asked with the token of the file, which its output says', async () => {
    await put();
    const ran = await ask(`list --json ${STACK} --token-file ${path}`);

    expect(JSON.parse(ran.out).migrations).toHaveLength(1);
    expect(api.events[0]?.requestContext).toMatchObject({ authorizer: { jwt: { claims: { sub: 'anna' } } } });
  });

  it('is asked with the token of the environment, where no file is named', async () => {
    const env = { ELASTICACHE_MIGRATOR_TOKEN: await planted({ sub: 'by-environment' }) };
    await put({ sub: 'by-file' });
    await ask(`list ${STACK}`, { env });
    await ask(`list ${STACK} --token-file ${path}`, { env });
    await ask(`list --endpoint ${api.url}`, { env });

    expect(api.events.map(({ requestContext }) => requestContext)).toMatchObject(
      ['by-environment', 'by-file', 'by-environment'].map((sub) => ({ authorizer: { jwt: { claims: { sub } } } })),
    );
  });

  it('is not asked without one, and says what it wants', async () => {
    const ran = await ask(`list --json ${STACK}`);

    expect(ran.code).toBe(4);
    expectSchema('error', JSON.parse(ran.out));
    expect(JSON.parse(ran.out).error).toMatchObject({
      code: 'token-missing',
      problems: [expect.stringMatching(`wants a bearer token: .*${ISSUER}.*${AUDIENCE}.*--token-file`)],
      next: expect.arrayContaining(['docs/security.md#by-token']),
    });
    expect(api.events).toEqual([]);
  });

  it('that is too old to say so is asked with a token that is named, and otherwise tells that it wants one', async () => {
    outputs = { ApiUrl: api.url };
    await put();

    expect((await ask(`list ${STACK} --token-file ${path}`)).code).toBe(0);
    expect((await ask(`list ${STACK}`)).err).toMatch(/wants a bearer token/);
    expect((await ask(`list --endpoint ${api.url}`)).err).toMatch(/wants a bearer token/);
  });

  it('tells which scope an act lacks, and what to do', async () => {
    await put({}, ['read', 'abort']);
    const ran = await ask(`cutover ${ID} --yes --json ${STACK} --token-file ${path}`);

    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out).error).toMatchObject({
      code: 'scope-missing',
      problems: [
        expect.stringContaining('lacks the scope elasticache-migrator/cutover'),
        expect.stringMatching(/^Ask the issuer for the scope .*cutover/),
      ],
      next: expect.arrayContaining(['docs/errors.md#scope-missing']),
    });
  });

  it('tells that a token was sent, where it is not let in', async () => {
    await put();
    api.answer = () => ({ status: 403, body: { message: 'Forbidden' } });
    const { error } = JSON.parse((await ask(`show ${ID} --json ${STACK} --token-file ${path}`)).out);

    expect(error).toMatchObject({ code: 'gateway-refused', exitCode: 3 });
    expect(error.problems.join()).toMatch(/A token was sent, and is not let in\.$/);
    expect(error.next).toContain('docs/security.md#by-token');
  });

  it.each([
    ['Bearer a.b.c', 'leave the token alone in it'],
    ['hunter2', 'no JSON Web Token'],
  ])('is not told to get a new one where the file is at fault: %s', async (text, fault) => {
    await writeFile(path, text);
    const { error } = JSON.parse((await ask(`show ${ID} --json ${STACK} --token-file ${path}`)).out);

    expect(error.problems).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    ['that has expired', { exp: 1 }, 4, 'token-expired'],
    ['for another service', { aud: 'mail' }, 3, 'token-refused'],
    ['that is not good yet', { nbf: 9_999_999_999 }, 3, 'token-refused'],
  ])('is told a token %s', async (_, claims, code, name) => {
    await put(claims);
    const ran = await ask(`show ${ID} --json ${STACK} --token-file ${path}`);

    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.out).error.code).toBe(name);
    expect(api.events).toEqual([]);
  });

  it('is watched on with a token that is renewed meanwhile', async () => {
    await put({ sub: 'first' });
    const done = aView({ status: 'completed', phase: 'ended', outcome: 'completed', allowedActions: [] });
    const end = {
      at: '2026-03-12T19:00:00.000Z',
      detailType: 'MigrationCompleted',
      detail: { metadata: { id: '1' }, data: {} },
    };
    let looks = 0;
    api.answer = ({ queryStringParameters }) => {
      if (queryStringParameters?.timeline) return { status: 200, body: { ...running, events: looks < 3 ? [] : [end] } };
      looks += 1;
      return { status: 200, body: looks < 3 ? running : done };
    };
    const waiting = ask(`watch ${ID} --json --token-file ${path} --endpoint ${api.url}`);
    await expect.poll(() => looks).toBe(1);
    await put({ sub: 'second' });

    expect((await waiting).code).toBe(0);
    expect(api.events.at(-1)?.requestContext).toMatchObject({ authorizer: { jwt: { claims: { sub: 'second' } } } });
  });

  it('is waited for while its token is being renewed', () => {
    expect(isPassing(new TokenExpiredError('a file', 'an hour ago'))).toBe(true);
    expect(isPassing(new TokenUnreadableError('a file', 'is empty'))).toBe(true);
    expect(isPassing(new BearerTokenRefusedError('a file', 'of another issuer'))).toBe(false);
  });

  it('has ids to complete', async () => {
    await put();
    const { out } = await runHere(['complete', '--', 'show', '--endpoint', api.url, '--token-file', path, '']);

    expect(out).toContain(ID);
  });
});

describe('a stack that takes signed requests', () => {
  it('is told no token', async () => {
    outputs = { ApiUrl: api.url, Authorization: 'iam' };
    await put();
    const named = await ask(`list --json ${STACK} --token-file ${path}`);
    await ask(`list ${STACK}`, { env: { ELASTICACHE_MIGRATOR_TOKEN: await planted() } });

    expect(named.code).toBe(2);
    expect(JSON.parse(named.out).error.code).toBe('token-not-taken');
    expect(api.events).toEqual([]);
  });
});

describe('--token-file', () => {
  it('is no standard input, and no address in clear', async () => {
    await put();
    const [dash, empty, clear] = [
      await ask(`list --token-file - --endpoint ${api.url}`),
      await runHere(['list', '--token-file', '', '--endpoint', api.url]),
      await ask(`list --json --endpoint http://api.example --token-file ${path}`),
    ];

    expect(dash).toMatchObject({ code: 2, err: expect.stringContaining('read anew at each request') });
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining('--token-file is empty') });
    expect(clear.code).toBe(2);
    expect(JSON.parse(clear.out).error.code).toBe('token-in-clear');
  });
});

describe('doctor', () => {
  const report = async (line: string) => {
    const { out, code } = await ask(`doctor --json ${line}`);
    expectSchema('doctor', JSON.parse(out));
    const { checks } = JSON.parse(out) as { checks: { name: string; result: string; text: string }[] };
    return { code, checks, about: (name: string) => checks.filter((one) => one.name === name) };
  };

  it('tells whose the token is, what for and until when', async () => {
    await put({}, ['read', 'start']);
    const { code, about } = await report(`${STACK} --token-file ${path}`);

    expect(code).toBe(0);
    expect(about('token')).toMatchObject([
      {
        result: 'ok',
        text: expect.stringMatching(
          /^anna, of https:\/\/issuer\.example\/pool; scopes: elasticache-migrator\/read elasticache-migrator\/start; good for (1 h|59 min.*); from the file/,
        ),
      },
    ]);
    expect(about('may')).toMatchObject([{ text: 'show, start' }]);
    expect(about('may not')[0]?.text).toMatch(/^cutover, abort, .*the token lacks elasticache-migrator\/cutover/);
  });

  it('tells one that has expired, one that is missing, and one that others can read', async () => {
    await put({ exp: 1 });
    const expired = await report(`${STACK} --token-file ${path}`);
    const missing = await report(STACK);
    await put();
    await chmod(path, 0o644);
    const open = await report(`--endpoint ${api.url} --token-file ${path}`);

    expect(expired.about('token')).toMatchObject([{ result: 'bad', text: expect.stringContaining('expired') }]);
    expect(missing.about('token')).toMatchObject([
      { result: 'bad', text: expect.stringContaining('wants a bearer token') },
    ]);
    expect(open.about('token')[1]).toMatchObject({ result: 'note', text: expect.stringContaining('can read') });
    expect([expired.code, missing.code, open.code]).toEqual([1, 1, 0]);
  });
});
