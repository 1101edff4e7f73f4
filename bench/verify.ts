import { benchKills } from './verify/kills.ts';
import { benchRate } from './verify/rate.ts';
import { benchRecall } from './verify/recall.ts';

/** What verification finds, what it costs, and what is lost when it is killed. */
export const benchVerify = async (): Promise<void> => {
  await benchRecall();
  await benchKills();
  await benchRate();
};
