import { systemClock } from '../../../functions/adapters/clock.ts';
import { type Checkpoint, newCheckpoint } from '../../../functions/verification/checkpoint.ts';
import type { VerificationResult } from '../../../functions/verification/result.ts';
import { verifyStep } from '../../../functions/verification/step.ts';
import { counting, Killed } from './counting-reader.ts';
import type { Random } from './random.ts';
import { closeReaders, readersOf } from './verify.ts';

export interface Interrupted {
  result: VerificationResult;
  kills: number;
  steps: number;
  /** Keys of both directions, over all processes. */
  keysRead: number;
  /** The longest checkpoint, as JSON. */
  longest: number;
}

const openCounting = (ports: [source: number, target: number]) => {
  const { source, target } = readersOf(...ports);
  return { source: counting(source), target: counting(target) };
};

/**
 * A verification in small steps, of which some are killed in the middle. What follows a killed one has new readers and
 * nothing but the text of the last checkpoint.
 */
export const verifyWithKills = async (
  ports: [source: number, target: number],
  random: Random,
  kills: number,
  stepMs: number,
): Promise<Interrupted> => {
  let text = JSON.stringify(newCheckpoint({ mode: 'full', sampleKeys: 0 }, Date.now()));
  const seen = { kills: 0, steps: 0, keysRead: 0, longest: 0 };
  let readers = openCounting(ports);
  let before = 0;
  const readSince = () => {
    const now = readers.source.keysRead + readers.target.keysRead;
    return now - before;
  };
  for (;;) {
    before = readers.source.keysRead + readers.target.keysRead;
    // About every second step, until there were enough.
    const doomed = seen.kills < kills && random.below(2) === 0;
    if (doomed) (random.below(2) ? readers.source : readers.target).failAfter(3 + random.below(20));
    try {
      const checkpoint: Checkpoint = JSON.parse(text);
      const budget = { untilMs: Date.now() + stepMs, ignoreLatency: true };
      const step = await verifyStep(readers, checkpoint, budget, systemClock);
      text = JSON.stringify(step.checkpoint);
      seen.longest = Math.max(seen.longest, text.length);
      seen.keysRead += readSince();
      if (step.done) {
        closeReaders(readers);
        return { ...seen, result: step.done };
      }
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      seen.kills++;
      seen.keysRead += readSince();
      closeReaders(readers);
      readers = openCounting(ports);
    }
    seen.steps++;
  }
};
