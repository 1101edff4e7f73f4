import { useEffect, useState } from 'preact/hooks';
import type { ConsoleSession } from '../../session.ts';
import { read } from './read.ts';

let known: Promise<ConsoleSession> | undefined;

/**
 * Read once; what failed is read again at the next call.
 *
 * @throws ApiProblem, ApiAway
 */
export const session = (): Promise<ConsoleSession> => {
  known ??= read<ConsoleSession>('/console/session').then(
    ({ body }) => body,
    (error) => {
      known = undefined;
      throw error;
    },
  );
  return known;
};

export const renewSession = (): void => {
  known = undefined;
};

/** Undefined until it is known: the pages do not wait for it. */
export const useSession = (): ConsoleSession | undefined => {
  const [found, setFound] = useState<ConsoleSession>();
  useEffect(() => {
    // A console that does not answer is told by the pages, which ask it each second.
    session().then(setFound, () => undefined);
  }, []);
  return found;
};
