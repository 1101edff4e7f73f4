import type { Problem } from '../functions/adapters/problem.ts';
import type { Action } from '../functions/migration/actions.ts';
import type { Endpoint } from '../functions/migration/record.ts';
import { type Answers, toProblem } from './answers.ts';
import type { ApiAnswer, ApiCall, ApiRequest } from './call.ts';
import { ApiAnswerUnreadableError, ApiProblemError, GatewayRefusedError } from './errors.ts';
import { LACKS } from './lacks.ts';

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
  const { message, Message } = (json ?? {}) as { message?: unknown; Message?: unknown };
  return new GatewayRefusedError(apiUrl, status, String(message ?? Message ?? 'without a word'));
};

const queryOf = (values: object): [string, string][] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));

/** Also what IAM refuses comes so, with a large M. */
const isGateways = ({ json }: ApiAnswer): boolean =>
  typeof json === 'object' && json !== null && ('message' in json || 'Message' in json);

/**
 * The migrations API, typed. Each call throws ApiProblemError with the API's own problem document, GatewayRefusedError,
 * ApiAnswerUnreadableError for an answer that another service has given, and what {@link ApiCall} throws.
 */
export const makeApi = (apiUrl: string, call: ApiCall) => {
  const ask = async <K extends keyof Answers>(kind: K, request: ApiRequest): Promise<Answers[K]> => {
    const answer = await call(request);
    const { status, json } = answer;
    const foreign = (found: string) =>
      new ApiAnswerUnreadableError(apiUrl, `it answers HTTP ${status} ${found}`, status);
    const believed = (lacks: readonly string[]): void => {
      if (lacks.length > 0) throw foreign(`without ${lacks.slice(0, 3).join(', ')}`);
    };
    if (problemOf(answer)) {
      believed(LACKS.problem(json));
      throw new ApiProblemError(toProblem(answer));
    }
    if (status >= 400) throw isGateways(answer) ? gatewayRefusal(apiUrl, answer) : foreign('as nothing of it does');
    believed(LACKS[kind](json));
    return json as Answers[K];
  };
  const get = <K extends keyof Answers>(kind: K, path: string[], query: object, { signal }: Options) =>
    ask(kind, { method: 'GET', path, query: queryOf(query), ...(signal && { signal }) });
  const post = <K extends keyof Answers>(
    kind: K,
    path: string[],
    body: unknown,
    headers: Record<string, string>,
    { signal }: Options,
  ) =>
    ask(kind, {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  return {
    /** @param idempotencyKey makes a repeat harmless */
    start: (body: unknown, idempotencyKey?: string, options: Options = {}) =>
      post(
        'acceptance',
        ['migrations'],
        body,
        idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
        options,
      ),
    list: (filter: ListFilter = {}, options: Options = {}) => get('page', ['migrations'], filter, options),
    get: (migrationId: string, query: ViewQuery = {}, options: Options = {}) =>
      get(query.timeline === 'events' ? 'announced' : 'migration', ['migrations', migrationId], query, options),
    history: (migrationId: string, filter: HistoryFilter = {}, options: Options = {}) =>
      get('history', ['migrations', migrationId, 'history'], filter, options),
    act: (migrationId: string, action: Action, body: ActBody = {}, options: Options = {}) =>
      post('migration', ['migrations', migrationId, action], body, {}, options),
  };
};

export type Api = ReturnType<typeof makeApi>;
