import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until it is so; a hang ends with the test's own time. */
export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await sleep(10);
};
