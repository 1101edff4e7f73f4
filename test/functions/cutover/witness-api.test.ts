import { describe, expect, it } from 'vitest';
import type { PromotionEvidence } from '../../../functions/cutover/promotion.ts';
import { byEvents, judgeByEvents } from '../../../functions/cutover/witness-api.ts';
import { groupWith, SOURCE } from '../support/nodes.ts';

const { readings } = await byEvents.sight().see(groupWith(), SOURCE);
const said = (outcome: 'succeeded' | 'failed') => ({
  outcome,
  message: `Complete Migration ${outcome} for test`,
  atMs: 1,
});
const judge = (change: Partial<PromotionEvidence>) =>
  judgeByEvents({ readings, status: 'available', verdict: undefined, sends: 1, fenced: [], ...change });

describe('a promotion of which AWS alone tells', () => {
  it.each<[string, Partial<PromotionEvidence>, object]>([
    ['an event of success and the status', { verdict: said('succeeded') }, { state: 'promoted' }],
    ['the event while the status is behind', { verdict: said('succeeded'), status: 'migrating' }, { state: 'pending' }],
    ['the status alone', {}, { state: 'pending' }],
    ['the status alone for a minute', { availableForMs: 60_000 }, { state: 'pending', alarming: true }],
    ["an operator's word", { isConfirmed: true }, { state: 'promoted' }],
    ["an operator's word against the status", { isConfirmed: true, status: 'migrating' }, { state: 'pending' }],
    ['a failure that leaves it migrating', { verdict: said('failed'), status: 'migrating' }, { state: 'refused' }],
    ['a failure of one of two calls', { verdict: said('failed'), status: 'migrating', sends: 2 }, { state: 'pending' }],
    ['a failure beside available', { verdict: said('failed') }, { state: 'pending', alarming: true }],
    ['a failure beside modifying', { verdict: said('failed'), status: 'modifying' }, { state: 'pending' }],
  ])('by %s', (_, evidence, expected) => {
    const judged = judge(evidence);

    expect(judged).toMatchObject(expected);
    expect('alarming' in judged).toBe('alarming' in expected);
    expect(judged.evidence).toContain('no node was looked at');
  });

  it('says of a shard where its primary is, and no more', () => {
    expect(readings.flatMap(byEvents.promoted)).toEqual([
      { nodeGroupId: '0001', primary: { address: 'test-001.test', port: 6379 } },
    ]);
  });

  it('is certainly refused only while the group is migrating', async () => {
    expect(await byEvents.whyNotRefused(groupWith(), SOURCE)).toBeUndefined();
    expect(await byEvents.whyNotRefused(groupWith({ status: 'modifying' }), SOURCE)).toBe('the status is modifying');
  });
});
