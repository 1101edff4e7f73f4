import type { Announced } from '../../../functions/migration/announced.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { type FakeApi, json, type Received, startFakeApi } from '../../client/support/api.ts';

/** An API that shows what it is told to show, and notes what it is asked. */
export interface Service extends Pick<FakeApi, 'url' | 'received' | 'close'> {
  /** Those that there are, newest first. */
  views: MigrationView[];
  events: Announced[];
  /** Answers in the place of everything else, where it answers at all. */
  instead: ((received: Received) => { status: number; body: unknown; type?: string } | undefined) | undefined;
  /** Takes connections, and answers nothing. */
  isSilent: boolean;
  /** Of each answer to a POST. */
  delayMs: number;
  /** What was posted: path and body. */
  posted(): { path: string; body: unknown; key: string | undefined }[];
}

export const PROBLEM = 'application/problem+json';

export const problem = (status: number, code: string, detail: string, more: object = {}) => ({
  status,
  type: PROBLEM,
  body: { type: `docs/errors.md#${code}`, title: code, status, detail, code, requestId: 'r-1', ...more },
});

export const startService = async (): Promise<Service> => {
  const api = await startFakeApi();
  const service: Service = {
    url: api.url,
    received: api.received,
    close: api.close,
    views: [],
    events: [],
    instead: undefined,
    isSilent: false,
    delayMs: 0,
    posted: () =>
      api.received
        .filter(({ method }) => method === 'POST')
        .map(({ url, body, headers }) => ({
          path: url,
          body: JSON.parse(body),
          key: headers['idempotency-key'] as string | undefined,
        })),
  };
  api.answer = (received, response) => {
    if (service.isSilent) return;
    const { status, body, type } = service.instead?.(received) ?? answerOf(service, received);
    const delayMs = received.method === 'POST' ? service.delayMs : 0;
    if (delayMs === 0) json(response, status, body, type);
    else setTimeout(() => json(response, status, body, type), delayMs).unref();
  };
  return service;
};

const answerOf = (
  { views, events }: Service,
  { method, url }: Received,
): { status: number; body: unknown; type?: string } => {
  const { pathname, searchParams } = new URL(url, 'http://api');
  const [, , id, act] = pathname.split('/').map(decodeURIComponent);
  if (method === 'POST' && id === undefined) {
    const migrationId = views[0]?.migrationId ?? 'test-000000000001';
    return { status: 202, body: { migrationId, status: 'accepted', links: { self: `/migrations/${migrationId}` } } };
  }
  if (id === undefined) {
    const group = searchParams.get('replicationGroupId');
    return { status: 200, body: { migrations: views.filter((view) => !group || view.replicationGroupId === group) } };
  }
  const view = views.find(({ migrationId }) => migrationId === id);
  if (!view) return problem(404, 'migration-not-found', `There is no migration ${id}`);
  if (act) return { status: 202, body: { ...view, statusReason: `The ${act} was requested.` } };
  return {
    status: 200,
    body: searchParams.get('timeline') === 'events' ? { ...view, events: events.toReversed() } : view,
  };
};
