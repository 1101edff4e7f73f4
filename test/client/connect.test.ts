import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeApi } from '../../client/api.ts';
import { connectStack } from '../../client/aws/connect.ts';
import { cloudFormationWire } from '../../local/cloudformation/protocol.ts';
import { QueryError, queryWire } from '../../local/endpoint/query-wire.ts';
import { queryXml } from '../../local/endpoint/query-xml.ts';
import type { WireService } from '../../local/endpoint/wire.ts';
import { stsWire } from '../../local/sts/protocol.ts';
import { aView } from '../console/migration/views.ts';
import { type Served, serveAlone } from '../local/fixture/serve.ts';
import { type FakeApi, json, startFakeApi } from './support/api.ts';
import { faultOf, scopeOf } from './support/signature.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
let api: FakeApi;
let aws: Served | undefined;
let home: string;
beforeEach(async () => {
  api = await startFakeApi();
  home = await mkdtemp(join(tmpdir(), 'client-'));
  for (const name of ['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await api.close();
  await aws?.close();
  aws = undefined;
  await rm(home, { recursive: true });
});

/** A stack with these outputs behind AWS_ENDPOINT_URL, or a CloudFormation that answers otherwise. */
const deploy = async (cloudformation: WireService | Record<string, string> = { ApiUrl: api.url }, sts = stsWire) => {
  const stack = { name: 'cache', createdAt: new Date() };
  aws = await serveAlone({
    sts,
    cloudformation:
      typeof cloudformation === 'function' ? cloudformation : cloudFormationWire({ ...stack, outputs: cloudformation }),
  });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
};

/** A service that refuses everything so. */
const refusing = (action: string, code: string, message: string, status = 400): WireService =>
  queryWire('it', queryXml('urn:none'), {
    [action]: {
      parameters: ['StackName'],
      run: () => {
        throw new QueryError(code, message, status);
      },
    },
  });

const connect = (options: Partial<Parameters<typeof connectStack>[0]> = {}) =>
  connectStack({ stack: 'cache', region: 'eu-west-1', ...options });

describe('a connection to a stack', () => {
  it('finds the API by the outputs, and tells who asks', async () => {
    await deploy();

    const connection = await connect();

    expect(connection).toMatchObject({ apiUrl: api.url, region: 'eu-west-1' });
    expect(await connection.identity()).toEqual({
      accountId: '000000000000',
      arn: 'arn:aws:iam::000000000000:user/AKIDEXAMPLE',
    });
  });

  it('has no identity where STS gives none', async () => {
    await deploy({ ApiUrl: api.url }, refusing('GetCallerIdentity', 'AccessDenied', 'no', 403));

    expect(await (await connect()).identity()).toBeUndefined();
  });

  it('waits for its identity no longer than a page can', async () => {
    const hung = Promise.withResolvers<never>();
    await deploy({ ApiUrl: api.url }, () => hung.promise);

    expect(await (await connect({ identityTimeoutMs: 50 })).identity()).toBeUndefined();
  });

  it.each([
    [
      'a list',
      'GET',
      ['migrations'],
      [
        ['status', 'copying'],
        ['limit', '5'],
      ],
      undefined,
    ],
    [
      'names that need escapes',
      'GET',
      ['migrations', "a b+c!'()*~ü%2f&=?#"],
      [
        ["x y'+*", 'a&b=c%20?'],
        ['é', ''],
      ],
      undefined,
    ],
    [
      'a name that stands twice',
      'GET',
      ['migrations'],
      [
        ['b', '2'],
        ['a', '1'],
        ['b', '1'],
      ],
      undefined,
    ],
    ['a body', 'POST', ['migrations'], [], JSON.stringify({ reason: 'für später' })],
  ] as const)('signs so that another implementation finds it right: %s', async (_, method, path, query, body) => {
    await deploy();
    const { call } = await connect();

    await call({
      method,
      path,
      query,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k  1' },
      ...(body !== undefined && { body }),
    });

    const [received] = api.received;
    if (!received) throw new Error('nothing came');
    expect(faultOf(received.request, received.body, SECRET)).toBeUndefined();
    expect(faultOf(received.request, received.body, 'another')).toMatch('wrong signature');
    expect(faultOf(received.request, `${received.body} `, SECRET)).toMatch('wrong signature');
    expect(scopeOf(received.request)).toMatch(/^\d{8}\/eu-west-1\/execute-api\/aws4_request$/);
    expect(received.url.split('?')[0]?.split('/').slice(1).map(decodeURIComponent)).toEqual(path);
    expect([...new URLSearchParams(received.url.split('?')[1])]).toEqual(query);
  });

  it('sends the session token of temporary credentials, signed', async () => {
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    await deploy();

    await (await connect()).call({ method: 'GET', path: ['migrations'] });

    const [received] = api.received;
    expect(received?.headers['x-amz-security-token']).toBe('token');
    expect(received?.headers.authorization).toContain('x-amz-security-token');
    expect(received && faultOf(received.request, '', SECRET)).toBeUndefined();
  });

  it('takes Region and keys from a profile', async () => {
    await deploy();
    await writeFile(join(home, 'config'), '[profile other]\nregion = ap-south-1\n');
    await writeFile(join(home, 'credentials'), '[other]\naws_access_key_id = OTHER\naws_secret_access_key = s\n');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);

    const { region, call } = await connectStack({ stack: 'cache', profile: 'other' });
    await call({ method: 'GET', path: ['migrations'] });

    expect(region).toBe('ap-south-1');
    expect(api.received[0]?.headers.authorization).toMatch(/Credential=OTHER\/\d+\/ap-south-1\//);
  });

  it('reads expired keys anew from their file, and asks once more', async () => {
    await deploy();
    const keys = (id: string) =>
      `[default]\naws_access_key_id = ${id}\naws_secret_access_key = s\naws_session_token = t\n`;
    await writeFile(join(home, 'credentials'), keys('OLD'));
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const { call, keyId } = await connect();
    expect(await keyId()).toBe('OLD');
    api.answer = ({ headers }, response) =>
      headers.authorization?.includes('OLD')
        ? json(response, 403, { message: 'The security token included in the request is expired' })
        : json(response, 200, { migrations: [] });
    await writeFile(join(home, 'credentials'), keys('NEW'));

    expect(await call({ method: 'GET', path: ['migrations'] })).toMatchObject({ status: 200 });
    expect(api.received.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1])).toEqual([
      'OLD',
      'NEW',
    ]);
    expect(await keyId()).toBe('NEW');
  });

  it('serves the typed client', async () => {
    await deploy();
    const { apiUrl, call } = await connect();
    const client = makeApi(apiUrl, call);
    api.answer = ({ method }, response) =>
      method === 'GET'
        ? json(response, 200, { ...aView(), migrations: [], nextToken: 'n', events: [], samples: [] })
        : json(response, 409, { code: 'action-not-allowed', detail: 'not now' }, 'application/problem+json');

    expect(await client.list({ status: 'copying', limit: 3 })).toMatchObject({ migrations: [], nextToken: 'n' });
    await client.get('m-1', { timeline: 'events' });
    await client.history('m-1', { from: '2026-03-12T00:00:00+01:00', points: 10 });
    await expect(client.act('m-1', 'cutover', { reason: 'r' })).rejects.toMatchObject({
      name: 'ApiProblemError',
      problem: { code: 'action-not-allowed' },
    });
    expect(api.received.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/migrations?status=copying&limit=3', ''],
      ['GET', '/migrations/m-1?timeline=events', ''],
      ['GET', '/migrations/m-1/history?from=2026-03-12T00%3A00%3A00%2B01%3A00&points=10', ''],
      ['POST', '/migrations/m-1/cutover', '{"reason":"r"}'],
    ]);
  });
});

describe('a connection that cannot be made says what to do', () => {
  it.each([
    ['stack-not-found', { stack: 'none' }, 'aws cloudformation list-stacks --region eu-west-1'],
    ['region-missing', { region: undefined }, '--region'],
  ])('%s', async (code, options, advice) => {
    await deploy();
    const { region = 'eu-west-1', stack = 'cache' } = options as { region?: string; stack?: string };
    const asked = 'region' in options ? { stack } : { stack, region };

    await expect(connectStack(asked)).rejects.toMatchObject({ code, message: expect.stringContaining(advice) });
  });

  it.each([
    ['stack-without-api', { Other: 'x' }, 'has no output ApiUrl'],
    ['stack-without-api', {}, 'CREATE_COMPLETE'],
    ['stack-without-api', { ApiUrl: 'http://api.example' }, 'no https URL'],
    ['stack-without-api', { ApiUrl: 'nonsense' }, 'no https URL'],
  ])('%s: outputs %o', async (code, outputs, advice) => {
    await deploy(outputs);

    await expect(connect()).rejects.toMatchObject({ code, message: expect.stringContaining(advice) });
  });

  it.each([
    ['stack-access-denied', 'AccessDenied', 'User is not authorized', 403, 'cloudformation:DescribeStacks'],
    ['credentials-expired', 'ExpiredToken', 'The security token is expired', 403, 'aws sso login'],
    ['credentials-refused', 'InvalidClientTokenId', 'The security token is invalid', 403, 'key and secret'],
    ['credentials-refused', 'SignatureDoesNotMatch', 'Signature expired', 403, 'clock'],
    ['aws-unreachable', 'ValidationError', 'something else', 400, 'something else'],
  ])('%s: CloudFormation answers %s', async (code, wire, message, status, advice) => {
    await deploy(refusing('DescribeStacks', wire, message, status));

    await expect(connect()).rejects.toMatchObject({ code, message: expect.stringContaining(advice) });
  });

  it('credentials-missing, with the profile by name', async () => {
    await deploy();
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);

    await expect(connect()).rejects.toMatchObject({ code: 'credentials-missing' });
    await expect(connect({ profile: 'nobody' })).rejects.toMatchObject({
      code: 'credentials-missing',
      message: expect.stringContaining('for the profile nobody'),
    });
  });

  it('aws-unreachable where nobody listens', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');

    await expect(connect()).rejects.toMatchObject({ code: 'aws-unreachable' });
  });
});

describe('a refusal of API Gateway', () => {
  it.each([
    ['api-access-denied', { Message: 'User: arn:aws:iam::1:user/x is not authorized to perform: execute-api:Invoke' }],
    ['api-access-denied', { message: 'Forbidden' }],
    ['credentials-expired', { message: 'The security token included in the request is expired' }],
    ['credentials-refused', { message: 'The security token included in the request is invalid.' }],
    [
      'credentials-refused',
      { message: 'The request signature we calculated does not match the signature you provided.' },
    ],
  ])('is %s: %o', async (code, said) => {
    await deploy();
    const { call } = await connect();
    api.answer = (_, response) => json(response, 403, said);

    await expect(call({ method: 'GET', path: ['migrations'] })).rejects.toMatchObject({ code });
  });
});
