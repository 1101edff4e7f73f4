import { tryNow } from './connection.ts';
import { type Answer, ApiAway, ApiProblem, read } from './read.ts';

const STORED = 'elasticache-migrator.key';
const HEADER = 'x-console-key';
const IN_FRAGMENT = /^#key=([\w-]+)$/;

/** Found in the address, and not taken by the console yet. */
let found: string | undefined;
let exchanging: Promise<void> | undefined;
/** Where the browser keeps nothing: until the page is loaded again. */
let held: string | undefined;

/**
 * The key of the console's URL opens it, in every tab of this browser: what the browser keeps is for this very origin, port
 * included, and goes into no request by itself. A page at another port of this machine gets at nothing of it.
 */
export const followKey = (): void => {
  takeFromAddress();
  // The URL was opened in a tab that stood here already, which does not load the page again.
  addEventListener('hashchange', () => takeFromAddress() && tryNow());
  // Another tab was given the key of a console that was started anew.
  addEventListener('storage', ({ key }) => key === STORED && tryNow());
};

/** Whoever looks over a shoulder, or copies the address for somebody, has no use for the key. */
const takeFromAddress = (): boolean => {
  const [, key] = IN_FRAGMENT.exec(location.hash) ?? [];
  if (key === undefined) return false;
  found = key;
  history.replaceState(history.state, '', location.pathname + location.search);
  return true;
};

/** As `read`, with the key, where there is one. @throws as `read` */
export const readByKey = async <T>(url: string, init: RequestInit = {}, signal?: AbortSignal): Promise<Answer<T>> => {
  if (found !== undefined) {
    exchanging ??= exchange(found).finally(() => {
      exchanging = undefined;
    });
    await exchanging;
  }
  const key = stored();
  return read<T>(url, { ...init, headers: { ...init.headers, ...(key !== undefined && { [HEADER]: key }) } }, signal);
};

/** @throws ApiAway: the key is as good as before */
const exchange = async (key: string): Promise<void> => {
  try {
    const { body } = await read<{ key: string }>('/console/key', { method: 'POST', headers: { [HEADER]: key } });
    if (typeof body?.key !== 'string') throw new ApiAway('It answered without a key.');
    keep(body.key);
  } catch (error) {
    // A wrong one, which another site may have put into a link, does not replace the one that is kept.
    if (!(error instanceof ApiProblem)) throw error;
  }
  if (found === key) found = undefined;
};

const stored = (): string | undefined => {
  try {
    return localStorage.getItem(STORED) ?? held;
  } catch {
    return held;
  }
};

const keep = (key: string): void => {
  held = key;
  try {
    localStorage.setItem(STORED, key);
  } catch {
    // It is held for this page alone.
  }
};
