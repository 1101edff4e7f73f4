import { setTimeout as sleep } from 'node:timers/promises';
import { ANY_NETWORK } from '../functions/adapters/allowed-networks.ts';
import { systemClock } from '../functions/adapters/clock.ts';
import { Dialler } from '../functions/adapters/dial.ts';
import { openKeyReader } from '../functions/adapters/key-reader.ts';
import { TransientServiceError } from '../functions/migration/errors.ts';
import { newCheckpoint } from '../functions/verification/checkpoint.ts';
import type { Progress } from '../functions/verification/progress.ts';
import type { VerificationResult } from '../functions/verification/result.ts';
import { verifyStep } from '../functions/verification/step.ts';
import type { Request } from './arguments.ts';
import { checkpointFile } from './checkpoint-file.ts';

const STEP_MS = 1000;
/** How often in a row a broken connection is made anew. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;

/**
 * Verifies step by step until there is a result.
 *
 * @returns undefined when the signal was aborted first
 * @throws UsageError, VerificationImpossibleError, TransientServiceError when a server stays unreachable
 */
export const runVerification = async (
  request: Request,
  show: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<VerificationResult | undefined> => {
  const file = request.checkpointFile === undefined ? undefined : checkpointFile(request.checkpointFile);
  let checkpoint = (await file?.read(request.options)) ?? newCheckpoint(request.options, Date.now());
  // Whether it can be kept shows now, not when there is something to lose.
  await file?.write(checkpoint);
  let readers = open(request);
  try {
    let reached = false;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const step = await verifyStep(readers, checkpoint, budgetOf(request, signal), systemClock);
        failures = 0;
        reached = true;
        checkpoint = step.checkpoint;
        await file?.write(checkpoint);
        show(step.progress);
        if (step.done) {
          await file?.remove();
          return step.done;
        }
      } catch (error) {
        // Whoever was never reached is more likely named wrongly than away for a moment.
        if (!(error instanceof TransientServiceError) || !reached || ++failures > ATTEMPTS) throw error;
        await sleep(FIRST_PAUSE_MS * 2 ** (failures - 1), undefined, { signal }).catch(() => undefined);
        close(readers);
        readers = open(request);
      }
    }
    return undefined;
  } finally {
    close(readers);
  }
};

const budgetOf = ({ maxKeysPerSecond, ignoreLatency }: Request, signal: AbortSignal) => ({
  untilMs: Date.now() + STEP_MS,
  signal,
  ignoreLatency,
  ...(maxKeysPerSecond !== undefined && { maxKeysPerSecond }),
});

/** Whoever calls the command names both servers, and could dial them by any other. */
const dialler = new Dialler(ANY_NETWORK);
const open = ({ source, target }: Request) => ({
  source: openKeyReader(source, dialler),
  target: openKeyReader(target, dialler),
});

const close = ({ source, target }: ReturnType<typeof open>): void => {
  source.close();
  target.close();
};
