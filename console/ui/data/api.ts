import { LACKS } from '../../../client/lacks.ts';
import type { History } from '../../../functions/migration/sample.ts';
import type { ListedMigration, MigrationView } from '../../../functions/migration/view.ts';
import { noteApiTime } from './clock.ts';
import { readByKey } from './key.ts';
import { ApiAway, ApiProblem } from './read.ts';
import { lookAtConsole, noteConsole, openedFor, renewSession, session } from './session.ts';

export { ApiAway, ApiProblem, type Problem } from './read.ts';

const API = '/console/api';

type Query = Record<string, string | undefined>;

interface Answers {
  acceptance: { migrationId: string };
  page: { migrations: ListedMigration[]; nextToken?: string };
  migration: MigrationView;
  announced: MigrationView;
  history: History;
}
type Kind = keyof Answers;

/** What lacks what every page takes for granted is of no API that the page knows, and the next answer may be again. */
const believed = <K extends Kind>(kind: K, body: unknown): Answers[K] => {
  const lacks = LACKS[kind](body);
  if (lacks.length > 0) throw new ApiAway(`It answered without ${lacks.slice(0, 3).join(', ')}.`);
  return body as Answers[K];
};

/**
 * @param kind what is asked for
 * @throws ApiProblem; ApiAway, also for an answer that is not of that kind; an AbortError when `signal` is aborted
 */
export const get = async <K extends Kind>(
  kind: K,
  path: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<Answers[K]> => {
  const asked = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = asked.length > 0 ? `?${new URLSearchParams(asked)}` : '';
  const sentMs = Date.now();
  const own = openedFor();
  const ofPage = own === undefined ? {} : { 'x-console-target': own };
  const { body, headers } = await told(readByKey<unknown>(`${API}${path}${search}`, { headers: ofPage }, signal));
  noteApiTime(headers.get('date'), sentMs, Date.now());
  noteConsole(headers.get('x-console-id'));
  return believed(kind, body);
};

/** A page that is refused as one of another API says so at once, and not only at its next read. */
const told = <A>(answer: Promise<A>): Promise<A> =>
  answer.catch((error: unknown) => {
    if (error instanceof ApiProblem && error.problem.code === 'console-other-target') lookAtConsole();
    throw error;
  });

/**
 * Sends once. A request that was refused for its console token has not reached the API, and is sent again with a new one:
 * the console was started anew behind an open page. It goes to the API that the page was opened for, or is refused.
 *
 * @throws ApiProblem, ApiAway
 */
export const post = async <K extends Kind>(
  kind: K,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answers[K]> => {
  const send = async () => {
    const { requestToken, targetId } = await session();
    const own = {
      'content-type': 'application/json',
      'x-console-token': requestToken,
      'x-console-target': openedFor() ?? targetId,
    };
    const init = { method: 'POST', body: JSON.stringify(body), headers: { ...own, ...headers } };
    const answer = await told(readByKey<unknown>(`${API}${path}`, init));
    noteConsole(answer.headers.get('x-console-id'));
    return believed(kind, answer.body);
  };
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.problem.code !== 'console-token') throw error;
    renewSession();
    return send();
  }
};
