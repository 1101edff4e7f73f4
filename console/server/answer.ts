import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Asset } from './assets.ts';
import { SECURITY_HEADERS } from './headers.ts';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export const jsonAnswer = (body: unknown, status = 200, type = 'application/json'): Answer => ({
  status,
  headers: { 'content-type': type, 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});

/** The page is asked for anew each time, and its parts never: their names change with their contents. */
const PAGE_CACHING = 'no-cache';
const ASSET_CACHING = 'public, max-age=31536000, immutable';

const ENCODINGS = [
  ['br', 'brotli'],
  ['gzip', 'gzip'],
] as const;

/** The asset in the best encoding that the client takes. `;q=0`, which no browser sends, is not looked for. */
export const assetAnswer = ({ headers }: IncomingMessage, asset: Asset, isPage: boolean): Answer => {
  const caching = { etag: asset.etag, vary: 'accept-encoding', 'cache-control': isPage ? PAGE_CACHING : ASSET_CACHING };
  if (headers['if-none-match'] === asset.etag) return { status: 304, headers: caching };
  const accepted = String(headers['accept-encoding'] ?? '').split(/[\s,;]+/);
  const [encoding, form] = ENCODINGS.find(([name]) => accepted.includes(name)) ?? [undefined, 'plain' as const];
  return {
    status: 200,
    headers: { ...caching, 'content-type': asset.type, ...(encoding && { 'content-encoding': encoding }) },
    body: asset[form],
  };
};

export const send = (
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers, body = '' }: Answer,
): void => {
  const length = status === 304 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers, ...length });
  response.end(method === 'HEAD' || status === 304 ? undefined : body);
};
