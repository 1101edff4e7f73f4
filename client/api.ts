import type { Problem } from '../functions/adapters/problem.ts';
import type { Acceptance } from '../functions/migration/accept.ts';
import type { Action } from '../functions/migration/actions.ts';
import type { Endpoint } from '../functions/migration/record.ts';
import type { History } from '../functions/migration/sample.ts';
import type { ListedMigration, MigrationView } from '../functions/migration/view.ts';
import type { ApiAnswer, ApiCall, ApiRequest } from './call.ts';
import { ApiProblemError, GatewayRefusedError } from './errors.ts';

export interface ListFilter {
  status?: string;
  replicationGroupId?: string;
  limit?: number;
  nextToken?: string;
}

export interface ViewQuery {
  /** `true` adds the execution's history, `events` what was announced; both paged. */
  timeline?: boolean | 'events';
  nextToken?: string;
}

export interface HistoryFilter {
  /** ISO 8601, with its zone. */
  from?: string;
  to?: string;
  points?: number;
}

export interface ActBody {
  reason?: string;
  waivers?: readonly string[];
  /** Of an unfence: nodes of the source that are gone for good. */
  giveUp?: readonly Endpoint[];
}

interface Options {
  signal?: AbortSignal;
}

/** The problem document of an answer that is one. */
export const problemOf = ({ status, headers, json }: ApiAnswer): Problem | undefined =>
  status >= 400 && headers.get('content-type')?.startsWith('application/problem+json') ? (json as Problem) : undefined;

/** What API Gateway says in the API's place: `{"message":"Too Many Requests"}`. */
export const gatewayRefusal = (apiUrl: string, { status, json }: ApiAnswer): GatewayRefusedError => {
  const { message = 'without a word' } = (json ?? {}) as { message?: string };
  return new GatewayRefusedError(apiUrl, status, message);
};

const queryOf = (values: object): [string, string][] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));

/**
 * The migrations API, typed. Each call throws ApiProblemError with the API's own problem document, GatewayRefusedError, and
 * what {@link ApiCall} throws.
 */
export const makeApi = (apiUrl: string, call: ApiCall) => {
  const ask = async <T>(request: ApiRequest): Promise<T> => {
    const answer = await call(request);
    const problem = problemOf(answer);
    if (problem) throw new ApiProblemError(problem);
    if (answer.status >= 400) throw gatewayRefusal(apiUrl, answer);
    return answer.json as T;
  };
  const get = <T>(path: string[], query: object, { signal }: Options) =>
    ask<T>({ method: 'GET', path, query: queryOf(query), ...(signal && { signal }) });
  const post = <T>(path: string[], body: unknown, headers: Record<string, string>, { signal }: Options) =>
    ask<T>({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  return {
    /** @param idempotencyKey makes a repeat harmless */
    start: (body: unknown, idempotencyKey?: string, options: Options = {}) =>
      post<Acceptance>(
        ['migrations'],
        body,
        idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
        options,
      ),
    list: (filter: ListFilter = {}, options: Options = {}) =>
      get<{ migrations: ListedMigration[]; nextToken?: string }>(['migrations'], filter, options),
    get: (migrationId: string, query: ViewQuery = {}, options: Options = {}) =>
      get<MigrationView>(['migrations', migrationId], query, options),
    history: (migrationId: string, filter: HistoryFilter = {}, options: Options = {}) =>
      get<History>(['migrations', migrationId, 'history'], filter, options),
    act: (migrationId: string, action: Action, body: ActBody = {}, options: Options = {}) =>
      post<MigrationView>(['migrations', migrationId, action], body, {}, options),
  };
};

export type Api = ReturnType<typeof makeApi>;
