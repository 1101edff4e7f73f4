import type { Clock } from '../../../functions/replication/ports.ts';
import { type Checkpoint, newCheckpoint } from '../../../functions/verification/checkpoint.ts';
import type { Checkpoints, KeptCheckpoint } from '../../../functions/verification/ports.ts';
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

/** Checkpoints in memory. The same tests hold them and DynamoDB's to the same behaviour. */
export class FakeCheckpoints implements Checkpoints {
  readonly kept = new Map<string, KeptCheckpoint>();

  async find(migrationId: string): Promise<KeptCheckpoint | undefined> {
    return this.kept.get(migrationId);
  }

  async keep(migrationId: string, { round, checkpoint }: KeptCheckpoint): Promise<void> {
    const kept = this.kept.get(migrationId);
    const isBehind = !kept || kept.round < round || (kept.round === round && kept.checkpoint.steps < checkpoint.steps);
    if (isBehind) this.kept.set(migrationId, { round, checkpoint: structuredClone(checkpoint) });
  }
}

/** Readers that nobody reads with. */
export const noReader = (): never => ({ close: () => undefined }) as never;

export const begunAt = (clock: Pick<Clock, 'now'>): Checkpoint =>
  newCheckpoint({ mode: 'full', sampleKeys: 0 }, clock.now());
