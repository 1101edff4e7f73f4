import { readdirSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeEvent } from '../../local/eventbridge/event.ts';
import { proxyEvent } from '../../local/gateway/event.ts';
import { findRoute } from '../../local/gateway/routes.ts';
import type { ScheduleModel } from '../../local/template/model.ts';
import { model } from '../template/support.ts';
import { JOURNEYS, travel } from './journeys.ts';
import { kebab } from './kebab.ts';
import { SOURCE } from './target.ts';
import { MIGRATION_ID, type Notification } from './world.ts';

export const EVENTS = new URL('../../events/', import.meta.url);

/** The samples as they lie in events/, by name. */
export const storedSamples = (): Map<string, unknown> =>
  new Map(
    readdirSync(EVENTS)
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(new URL(file, EVENTS), 'utf8'))]),
  );

/** Ids and times differ from run to run; a sample has one of each. */
const SAMPLE_ID = '7f0c7a3e-2d1b-4c5f-9e86-0a1b2c3d4e5f';
const NOW = new Date('2026-01-01T00:00:00.000Z');
const HOST = 'embedded00.execute-api.us-west-2.amazonaws.com';

/** One sample of each detail type that the journeys announce; the first journey that announces it gives it. */
const notifications = async (): Promise<[string, Notification][]> => {
  const samples = new Map<string, Notification>();
  for (const journey of Object.keys(JOURNEYS)) {
    for (const event of (await travel(journey)).announced) {
      const name = kebab(event['detail-type']);
      if (!samples.has(name)) samples.set(name, { ...event, id: SAMPLE_ID });
    }
  }
  return [...samples];
};

const asked = (detailType: string, data: unknown) => ({
  ...makeEvent(NOW.getTime(), {
    source: 'deployment-pipeline',
    detailType,
    detail: { metadata: { correlationId: 'deployment-2026-01-01' }, data },
  }),
  id: SAMPLE_ID,
});

const statusChange = async () => {
  const [, aborted] = (await travel('a stop from outside')).changes;
  const parts = { source: 'aws.states', detailType: 'Step Functions Execution Status Change', detail: aborted };
  const resources = [aborted?.executionArn ?? ''];
  return { ...makeEvent(NOW.getTime(), { ...parts, resources }), id: SAMPLE_ID };
};

const scheduled = () => {
  const [{ arn, source }] = model.schedules as [ScheduleModel];
  const parts = { source, detailType: 'Scheduled Event', detail: '{}', resources: [arn] };
  return { ...makeEvent(NOW.getTime(), parts), id: SAMPLE_ID };
};

interface Call {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: object;
}

const CALLS: Record<string, Call> = {
  'http-start-migration': {
    method: 'POST',
    path: '/migrations',
    headers: { 'idempotency-key': 'deployment-2026-01-01', 'x-correlation-id': 'deployment-2026-01-01' },
    body: { replicationGroupId: 'test', customerNodeEndpointList: [SOURCE], dryRun: true },
  },
  'http-list-migrations': { method: 'GET', path: '/migrations?status=syncing&limit=5' },
  'http-get-migration': { method: 'GET', path: `/migrations/${MIGRATION_ID}?timeline=true` },
  'http-get-history': {
    method: 'GET',
    path: `/migrations/${MIGRATION_ID}/history?from=2026-01-01T00:00:00Z&points=300`,
  },
  'http-request-cutover': {
    method: 'POST',
    path: `/migrations/${MIGRATION_ID}/cutover`,
    body: { reason: 'the change window is open' },
  },
  'http-request-abort': {
    method: 'POST',
    path: `/migrations/${MIGRATION_ID}/abort`,
    body: { reason: 'the wrong source' },
  },
  'http-request-confirm': {
    method: 'POST',
    path: `/migrations/${MIGRATION_ID}/confirm`,
    body: { reason: 'the source was restarted; the new primary has all the data' },
  },
  'http-request-unfence': {
    method: 'POST',
    path: `/migrations/${MIGRATION_ID}/unfence`,
    body: { reason: 'the old primary serves as a cache' },
  },
  'http-request-rollback': {
    method: 'POST',
    path: `/migrations/${MIGRATION_ID}/rollback`,
    body: { reason: 'clients cannot reach the new primary' },
  },
  'http-request-close': {
    method: 'POST',
    path: `/migrations/${MIGRATION_ID}/close`,
    body: { reason: 'what still reads is a dashboard' },
  },
};

/** Real requests over a socket, as the gateway turns them into events. */
const httpRequests = async (): Promise<[string, APIGatewayProxyEventV2][]> => {
  const events: APIGatewayProxyEventV2[] = [];
  const server = createServer(async (incoming, response) => {
    const body = Buffer.from(await text(incoming));
    const matched = findRoute(model.routes, incoming.method ?? '', incoming.url?.split('?')[0] ?? '');
    if (matched) events.push(proxyEvent(incoming, body, matched, NOW));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const { method, path, headers, body } of Object.values(CALLS)) {
    await new Promise<void>((resolve, reject) => {
      const json = body && JSON.stringify(body);
      const typed = json ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) } : {};
      const sent = { host: HOST, 'user-agent': 'curl/8.5.0', ...typed, ...headers };
      const outgoing = request({ host: '127.0.0.1', port, method, path, headers: sent, agent: false }, (answer) => {
        answer.resume().on('end', resolve);
      });
      outgoing.on('error', reject).end(json);
    });
  }
  await new Promise((resolve) => server.close(resolve));
  return Object.keys(CALLS).map((name, index) => {
    const event = events[index] as APIGatewayProxyEventV2;
    return [name, { ...event, requestContext: { ...event.requestContext, requestId: SAMPLE_ID } }];
  });
};

/** Every sample anew: by the state machines, the bus and the gateway themselves. */
export const makeSamples = async (): Promise<Map<string, unknown>> =>
  new Map<string, unknown>([
    [
      'migration-requested',
      asked('MigrationRequested', {
        replicationGroupId: 'test',
        customerNodeEndpointList: [SOURCE],
        cutover: { mode: 'manual' },
        verification: { mode: 'full', maxKeysPerSecond: 20_000, freshForMinutes: 30 },
        dryRun: false,
        waivers: ['target-holds-data'],
        reason: 'moving to managed nodes',
      }),
    ],
    [
      'cutover-requested',
      asked('CutoverRequested', {
        migrationId: MIGRATION_ID,
        reason: 'what differs are caches',
        waivers: ['verification-differences'],
      }),
    ],
    ['abort-requested', asked('AbortRequested', { migrationId: MIGRATION_ID, reason: 'the wrong source' })],
    ['execution-status-change', await statusChange()],
    ['scheduled-event', scheduled()],
    ...(await httpRequests()),
    ...(await notifications()),
  ]);
