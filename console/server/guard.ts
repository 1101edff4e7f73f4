import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  HostRefusedError,
  MediaTypeRefusedError,
  OriginRefusedError,
  OtherTargetError,
  TokenRefusedError,
} from './errors.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes the same time wherever they differ. */
export const isSame = (one: string | undefined, other: string): boolean =>
  one !== undefined && timingSafeEqual(digest(one), digest(other));

/**
 * Against DNS rebinding: a page of another site whose name leads here sends that name as its Host.
 * @throws HostRefusedError
 */
export const checkHost = ({ headers: { host }, socket: { localPort = 0 } }: IncomingMessage): void => {
  // Browsers leave the port away where it is that of http.
  const ports = localPort === 80 ? ['', ':80'] : [`:${localPort}`];
  const ours = ports.flatMap((port) => [`127.0.0.1${port}`, `localhost${port}`, `[::1]${port}`]);
  if (host === undefined || !ours.includes(host.toLowerCase())) throw new HostRefusedError(host, localPort);
};

/** What the page fetches; `none` is a URL that somebody typed. Browsers send it, other programs need not. */
const OWN_SITES: readonly unknown[] = ['same-origin', 'none', undefined];

/**
 * Against other sites' pages, which may ask but must not read. A wrong Origin is refused whatever is asked.
 * @throws OriginRefusedError
 */
export const checkOrigin = ({ headers: { origin, host } }: IncomingMessage): void => {
  if (origin !== undefined && origin !== `http://${host}`) throw new OriginRefusedError(JSON.stringify(origin));
};

/**
 * What is read as data: not from another site, not even where the browser would hide the answer from it.
 * @throws OriginRefusedError
 */
export const checkReader = ({ headers }: IncomingMessage): void => {
  const site = headers['sec-fetch-site'];
  if (!OWN_SITES.includes(site)) throw new OriginRefusedError(`a page that is ${site}`);
};

/**
 * What changes something: the browser says that it is our page, the page proves it by the token that only it could read, and
 * the content type is one that no form can send.
 * @throws OriginRefusedError, TokenRefusedError, MediaTypeRefusedError
 */
export const checkWriter = ({ headers }: IncomingMessage, token: string): void => {
  const { origin, 'sec-fetch-site': site, 'x-console-token': sent, 'content-type': type } = headers;
  // A given Origin has been found ours by now.
  if (origin === undefined && site !== 'same-origin') throw new OriginRefusedError('nobody who says so');
  if (!isSame(typeof sent === 'string' ? sent : undefined, token)) throw new TokenRefusedError();
  if (!/^application\/json *(;|$)/i.test(type ?? '')) throw new MediaTypeRefusedError(type);
};

/** Tells one text from another without telling it. */
export const marked = (text: string): string => digest(text).toString('base64url').slice(0, 22);

/** Names an API to the page. The same for every console that leads to it. */
export const targetIdOf = (apiUrl: string): string => marked(apiUrl);

/**
 * A page stays open while the console behind it ends, and another one, for another stack, takes its port: what the page shows
 * is of the one, and what it sends would come to the other. Whoever reads may leave the header away, as a program does.
 * @throws OtherTargetError
 */
export const checkTarget = ({ headers }: IncomingMessage, apiUrl: string, isWriter: boolean): void => {
  const sent = headers['x-console-target'];
  if (sent === undefined && !isWriter) return;
  if (sent !== targetIdOf(apiUrl)) throw new OtherTargetError(apiUrl);
};
