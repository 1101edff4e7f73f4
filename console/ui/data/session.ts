import { useEffect } from 'preact/hooks';
import type { ConsoleSession } from '../../session.ts';
import { onWish } from './connection.ts';
import { readByKey } from './key.ts';
import { ApiProblem, type Problem } from './read.ts';
import { makeStore, useStore } from './store.ts';

let known: Promise<ConsoleSession> | undefined;
let reading = false;
const told = makeStore<ConsoleSession | undefined>(undefined);
/** Why the console tells none, if it says so. */
const refused = makeStore<Problem | undefined>(undefined);
/** The first that was told: what the page shows, and what was typed into it, is meant for its API. */
let first: ConsoleSession | undefined;

/**
 * Read once; what failed is read again at the next call.
 *
 * @throws ApiProblem, ApiAway
 */
export const session = (): Promise<ConsoleSession> => {
  known ??= readSession();
  return known;
};

const readSession = async (): Promise<ConsoleSession> => {
  reading = true;
  try {
    const { body } = await readByKey<ConsoleSession>('/console/session');
    first ??= body;
    told.set(body);
    refused.set(undefined);
    return body;
  } catch (error) {
    known = undefined;
    if (error instanceof ApiProblem) refused.set(error.problem);
    throw error;
  } finally {
    reading = false;
  }
};

export const renewSession = (): void => {
  known = undefined;
};

/**
 * Another console has answered than the one that the session is of: it was started anew behind an open page, perhaps for
 * another stack, or asks by the credentials of somebody else by now. The page must not name the old one.
 *
 * @param consoleId of an answer
 */
export const noteConsole = (consoleId: string | null): void => {
  if (consoleId === null || reading || consoleId === told.get()?.consoleId) return;
  lookAtConsole();
};

/** Asks anew which console this is. */
export const lookAtConsole = (): void => {
  if (reading) return;
  renewSession();
  // What fails is asked for again by the next answer.
  session().catch(() => undefined);
};

/** Which API this page was opened for, as its console named it; undefined until that is known. */
export const openedFor = (): string | undefined => first?.targetId;

/** The console that the page was opened for, and the one that answers now, if that leads to another API. */
export const useOtherTarget = (): { opened: ConsoleSession; now: ConsoleSession } | undefined => {
  const now = useStore(told, (value) => value);
  return first && now && now.targetId !== first.targetId ? { opened: first, now } : undefined;
};

/** Undefined until it is known: the pages do not wait for it. */
export const useSession = (): ConsoleSession | undefined => {
  useEffect(() => {
    // A console that does not answer is told by the pages, which ask it each second.
    session().catch(() => undefined);
    return onWish(lookAtConsole);
  }, []);
  return useStore(told, (value) => value);
};

/** Of a page that asks for nothing else: what it sent would be refused, too. */
export const useRefusal = (): Problem | undefined => useStore(refused, (problem) => problem);
