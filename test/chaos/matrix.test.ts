import { beforeAll, describe, expect, it } from 'vitest';
import type { CellResult, CellSpec } from '../../chaos/cell.ts';
import { runMatrix } from '../../chaos/matrix.ts';
import { failureOf, nameOf } from '../../chaos/report.ts';

const SEED = 20_261_123;
const LONGEST_PROMOTION_MS = 2000;

/** A settlement waits so long for tasks that may still run, twice. */
const QUICK = { ActingTaskSeconds: '10' };

/** Of the matrix of `npm run chaos` those that protect the most. Those that take the longest come first. */
const CELLS = [
  'seal:source-kill',
  'kill:zombie',
  'sent:unheard',
  'send:source-kill',
  'send:task-kill',
  'open:task-kill',
  'seal:task-kill',
  'watch:task-kill',
];
/** The fence is taken away behind the service's back, at the moment from which nothing else keeps the writers off. */
const CONTROL = 'sent:fence-lost';

describe('a cutover in which something dies', () => {
  let results: CellResult[];
  beforeAll(async () => {
    const specs = [...CELLS, CONTROL].map((cell): CellSpec => {
      const [step, victim] = cell.split(':') as [string, string];
      return { step, victim, seed: SEED, promotionMs: LONGEST_PROMOTION_MS };
    });
    results = await runMatrix(specs, { beside: specs.length, parameters: QUICK });
  }, 240_000);
  const resultOf = (cell: string) => results.find(({ spec }) => nameOf(spec) === cell) as CellResult;

  it.each(CELLS)('%s: loses no write and comes to one end', (cell) => {
    const result = resultOf(cell);

    expect(result.state, failureOf(result)).toBe('passed');
  });

  it('shows the loss where the fence is gone', () => {
    const { state, problems, verdict } = resultOf(CONTROL);

    expect(state).toBe('failed');
    expect(verdict?.lost).toBeGreaterThan(0);
    expect(verdict?.late).toBeGreaterThan(0);
    expect(problems.join('\n')).toMatch(/lost \d+ of \d+.*\n.*the fenced source took \d+/);
  });
});
