import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { ConsoleSession, ConsoleTarget } from '../session.ts';
import { type Answer, assetAnswer, jsonAnswer, send } from './answer.ts';
import type { Assets } from './assets.ts';
import { MethodRefusedError, NotFoundError } from './errors.ts';
import { forward, type Upstream } from './forward.ts';
import { checkHost, checkOrigin, checkReader, checkTarget, checkWriter, marked, targetIdOf } from './guard.ts';
import type { AccessKeys } from './key.ts';
import { isOwnFault, problemAnswer } from './problem.ts';

export interface ConsoleOptions {
  assets: Assets;
  upstream: Upstream;
  target(): Promise<ConsoleTarget>;
  /** Whoever is asking by now: another text once `target` names another caller. Default: always the same one. */
  caller?(): Promise<string>;
  /** Default: every user of this machine may read and act, as at an API that asks for no signature. */
  keys?: Pick<AccessKeys, 'check' | 'exchange'>;
  /** Hears of failures of the console itself; the page sees a 500. */
  report(error: unknown): void;
}

/** Where it is served. */
export const CONSOLE = '/console';

const READING = ['GET', 'HEAD'];
const API_METHODS = [...READING, 'POST'];
const KEY = `${CONSOLE}/key`;

const only = (method: string, allowed: readonly string[]): void => {
  if (!allowed.includes(method)) throw new MethodRefusedError(method, allowed.join(', '));
};

/** A name with an ending is a file; anything else is a place in the page. */
const isFile = (path: string): boolean => /\.[^/]*$/.test(path);

const redirectTo = (location: string): Answer => ({ status: 308, headers: { location } });

/**
 * The console as a request listener for `/console` and everything below it.
 *
 * `/console/…` is the page, `/console/assets/…` its parts, `/console/key` takes the key of its URL, `/console/session` is what
 * it has to know, and `/console/api/…` the API. Only this machine's loopback names and the console's own page are let in.
 */
export const createConsole = ({ assets, upstream, target, caller, keys, report }: ConsoleOptions): RequestListener => {
  const requestToken = randomBytes(32).toString('base64url');
  const ownId = randomBytes(9).toString('base64url');
  /** Another one as soon as what the session says is not so any more. Whom nobody can name is told by what is refused then. */
  const consoleId = async (): Promise<string> => {
    const who = await caller?.().catch(() => '');
    return who ? `${ownId}.${marked(who)}` : ownId;
  };

  const api = async (request: IncomingMessage, path: string, search: string, gone: AbortSignal): Promise<Answer> => {
    const { method = '' } = request;
    only(method, API_METHODS);
    checkReader(request);
    keys?.check(request);
    const isWriter = !READING.includes(method);
    if (isWriter) checkWriter(request, requestToken);
    checkTarget(request, upstream.apiUrl, isWriter);
    const answer = await forward(request, path, search, upstream, gone);
    return { ...answer, headers: { ...answer.headers, 'x-console-id': await consoleId() } };
  };

  const session = async (request: IncomingMessage): Promise<Answer> => {
    checkReader(request);
    keys?.check(request);
    // Before whom it names: one that changes meanwhile is noticed by the next answer.
    const id = await consoleId();
    const targetId = targetIdOf(upstream.apiUrl);
    const told: ConsoleSession = { target: await target(), targetId, requestToken, consoleId: id };
    return jsonAnswer(told);
  };

  const lastingKey = (request: IncomingMessage, given: Pick<AccessKeys, 'exchange'>): Answer => {
    only(request.method ?? '', ['POST']);
    checkReader(request);
    return jsonAnswer({ key: given.exchange(request) });
  };

  const answerTo = async (request: IncomingMessage, gone: AbortSignal): Promise<Answer> => {
    const { method = '', url = '' } = request;
    checkHost(request);
    checkOrigin(request);
    const [path = '', ...rest] = url.split('?');
    const search = rest.join('?');
    if (path.startsWith(`${CONSOLE}/api/`)) return api(request, path.slice(`${CONSOLE}/api/`.length), search, gone);
    if (path === KEY && keys) return lastingKey(request, keys);
    only(method, READING);
    if (path === '/' || path === CONSOLE) return redirectTo(`${CONSOLE}/`);
    if (path === `${CONSOLE}/session`) return session(request);
    const asset = assets.files.get(path.slice(`${CONSOLE}/assets/`.length));
    if (asset && path.startsWith(`${CONSOLE}/assets/`)) return assetAnswer(request, asset, false);
    if (!path.startsWith(`${CONSOLE}/`) || isFile(path)) throw new NotFoundError(path);
    return assetAnswer(request, assets.page, true);
  };

  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answerTo(request, gone.signal)
      .catch((error: unknown) => {
        if (isOwnFault(error) && !gone.signal.aborted) report(error);
        return problemAnswer(error);
      })
      .then((answer) => send(request, response, answer))
      .catch((error: unknown) => {
        // What cannot be sent must not end the process for all other pages.
        report(error);
        response.destroy();
      });
  };
};
