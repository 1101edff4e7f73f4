import { Ledger } from '../test/cutover/ledger/ledger.ts';
import { type CellResult, type CellSpec, runCell } from './cell.ts';
import { startLane } from './lane.ts';

/** Runs cells side by side, each lane taking the next; a lane's cells follow one another. */
export const runMatrix = async (
  specs: readonly CellSpec[],
  lanes: number,
  heard: (result: CellResult) => void = () => undefined,
): Promise<CellResult[]> => {
  const waiting = specs.map((spec, index) => ({ spec, id: `cell-${String(index).padStart(4, '0')}` }));
  const results: CellResult[] = [];
  const work = async () => {
    const lane = await startLane();
    const ledger = new Ledger();
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const result = await runCell(lane, ledger, next.spec, next.id);
        results.push(result);
        heard(result);
      }
    } finally {
      await ledger.end();
      await lane.lab.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, specs.length) }, work));
  return results;
};
