import { systemClock } from '../../../functions/adapters/clock.ts';
import { openKeyReader } from '../../../functions/adapters/key-reader.ts';
import { newCheckpoint, type VerificationOptions } from '../../../functions/verification/checkpoint.ts';
import type { Difference } from '../../../functions/verification/difference.ts';
import type { VerificationResult } from '../../../functions/verification/result.ts';
import type { Readers } from '../../../functions/verification/servers.ts';
import { verifyStep } from '../../../functions/verification/step.ts';
import type { Planted } from './faults.ts';

export const readersOf = (sourcePort: number, targetPort: number): Readers => ({
  source: openKeyReader({ host: '127.0.0.1', port: sourcePort }),
  target: openKeyReader({ host: '127.0.0.1', port: targetPort }),
});

export const closeReaders = ({ source, target }: Readers): void => {
  source.close();
  target.close();
};

const FULL: VerificationOptions = { mode: 'full', sampleKeys: 0 };

/** A whole verification, in steps of a second, its checkpoint through JSON between them. */
export const verifyWith = async (
  readers: Readers,
  options: Partial<VerificationOptions> = {},
): Promise<VerificationResult> => {
  let checkpoint = newCheckpoint({ ...FULL, ...options }, Date.now());
  for (;;) {
    const budget = { untilMs: Date.now() + 1000, ignoreLatency: true };
    const step = await verifyStep(readers, checkpoint, budget, systemClock);
    if (step.done) return step.done;
    checkpoint = JSON.parse(JSON.stringify(step.checkpoint));
  }
};

export const verify = async (
  sourcePort: number,
  targetPort: number,
  options: Partial<VerificationOptions> = {},
): Promise<VerificationResult> => {
  const readers = readersOf(sourcePort, targetPort);
  try {
    return await verifyWith(readers, options);
  } finally {
    closeReaders(readers);
  }
};

/** What was found, in the form of what was planted. */
export const found = ({ differences }: { differences: readonly Difference[] }): string[] =>
  differences.map(({ database, key, kind }) => `${database} ${key} ${kind}`).sort();

export const expected = (planted: readonly Planted[]): string[] =>
  planted.map(({ database, key, kind }) => `${database} ${key} ${kind}`).sort();
