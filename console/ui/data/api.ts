import { noteApiTime } from './clock.ts';
import { type Answer, ApiProblem, read } from './read.ts';
import { noteConsole, renewSession, session } from './session.ts';

export { type Answer, ApiAway, ApiProblem, type Problem } from './read.ts';

const API = '/console/api';

type Query = Record<string, string | undefined>;

/** @throws ApiProblem, ApiAway; an AbortError when `signal` is aborted */
export const get = async <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> => {
  const told = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = told.length > 0 ? `?${new URLSearchParams(told)}` : '';
  const sentMs = Date.now();
  const { body, headers } = await read<T>(`${API}${path}${search}`, {}, signal);
  noteApiTime(headers.get('date'), sentMs, Date.now());
  noteConsole(headers.get('x-console-id'));
  return body;
};

/**
 * Sends once. A request that was refused for its console token has not reached the API, and is sent again with a new one:
 * the console was started anew behind an open page.
 *
 * @throws ApiProblem, ApiAway
 */
export const post = async <T>(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> => {
  const send = async () => {
    const { requestToken } = await session();
    const told = { 'content-type': 'application/json', 'x-console-token': requestToken, ...headers };
    return read<T>(`${API}${path}`, { method: 'POST', body: JSON.stringify(body), headers: told });
  };
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.problem.code !== 'console-token') throw error;
    renewSession();
    return send();
  }
};
