import type { Checkpoint } from './checkpoint.ts';
import type { ServerIdentity } from './ports.ts';
import { keysIn } from './servers.ts';

export interface Progress {
  /** 0-100, of the keys of both directions as they are now. */
  percent: number;
  keysDone: number;
  keysTotal: number;
  /** Over both directions, of late; absent until it is known. */
  keysPerSecond?: number;
  etaSeconds?: number;
  /** What it waits for, for people. */
  waitingFor?: string;
}

/** How far a verification was at one moment. */
export interface Tally {
  keys: number;
  atMs: number;
}

/** The share of the newest step in the speed that is shown. */
const NEWEST = 0.3;

export const tally = ({ counts }: Checkpoint, atMs: number): Tally => ({
  keys: counts.compared + counts.lookedFor,
  atMs,
});

/** Notes the speed of a step in the checkpoint, and tells how far it all is. */
export const progressOf = (
  checkpoint: Checkpoint,
  begun: Tally,
  now: { source: ServerIdentity; target: ServerIdentity },
  nowMs: number,
): Progress => {
  const { rate, options, forward, backward } = checkpoint;
  const { keys } = tally(checkpoint, nowMs);
  const elapsedMs = nowMs - begun.atMs;
  if (keys > begun.keys && elapsedMs > 0) {
    const latest = ((keys - begun.keys) / elapsedMs) * 1000;
    rate.keysPerSecond =
      rate.keysPerSecond === undefined ? latest : (1 - NEWEST) * rate.keysPerSecond + NEWEST * latest;
  }
  const held = [now.source, now.target].map((one) => keysIn(one, options).reduce((sum, [, count]) => sum + count, 0));
  const total = options.mode === 'sample' ? 2 * options.sampleKeys : held.reduce((sum, count) => sum + count, 0);
  const through = forward.done && backward.done;
  // SCAN may return a key twice, and keys come and go: only the end is 100.
  const percent = through ? 100 : Math.min(99.9, total === 0 ? 0 : (100 * keys) / total);
  return {
    percent,
    keysDone: keys,
    keysTotal: Math.max(total, keys),
    ...(rate.keysPerSecond !== undefined && {
      keysPerSecond: Math.round(rate.keysPerSecond),
      etaSeconds: Math.ceil(Math.max(0, total - keys) / Math.max(1, rate.keysPerSecond)),
    }),
    ...(checkpoint.waiting.sinceMs !== undefined && { waitingFor: "the target to apply the source's writes" }),
  };
};
