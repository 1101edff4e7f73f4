import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../local/clock.ts';
import { type GatewayOptions, httpApi } from '../../../local/gateway/gateway.ts';
import { PayloadTooLargeError } from '../../../local/lambda/invocation.ts';
import { aRecord, aRequest, MIGRATION_ID } from '../../functions/support/records.ts';
import { model } from '../../template/support.ts';
import { undocumentedIn } from '../answer.ts';
import { operations } from '../openapi.ts';
import { generated } from './generated.ts';
import { openService, type Service } from './service.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const ACTS = ['cutover', 'abort', 'confirm', 'unfence', 'rollback', 'close'];
/** Nobody here has IAM, a token or a throttle. */
const ONLY_ON_AWS = [401, 403, 429];

let service: Service;
let server: Server;
let url: string;
let invoke: GatewayOptions['invoke'];
let timeoutMs: number;
/** `POST /migrations 400 invalid-request`, as they were answered. */
const seen = new Set<string>();

beforeAll(async () => {
  service = await openService();
  const routes = model.routes.map((route) => ({
    ...route,
    get timeoutMs() {
      return timeoutMs;
    },
  }));
  const options = { routes, clock: systemClock, report: () => undefined };
  server = createServer(httpApi({ ...options, invoke: (arn, event) => invoke(arn, event) }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  asUsual();
  // Of late: a history is read by ten minutes.
  await service.put(aRecord({ acceptedAt: new Date(Date.now() - 60_000).toISOString() }));
});
afterAll(async () => {
  server?.close();
  await service?.close();
});

const asUsual = () => {
  invoke = service.invoke;
  timeoutMs = 30_000;
  service.fault = undefined;
};

/** Asks over a socket, and notes what is answered. @returns what the contract does not say of it */
const ask = async (
  routeKey: string,
  { path, body, headers }: { path?: string; body?: unknown; headers?: object } = {},
) => {
  const [method = '', template = ''] = routeKey.split(' ');
  const place = path ?? template.replace('{id}', MIGRATION_ID);
  const response = await fetch(`${url}${place}`, {
    method,
    headers: { ...(body !== undefined && JSON_TYPE), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: (await response.json()) as { code?: string },
  };
  seen.add(`${routeKey} ${answer.status} ${answer.body.code ?? answer.headers['content-type']}`);
  expect(undocumentedIn(method, place, answer)).toEqual([]);
  return answer;
};

const isPost = (routeKey: string) => routeKey.startsWith('POST');
const bodyFor = (routeKey: string) =>
  isPost(routeKey) ? { body: routeKey === 'POST /migrations' ? aRequest() : { reason: 'why' } } : {};

describe('POST /migrations', () => {
  const route = 'POST /migrations';

  it('is answered as documented', async () => {
    await ask(route, { body: aRequest(), headers: { 'idempotency-key': 'mine' } });
    await ask(route, { body: aRequest({ reason: 'another' }), headers: { 'idempotency-key': 'mine' } });
    await ask(route, { body: { more: 1 } });
    await ask(route, { body: 'a=1', headers: { 'content-type': 'text/plain' } });
    await ask(route, { body: { reason: 'x'.repeat(65_536) } });
    service.isApiOnly = true;
    expect((await ask(route, { body: aRequest() })).body.code).toBe('not-in-reach');
    service.isApiOnly = false;
    service.isForOthers = true;
    expect((await ask(route, { body: aRequest() })).body.code).toBe('replication-group-not-allowed');
    service.isForOthers = false;
  });
});

describe('what is read', () => {
  it('is answered as documented', async () => {
    await ask('GET /migrations');
    await ask('GET /migrations', { path: '/migrations?limit=0' });
    for (const [route, more] of [
      ['GET /migrations/{id}', ''],
      ['GET /migrations/{id}/history', '/history'],
    ] as const) {
      await ask(route);
      await ask(route, { path: `/migrations/${MIGRATION_ID}${more}?x=1` });
      await ask(route, { path: `/migrations/none-000000000000${more}` });
    }
    await ask('GET /migrations/{id}', { path: `/migrations/${MIGRATION_ID}?timeline=true` });
    await ask('GET /migrations/{id}', { path: `/migrations/${MIGRATION_ID}?timeline=events` });
  });
});

describe('an act', () => {
  it.each(ACTS)('%s is answered as documented', async (act) => {
    const route = `POST /migrations/{id}/${act}`;
    const migrationId = `${act}-0123456789ab`;
    const promoted = { status: 'promoted', phase: 'closing', promotedAt: '2026-01-01T00:00:00.000Z' } as const;
    const doubted = { status: 'cuttingOver', phase: 'promotionInDoubt' } as const;
    const awaiting = { status: 'awaitingCutover', phase: 'awaitingCutover' } as const;
    const where = act === 'confirm' ? doubted : act === 'cutover' || act === 'abort' ? awaiting : promoted;
    const cutoverSettings = { mode: 'manual', fence: 'auto', drainBudgetMs: 2000, quietSeconds: 60 } as const;
    await service.put(aRecord({ migrationId, cutoverSettings, ...where }));
    const path = `/migrations/${migrationId}/${act}`;

    expect((await ask(route, { path, body: { reason: 'why' } })).status).toBe(202);
    expect((await ask(route, { path, body: { reason: 'again' } })).status).toBe(409);
    await ask(route, { path, body: { more: 1 } });
    await ask(route, { path, body: 'a=1', headers: { 'content-type': 'text/plain' } });
    await ask(route, { path, body: { reason: 'x'.repeat(65_536) } });
    await ask(route, { path: `/migrations/none-000000000000/${act}`, body: { reason: 'why' } });
  });
});

describe('every route', () => {
  it.each([...operations.keys()])('%s is answered as documented when something fails', async (routeKey) => {
    service.fault = { status: 500, code: 'InternalServerError' };
    expect((await ask(routeKey, bodyFor(routeKey))).body.code).toBe('transient-service-fault');
    service.fault = { status: 400, code: 'AccessDeniedException' };
    expect((await ask(routeKey, bodyFor(routeKey))).body.code).toBe('internal-error');

    // From here on API Gateway answers.
    invoke = async () => ({ ok: false, error: 'E', cause: '', unhandled: true, requestId: 'r', executedVersion: '1' });
    expect((await ask(routeKey, bodyFor(routeKey))).status).toBe(500);
    if (isPost(routeKey)) {
      invoke = () => Promise.reject(new PayloadTooLargeError(6));
      expect((await ask(routeKey, bodyFor(routeKey))).status).toBe(413);
    }
    invoke = () => new Promise(() => undefined);
    timeoutMs = 1;
    expect((await ask(routeKey, bodyFor(routeKey))).status).toBe(503);
    asUsual();
  });
});

generated(() => service);

describe('the contract', () => {
  it('has no answer that was not provoked here', () => {
    const documented = [...operations].flatMap(([routeKey, { responses }]) =>
      [...responses].flatMap(([status, { response }]) =>
        Object.entries(response.content).flatMap(([type, { schema }]) => {
          const codes = (schema as { allOf?: [unknown, { properties: { code: { enum: string[] } } }] }).allOf?.[1];
          return ONLY_ON_AWS.includes(status)
            ? []
            : (codes?.properties.code.enum ?? [type]).map((what) => `${routeKey} ${status} ${what}`);
        }),
      ),
    );

    expect([...seen].sort()).toEqual(documented.sort());
  });

  it.each([
    ['a status', 'GET', { status: 418, headers: JSON_TYPE, body: {} }, 'documents no 418'],
    ['a content type', 'GET', { status: 200, headers: { 'content-type': 'text/html' }, body: {} }, 'text/html'],
    ['a field', 'GET', { status: 200, headers: JSON_TYPE, body: { migrations: [], more: 1 } }, 'more'],
    ['that a field may be missing', 'GET', { status: 200, headers: JSON_TYPE, body: {} }, 'migrations'],
    ['that a header may be missing', 'POST', { status: 202, headers: JSON_TYPE, body: {} }, 'Location is missing'],
    ['a code', 'POST', { status: 422, headers: JSON_TYPE, body: { code: 'body-too-large' } }, 'application/json'],
    ['that it may be kept', 'GET', { status: 200, headers: JSON_TYPE, body: { migrations: [] } }, 'no-store'],
  ])('does not say %s, and this test can tell', (_, method, answer, told) => {
    expect(undocumentedIn(method, '/migrations', answer).join()).toContain(told);
  });
});
