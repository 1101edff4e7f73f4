import { randomUUID } from 'node:crypto';

/** A request as a wire protocol sees it. Header names are in lower case; `path` carries the query string. */
export interface WireRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

export interface WireContext {
  /** Drops the connection without an answer: a fault after the effect took place. */
  loseAnswer(): void;
}

/** A service as the one endpoint sees it. A rejected promise becomes an InternalFailure (500). */
export type WireService = (request: WireRequest, context: WireContext) => Promise<WireResponse>;

/** An answer of the `application/x-amz-json-*` protocols; `version` is the protocol's, as the client asked by its content type. */
export const jsonAnswer = (body: unknown, version: '1.0' | '1.1' = '1.0', status = 200): WireResponse => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': randomUUID() },
  body: JSON.stringify(body),
});

/** An error of the `application/x-amz-json-*` protocols: `{"__type": code, "message": …}`. */
export const jsonError = (
  code: string,
  message: string,
  version: '1.0' | '1.1' = '1.0',
  status = 400,
): WireResponse => {
  const answer = jsonAnswer({ __type: code, message }, version, status);
  return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': code } };
};
