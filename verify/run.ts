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
import type { Server } from './address.ts';
import type { Request } from './arguments.ts';
import { checkpointFile } from './checkpoint-file.ts';
import { ServersAwayError } from './errors.ts';

const STEP_MS = 1000;
/** How often in a row a broken connection is made anew. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;

/**
 * Verifies step by step until there is a result.
 *
 * @returns undefined when the signal was aborted first
 * @throws UsageError, VerificationImpossibleError, ServersAwayError, TransientServiceError when a server stays without an answer
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
    // Whoever was never reached is more likely named wrongly than away for a moment.
    await reach(request, readers, signal);
    for (let failures = 0; !signal.aborted; ) {
      try {
        const step = await verifyStep(readers, checkpoint, budgetOf(request, signal), systemClock);
        failures = 0;
        checkpoint = step.checkpoint;
        await file?.write(checkpoint);
        show(step.progress);
        if (step.done) {
          await file?.remove();
          return step.done;
        }
      } catch (error) {
        if (!(error instanceof TransientServiceError)) throw error;
        if (++failures > ATTEMPTS) {
          await reach(request, readers, signal);
          throw error;
        }
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

/** Asks both sides at once. @throws ServersAwayError naming each that does not answer; what else keeps one from being read */
const reach = async (request: Request, readers: ReturnType<typeof open>, signal: AbortSignal): Promise<void> => {
  const interrupted = new Promise<'interrupted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  const sides = ['source', 'target'] as const;
  const asked = await Promise.race([Promise.allSettled(sides.map((side) => readers[side].traits())), interrupted]);
  if (asked === 'interrupted') return;
  const faults = asked.flatMap((one, at): Fault[] => {
    const side = sides[at] ?? 'source';
    return one.status === 'rejected' ? [{ side, error: one.reason as unknown }] : [];
  });
  if (faults.length === 0) return;
  if (!faults.some(isAway)) throw faults[0]?.error;
  throw new ServersAwayError(
    faults.map((fault) => (isAway(fault) ? awayText(request, fault) : (fault.error as Error).message)),
    { cause: faults[0]?.error },
  );
};

interface Fault {
  side: 'source' | 'target';
  error: unknown;
}

const isAway = ({ error }: Fault): boolean => error instanceof TransientServiceError;

const awayText = (request: Request, { side, error }: Fault): string =>
  `The ${side}, ${nameOf(request[side])}, does not answer: ${reasonOf(error)}`;

const nameOf = ({ host, port, tls }: Server): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}${tls ? ' by TLS' : ''}`;

/** What the network said, without what was asked when it did. */
const reasonOf = (error: unknown): string => {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
};

const close = ({ source, target }: ReturnType<typeof open>): void => {
  source.close();
  target.close();
};
