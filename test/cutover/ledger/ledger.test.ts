import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseOnly, withoutFence } from './controls.ts';
import { type Procedure, runCutover } from './cutover.ts';
import { isClean } from './judge.ts';
import { Ledger } from './ledger.ts';

/** One of each kind. */
const WRITERS = { set: 2, multi: 1, eval: 1, push: 1, pop: 1, resp3: 1, reconnecting: 1, straggler: 1 };
/** Longer than the budget of the drain, as a promotion is on AWS. */
const OUTLASTING = { drainBudgetMs: 100, promotionMs: () => 250 };

describe('the ledger of a cutover', () => {
  let ledger: Ledger;
  beforeAll(() => {
    ledger = new Ledger();
  });
  afterAll(() => ledger?.end());

  it.each<[string, Procedure]>([
    ['nothing fences the source', withoutFence],
    ['the durable fence is left out, and the pause ends before the promotion', pauseOnly],
  ])('shows losses where %s', async (_, procedure) => {
    const { verdict } = await runCutover(ledger, { writers: WRITERS, procedure, ...OUTLASTING });

    expect(isClean(verdict)).toBe(false);
    expect(verdict.lost).toBeGreaterThan(0);
    expect(verdict.late).toBeGreaterThan(0);
  });
});
