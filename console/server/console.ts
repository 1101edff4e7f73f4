import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { ApiCall } from '../../client/call.ts';
import type { ConsoleSession, ConsoleTarget } from '../session.ts';
import { type Answer, assetAnswer, jsonAnswer, send } from './answer.ts';
import type { Assets } from './assets.ts';
import { MethodRefusedError, NotFoundError } from './errors.ts';
import { forward } from './forward.ts';
import { checkHost, checkOrigin, checkReader, checkWriter } from './guard.ts';
import { isOwnFault, problemAnswer } from './problem.ts';

export interface ConsoleOptions {
  assets: Assets;
  /** Asks the API, signed or not. */
  call: ApiCall;
  target(): Promise<ConsoleTarget>;
  /** Hears of failures of the console itself; the page sees a 500. */
  report(error: unknown): void;
}

/** Where it is served. */
export const CONSOLE = '/console';

const READING = ['GET', 'HEAD'];
const API_METHODS = [...READING, 'POST'];

const only = (method: string, allowed: readonly string[]): void => {
  if (!allowed.includes(method)) throw new MethodRefusedError(method, allowed.join(', '));
};

/** A name with an ending is a file; anything else is a place in the page. */
const isFile = (path: string): boolean => /\.[^/]*$/.test(path);

/**
 * The console as a request listener for `/console` and everything below it.
 *
 * `/console/…` is the page, `/console/assets/…` its parts, `/console/session` what it has to know, and `/console/api/…` the
 * API. Only this machine's loopback names and the console's own page are let in.
 */
export const createConsole = ({ assets, call, target, report }: ConsoleOptions): RequestListener => {
  const requestToken = randomBytes(32).toString('base64url');

  const session = async (): Promise<ConsoleSession> => ({ target: await target(), requestToken });

  const answerTo = async (request: IncomingMessage, gone: AbortSignal): Promise<Answer> => {
    const { method = '', url = '' } = request;
    checkHost(request);
    checkOrigin(request);
    const [path = '', ...rest] = url.split('?');
    if (path === CONSOLE) {
      only(method, READING);
      return { status: 308, headers: { location: `${CONSOLE}/` } };
    }
    const below = path.slice(CONSOLE.length + 1);
    if (below.startsWith('api/')) {
      only(method, API_METHODS);
      checkReader(request);
      if (!READING.includes(method)) checkWriter(request, requestToken);
      return forward(request, below.slice('api/'.length), rest.join('?'), call, gone);
    }
    only(method, READING);
    if (below === 'session') {
      checkReader(request);
      return jsonAnswer(await session());
    }
    if (below.startsWith('assets/')) {
      const asset = assets.files.get(below.slice('assets/'.length));
      if (asset) return assetAnswer(request, asset, false);
    } else if (!isFile(below)) return assetAnswer(request, assets.page, true);
    throw new NotFoundError(path);
  };

  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answerTo(request, gone.signal)
      .catch((error: unknown) => {
        if (isOwnFault(error) && !gone.signal.aborted) report(error);
        return problemAnswer(error);
      })
      .then((answer) => send(request, response, answer));
  };
};
