import type { IncomingMessage } from 'node:http';
import { gatewayRefusal, problemOf } from '../../client/api.ts';
import type { ApiCall } from '../../client/call.ts';
import { PathRefusedError } from '../../client/errors.ts';
import type { Answer } from './answer.ts';
import { readBody } from './body.ts';

/** The API, as the console asks it. */
export interface Upstream {
  apiUrl: string;
  /** Signed or not. */
  call: ApiCall;
}

/** The API's own limit: more would be refused there. */
const LARGEST_BODY_BYTES = 64 * 1024;

/** What of the page's request the API gets to see, beside method, path, query and body: no cookie, no credential. */
const REQUEST_HEADERS = ['content-type', 'idempotency-key'] as const;

/** What of the API's answer the page gets to see. */
const ANSWER_HEADERS = ['content-type', 'date', 'etag', 'location', 'retry-after', 'apigw-requestid'] as const;

/** The API's only resource. Whatever else stands at its address is not for the page. */
const RESOURCE = 'migrations';

/** @throws PathRefusedError for what is not UTF-8, or no path of the API */
const segmentsOf = (path: string): string[] => {
  const raw = path.split('/');
  try {
    const segments = raw.map(decodeURIComponent);
    if (segments[0] === RESOURCE) return segments;
  } catch {
    // Told below.
  }
  throw new PathRefusedError(raw);
};

const picked = (names: readonly string[], find: (name: string) => unknown): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = find(name);
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

/**
 * Passes a request on to the API, and its answer back. Nothing of the signature is in what comes back.
 * @param path what stands behind `/console/api/`
 * @param search the query, without its question mark
 * @param gone ends the call when the page has gone away
 * @throws BodyRefusedError, GatewayRefusedError, and what {@link ApiCall} throws
 */
export const forward = async (
  request: IncomingMessage,
  path: string,
  search: string,
  { apiUrl, call }: Upstream,
  gone: AbortSignal,
): Promise<Answer> => {
  const segments = segmentsOf(path);
  const body = await readBody(request, LARGEST_BODY_BYTES);
  const answer = await call({
    // The API has no HEAD; `send` leaves the body away.
    method: request.method === 'HEAD' ? 'GET' : (request.method as string),
    path: segments,
    query: [...new URLSearchParams(search)],
    headers: picked(REQUEST_HEADERS, (name) => request.headers[name]),
    signal: gone,
    ...(body !== '' && { body }),
  });
  // The page knows one form of failure.
  if (answer.status >= 400 && !problemOf(answer)) throw gatewayRefusal(apiUrl, answer);
  return {
    status: answer.status,
    headers: { ...picked(ANSWER_HEADERS, (name) => answer.headers.get(name)), 'cache-control': 'no-store' },
    body: answer.body,
  };
};
