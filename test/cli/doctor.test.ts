import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cloudFormationWire } from '../../local/cloudformation/protocol.ts';
import { stsWire } from '../../local/sts/protocol.ts';
import { faultOf } from '../client/support/signature.ts';
import { type Served, serveAlone } from '../local/fixture/serve.ts';
import { runHere } from './support/io.ts';
import { expectSchema } from './support/schema.ts';
import { problem, type Service, startService } from './support/service.ts';

const SECRET = 'a-secret-key';
let service: Service;
let aws: Served;
beforeEach(async () => {
  service = await startService();
  const stack = { name: 'cache', createdAt: new Date(), outputs: { ApiUrl: service.url } };
  aws = await serveAlone({ cloudformation: cloudFormationWire(stack), sts: stsWire });
  for (const name of ['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
  await aws.close();
});

const STACK = ['--stack', 'cache', '--region', 'eu-west-1'];

interface Report {
  verdict: string;
  checks: { name: string; result: string; text: string; next: string[] }[];
}

const report = async (...args: string[]): Promise<Report & { code: number }> => {
  const { out, code } = await runHere(['doctor', '--json', ...args]);
  expectSchema('doctor', JSON.parse(out));
  return { ...(JSON.parse(out) as Report), code };
};
const resultsOf = ({ checks }: Report) => Object.fromEntries(checks.map(({ name, result }) => [name, result]));

describe('a deployed stack', () => {
  it('is found by its outputs, and every request is signed', async () => {
    const ran = await runHere(['list', '--json', ...STACK]);
    const byEnvironment = await runHere(['list', '--region', 'eu-west-1'], {
      env: { ELASTICACHE_MIGRATOR_STACK: 'cache' },
    });

    expect(JSON.parse(ran.out)).toEqual({ migrations: [] });
    expect(byEnvironment.err).toContain('the stack cache in eu-west-1');
    expect(service.received).toHaveLength(2);
    for (const { request, body } of service.received) expect(faultOf(request, body, SECRET)).toBeUndefined();
  });

  it('that does not exist is told, with what to do', async () => {
    const ran = await runHere(['list', '--stack', 'none', '--region', 'eu-west-1']);

    expect(ran).toMatchObject({ code: 3, out: '' });
    expect(ran.err).toMatch(/There is no stack none[\s\S]*elasticache-migrator doctor/);
  });

  it('without a Region is asked for wrongly', async () => {
    expect((await runHere(['list', '--stack', 'cache'])).code).toBe(2);
  });
});

describe('doctor', () => {
  it('finds all that is needed, and changes nothing', async () => {
    service.instead = ({ method, url, body }) => {
      if (method !== 'POST') return undefined;
      const isStart = url === '/migrations';
      return isStart && body === '{}'
        ? problem(400, 'invalid-request', 'is missing')
        : problem(404, 'migration-not-found', `There is no ${url}`);
    };
    const found = await report(...STACK);

    expect(found).toMatchObject({ code: 0, verdict: 'ok' });
    expect(resultsOf(found)).toEqual({
      'this command': 'ok',
      identity: 'ok',
      service: 'ok',
      API: 'ok',
      clock: 'ok',
      may: 'ok',
    });
    expect(found.checks.find(({ name }) => name === 'identity')?.text).toContain('user/operator');
    expect(found.checks.at(-1)?.text).toBe('show, start, cutover, abort, confirm, unfence, rollback, close');
  });

  it('tells which acts IAM does not let through, route by route', async () => {
    service.instead = ({ url, method }) =>
      method === 'POST' && url !== '/migrations' ? { status: 403, body: { message: 'Forbidden' } } : undefined;

    const found = await report(...STACK);

    expect(found.code).toBe(0);
    expect(found.checks.at(-2)).toMatchObject({ name: 'may', text: 'show, start' });
    expect(found.checks.at(-1)).toMatchObject({
      name: 'may not',
      result: 'note',
      text: expect.stringContaining('POST/migrations/*/cutover'),
    });
  });

  it('tells who may not even look', async () => {
    service.instead = () => ({ status: 403, body: { message: 'Forbidden' } });

    const found = await report(...STACK);

    expect(found.code).toBe(1);
    expect(found.checks.at(-1)).toMatchObject({
      name: 'API',
      result: 'bad',
      text: expect.stringContaining('execute-api:Invoke'),
    });
  });

  it.each([
    ['there is no such stack', ['--stack', 'none', '--region', 'eu-west-1'], {}, 'stack'],
    [
      'there are no credentials',
      STACK,
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      'credentials',
    ],
    ['there is no Region', ['--stack', 'cache'], {}, 'Region'],
  ] as const)('names what is missing: %s', async (_, args, env, name) => {
    for (const [variable, value] of Object.entries(env)) vi.stubEnv(variable, value);

    const found = await report(...args);

    expect(found.code).toBe(1);
    expect(found.checks.at(-1)).toMatchObject({ name, result: 'bad' });
    expect(found.checks.at(-1)?.next.join()).not.toContain('doctor');
  });

  it('tells that nobody answers, and where a service could be named', async () => {
    const found = await report('--endpoint', 'http://127.0.0.1:9');

    expect(found).toMatchObject({ code: 1, verdict: 'bad' });
    expect(found.checks.at(-1)).toMatchObject({ name: 'API', text: expect.stringContaining('cannot be reached') });
  });

  it('tells something else that answers there apart, and posts nothing to it', async () => {
    service.instead = () => ({ status: 200, body: { hello: 'world' } });

    expect((await report('--endpoint', service.url)).checks.at(-1)?.text).toContain('not this API');
    expect(service.posted()).toEqual([]);
  });

  it('reads well', async () => {
    const { out } = await runHere(['doctor', '--endpoint', service.url], { env: { COLUMNS: '60' } });

    expect(out).toMatch(/^ok {4}API {2,}answers in /m);
    expect(out.split('\n').filter((line) => line.length > 60)).toEqual([]);
  });
});
