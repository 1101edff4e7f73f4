import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '../test/cutover/ledger/ledger.ts';
import { type CellResult, type CellSpec, runCell } from './cell.ts';
import { groupIdOf, type Lane, type LaneOptions, startLane } from './lane.ts';

export interface MatrixOptions extends LaneOptions {
  /** How many embedded AWS there are. */
  lanes?: number;
  /** How many cells run side by side in each: most of a cell is waiting. */
  beside?: number;
  /** No cell begins any more after that time; those that run come to their end. */
  forMs?: number;
  /** Aborted, everything is ended at once, and nothing more is heard. */
  signal?: AbortSignal;
  heard?(result: CellResult): void;
  /** Hears of each step as it is seen. */
  told?(what: string): void;
}

const STAGGER_MS = 3000;

/** Runs all cells, each in the first place that is free. */
export const runMatrix = async (specs: readonly CellSpec[], options: MatrixOptions = {}): Promise<CellResult[]> => {
  const {
    lanes = 1,
    beside = 1,
    forMs = Number.POSITIVE_INFINITY,
    signal,
    heard = () => undefined,
    told,
    ...laneOptions
  } = options;
  const untilMs = performance.now() + forMs;
  const waiting = specs.map((spec, index) => ({ spec, id: groupIdOf(index) }));
  const results: CellResult[] = [];
  const work = async (lane: Lane, nth: number) => {
    // In step they would all want a new process of the same function at the same time.
    await sleep(nth * STAGGER_MS);
    const ledger = new Ledger();
    try {
      for (let next = waiting.shift(); next && performance.now() < untilMs; next = waiting.shift()) {
        const result = await runCell(lane, ledger, next.spec, next.id, told);
        if (signal?.aborted) return;
        results.push(result);
        heard(result);
      }
    } finally {
      await ledger.end();
    }
  };
  const run = async () => {
    const lane = await startLane(laneOptions);
    try {
      const works = Promise.all(Array.from({ length: Math.min(beside, specs.length) }, (_, nth) => work(lane, nth)));
      await (signal ? Promise.race([works, once(signal, 'abort')]) : works);
    } finally {
      await lane.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, specs.length) }, run));
  return results;
};
