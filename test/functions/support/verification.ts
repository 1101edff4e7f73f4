import type { Clock } from '../../../functions/replication/ports.ts';
import { type Checkpoint, newCheckpoint } from '../../../functions/verification/checkpoint.ts';
import { toResult } from '../../../functions/verification/result.ts';
import type { Step, verifyStep } from '../../../functions/verification/step.ts';

/** What the engine is made to find. */
export interface Findings {
  /** Keys of each side. */
  keys: number;
  /** How many of them a step does. */
  keysAStep: number;
  missing?: number;
  unsettled?: number;
}

/** The engine without servers: each step takes its time, does some keys, and the last one finds what is to be found. */
export const steps =
  ({ keys, keysAStep, missing = 0, unsettled = 0 }: Findings): typeof verifyStep =>
  async (_readers, from, { untilMs }, clock): Promise<Step> => {
    const checkpoint: Checkpoint = structuredClone(from);
    const { counts } = checkpoint;
    checkpoint.steps++;
    await clock.sleep(Math.max(0, untilMs - clock.now()));
    counts.compared = Math.min(keys, counts.compared + keysAStep);
    counts.lookedFor = counts.compared;
    const done = counts.compared === keys;
    const progress = { percent: (100 * counts.compared) / keys, keysDone: 2 * counts.compared, keysTotal: 2 * keys };
    if (!done) return { checkpoint, progress };
    counts.unsettled = unsettled;
    counts.differences.missing = missing;
    checkpoint.differences = Array.from({ length: Math.min(missing, 100) }, (_, index) => ({
      database: 0,
      key: `session:${index}`,
      kind: 'missing' as const,
      source: { type: 'string', digest: '86f7e437faa5a7fc', length: 1 },
    }));
    return { checkpoint, progress, done: toResult(checkpoint, clock.now()) };
  };

/** Readers that nobody reads with. */
export const noReader = (): never => ({ close: () => undefined }) as never;

export const begunAt = (clock: Pick<Clock, 'now'>): Checkpoint =>
  newCheckpoint({ mode: 'full', sampleKeys: 0 }, clock.now());
