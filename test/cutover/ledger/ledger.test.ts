import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseOnly, withoutFence } from './controls.ts';
import { type Procedure, runCutover } from './cutover.ts';
import { isClean } from './judge.ts';
import { Ledger } from './ledger.ts';
import { ourCutoverBy } from './our-cutover.ts';

/** One of each kind. */
const WRITERS = { set: 2, multi: 1, eval: 1, push: 1, pop: 1, resp3: 1, reconnecting: 1, straggler: 1 };
/** Longer than the budget of the drain, as a promotion is on AWS. */
const OUTLASTING = { drainBudgetMs: 1000, promotionMs: () => 1200 };

describe('the ledger of a cutover', () => {
  let ledger: Ledger;
  beforeAll(() => {
    ledger = new Ledger();
  });
  afterAll(() => ledger?.end());

  it.each([
    ['one link', 1, 'acl', OUTLASTING],
    ['one link, promoted at once', 1, 'acl', { drainBudgetMs: 2000, promotionMs: () => 0 }],
    ['one link, fenced by min-replicas-to-write', 1, 'minReplicas', OUTLASTING],
    ['three independent links', 3, 'acl', OUTLASTING],
    [
      'three links that are promoted far apart',
      3,
      'acl',
      { ...OUTLASTING, promotionMs: (shard: number) => shard * 300 },
    ],
    ['three links, fenced by min-replicas-to-write', 3, 'minReplicas', OUTLASTING],
  ] as const)('shows no loss, and never two that take writes: %s', async (_, links, fence, times) => {
    const servers = { sourceReplicas: 1 };
    const procedure = ourCutoverBy(fence);
    const { cut, verdict } = await runCutover(ledger, { writers: WRITERS, procedure, links, servers, ...times });

    expect(cut.reason).toBeUndefined();
    expect(verdict.examples).toEqual([]);
    expect(isClean(verdict)).toBe(true);
    // Stragglers that never heard of the promotion were held off.
    expect(verdict.refused.source).toBeGreaterThan(0);
  });

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
