import type { Problem } from '../functions/adapters/problem.ts';

/** What keeps a client of the API from its answer. The message says what to do; docs/errors.md has a heading for each code. */
export abstract class ClientError extends Error {
  abstract readonly code: string;
}

/** A path that would lead out of the API. */
export class PathRefusedError extends ClientError {
  override readonly name = 'PathRefusedError';
  readonly code = 'path-refused';

  constructor(path: readonly string[]) {
    super(`${JSON.stringify(path.join('/').slice(0, 200))} is not a path of the API`);
  }
}

/** No answer came: no route, no such name, refused, reset. */
export class ApiUnreachableError extends ClientError {
  override readonly name = 'ApiUnreachableError';
  readonly code = 'api-unreachable';

  constructor(apiUrl: string, cause: unknown) {
    super(`The API at ${apiUrl} cannot be reached: ${reasonOf(cause)}`, { cause });
  }
}

/** The API has not answered in time. Whether a request that changes something took effect is not known. */
export class ApiTimeoutError extends ClientError {
  override readonly name = 'ApiTimeoutError';
  readonly code = 'api-timeout';

  constructor(apiUrl: string, timeoutMs: number) {
    super(`The API at ${apiUrl} has not answered within ${timeoutMs / 1000} s`);
  }
}

/** What answered does not speak as the API does: no JSON, another service's JSON, or a redirection. */
export class ApiAnswerUnreadableError extends ClientError {
  override readonly name = 'ApiAnswerUnreadableError';
  readonly code = 'api-answer-unreadable';
  /** Of HTTP, where it is known. */
  readonly status: number | undefined;

  constructor(apiUrl: string, found: string, status?: number) {
    super(`What answers at ${apiUrl} is not this API: ${found}`);
    this.status = status;
  }
}

/** Node's word for a port that belongs to another protocol: nothing is sent there. */
export const BAD_PORT = 'bad port';

/** The fault below fetch's own `fetch failed`, which says nothing. */
const reasonOf = (error: unknown): string => {
  const { cause } = error as { cause?: unknown };
  const { code, message } = (cause ?? error) as { code?: string; message?: string };
  if (message === BAD_PORT)
    return 'no HTTP client asks a server at this port (https://fetch.spec.whatwg.org/#port-blocking)';
  return message || code || String(error);
};

/** IAM does not let this identity call the API, or the API's own policy does not. */
export class ApiAccessDeniedError extends ClientError {
  override readonly name = 'ApiAccessDeniedError';
  readonly code = 'api-access-denied';

  constructor(apiUrl: string, said: string) {
    super(`The API at ${apiUrl} lets this identity not in (${said}): it needs execute-api:Invoke on it`);
  }
}

/** API Gateway has answered in the API's place: throttled, no such route, the function failed. */
export class GatewayRefusedError extends ClientError {
  override readonly name = 'GatewayRefusedError';
  readonly code = 'gateway-refused';
  readonly status: number;

  constructor(apiUrl: string, status: number, said: string) {
    super(`API Gateway answered HTTP ${status} in the place of the API at ${apiUrl}: ${said}`);
    this.status = status;
  }
}

/** The API's own problem document (RFC 9457), of a request made by the typed client. */
export class ApiProblemError extends Error {
  override readonly name = 'ApiProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}
