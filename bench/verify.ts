import { loadavg } from 'node:os';
import { heading } from './report.ts';
import { benchAlarms } from './verify/alarms.ts';
import { benchBig } from './verify/big.ts';
import { benchKills } from './verify/kills.ts';
import { benchRate } from './verify/rate.ts';
import { benchRecall } from './verify/recall.ts';

const PARTS = { recall: benchRecall, alarms: benchAlarms, kills: benchKills, big: benchBig, rate: benchRate } as const;

export const VERIFY_PARTS: readonly string[] = Object.keys(PARTS);

/**
 * What verification finds, what it costs, and what is lost when it is killed. Each part prints its seed: `SEED=… npm run
 * bench -- verify recall` does the same once more. verify/settings.ts tells what else can be set.
 */
export const benchVerify = async (parts: readonly string[]): Promise<void> => {
  for (const [name, run] of Object.entries(PARTS)) {
    if (parts.length > 0 && !parts.includes(name)) continue;
    heading(`verify ${name} (load of this machine: ${loadavg()[0]?.toFixed(1)})`);
    await run();
  }
};
