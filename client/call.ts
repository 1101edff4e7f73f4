import { ApiAnswerUnreadableError, ApiTimeoutError, ApiUnreachableError, PathRefusedError } from './errors.ts';

/** One request to the API, in parts that cannot lead anywhere else. */
export interface ApiRequest {
  method: string;
  /** Decoded segments: `['migrations', 'orders-2d4e27f91296']`. */
  path: readonly string[];
  /** Decoded names and values, in their order. */
  query?: readonly (readonly [string, string])[];
  /** In lower case. */
  headers?: Record<string, string>;
  body?: string;
  /** Ends the call. */
  signal?: AbortSignal;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** JSON, as text; empty where the answer has no body. */
  body: string;
  /** The body, parsed; undefined where there is none. */
  json: unknown;
}

/**
 * Asks the API, and gives whatever it answers: also a 4xx and a 5xx.
 * @throws PathRefusedError, ApiUnreachableError, ApiTimeoutError, ApiAnswerUnreadableError; TypeError for headers that cannot be
 * sent; the signal's reason
 */
export type ApiCall = (request: ApiRequest) => Promise<ApiAnswer>;

/** A request before it is signed. The query is decoded; the path is as it is sent. */
export interface Unsigned {
  method: string;
  url: URL;
  query: readonly (readonly [string, string])[];
  headers: Record<string, string>;
  body: string | undefined;
}

/** @returns the headers to send: those given, and the signature's */
export type Sign = (request: Unsigned) => Promise<Record<string, string>>;

export interface ApiCallOptions {
  /** With or without a path: `https://abc.execute-api.eu-west-1.amazonaws.com`. */
  apiUrl: string;
  /** Default: sends as it is. */
  sign?: Sign;
  /** Default 35,000: an HTTP API gives up its integration after 30 s. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 35_000;

/** RFC 3986's unreserved characters stay. Signatures are made over exactly this form. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const isOdd = (segment: string): boolean => segment === '' || segment === '.' || segment === '..';

const urlOf = (apiUrl: string, path: readonly string[], query: readonly (readonly [string, string])[]): URL => {
  // What a segment hides behind an escape, some server on the way may take for a separator.
  if (path.length === 0 || path.some((one) => isOdd(one) || /[/\\]|\p{Cc}/u.test(one) || !one.isWellFormed()))
    throw new PathRefusedError(path);
  const base = new URL(apiUrl);
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  base.pathname = `${base.pathname.replace(/\/$/, '')}/${path.map(encoded).join('/')}`;
  base.search = search;
  return base;
};

const JSON_TYPE = /^application\/(problem\+)?json\b/;

export const makeApiCall =
  ({ apiUrl, sign = async ({ headers }) => headers, timeoutMs = TIMEOUT_MS }: ApiCallOptions): ApiCall =>
  async ({ method, path, query = [], headers = {}, body, signal }) => {
    const url = urlOf(apiUrl, path, query);
    const signed = await sign({ method, url, query, headers, body });
    // What no header can hold is a fault of the caller, and says nothing of the API.
    const sent = new Headers(signed);
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = signal ? AbortSignal.any([timeout, signal]) : timeout;
    let status: number;
    let answered: Headers;
    let text: string;
    try {
      const response = await fetch(url, {
        method,
        headers: sent,
        // A signature is for one address: what is answered from elsewhere is not the API's.
        redirect: 'manual',
        signal: either,
        ...(body !== undefined && { body }),
      });
      status = response.status;
      answered = response.headers;
      text = await response.text();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (timeout.aborted) throw new ApiTimeoutError(apiUrl, timeoutMs);
      throw new ApiUnreachableError(apiUrl, error);
    }
    if (status >= 300 && status < 400)
      throw new ApiAnswerUnreadableError(apiUrl, `it redirects (HTTP ${status})`, status);
    const type = answered.get('content-type');
    if (text !== '' && !JSON_TYPE.test(type ?? ''))
      throw new ApiAnswerUnreadableError(apiUrl, `it answers HTTP ${status} with ${type ?? 'no content type'}`, status);
    try {
      return { status, headers: answered, body: text, json: text === '' ? undefined : JSON.parse(text) };
    } catch {
      throw new ApiAnswerUnreadableError(apiUrl, `it answers HTTP ${status} with broken JSON`, status);
    }
  };
