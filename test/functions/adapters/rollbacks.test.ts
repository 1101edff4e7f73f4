import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RollbackDecision, Rollbacks } from '../../../functions/cutover/rollback-ports.ts';
import { FakeRollbacks } from '../../cutover/support/rollbacks.ts';
import { type RealTable, realTable } from '../support/table.ts';

let real: RealTable;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

let count = 0;
const newId = () => `migration-${++count}`;
const AT = '2026-01-01T00:12:00.000Z';
const decided = (decision: RollbackDecision) => ({ decision, because: 'why', decidedAt: AT });
const claim = (requestId: string, attempt: string, id = 7) => ({
  requestId,
  attempt,
  connections: { '10.0.1.1:6379': id },
});

describe.each<[string, () => Rollbacks]>([
  ['in memory, as the other tests have them', () => new FakeRollbacks()],
  ['in DynamoDB', () => real.rollbacks],
])('notes of rollbacks %s', (_, make) => {
  it('are none before anything is noted', async () => {
    expect(await make().find(newId())).toEqual({});
  });

  it('keep the calls that were read first', async () => {
    const [rollbacks, id] = [make(), newId()];
    await rollbacks.keepCalls(id, { '0001': { set: 1 } });
    await rollbacks.keepCalls(id, { '0001': { set: 2 } });

    expect(await rollbacks.find(id)).toEqual({ promotedCalls: { '0001': { set: 1 } } });
  });

  it('let the last try that claimed it decide, and no other', async () => {
    const [rollbacks, id] = [make(), newId()];
    await rollbacks.claim(id, claim('r1', 'a1'));
    await rollbacks.claim(id, claim('r1', 'a2'));

    expect(await rollbacks.decide(id, 'a1', decided('return'))).toBeUndefined();
    expect(await rollbacks.decide(id, 'a2', decided('return'))).toBe('return');
    expect(await rollbacks.decide(id, 'a2', decided('return'))).toBe('return');
  });

  it('tell each claim the connections of all before it', async () => {
    const [rollbacks, id] = [make(), newId()];
    await rollbacks.claim(id, claim('r1', 'a1', 7));

    expect((await rollbacks.claim(id, claim('r2', 'a2', 8))).connections).toEqual([
      { '10.0.1.1:6379': 7 },
      { '10.0.1.1:6379': 8 },
    ]);
  });

  it('never take back that the source is opened, whoever asks', async () => {
    const [rollbacks, id] = [make(), newId()];
    await rollbacks.claim(id, claim('r1', 'a1'));
    await rollbacks.decide(id, 'a1', decided('return'));

    expect(await rollbacks.claim(id, claim('r2', 'a2'))).toMatchObject({ decision: 'return' });
    expect(await rollbacks.decide(id, 'a2', decided('stay'))).toBe('return');
  });

  it('hold a refusal against the same request, and not against another', async () => {
    const [rollbacks, id] = [make(), newId()];
    await rollbacks.claim(id, claim('r1', 'a1'));
    await rollbacks.decide(id, 'a1', decided('stay'));

    expect(await rollbacks.claim(id, claim('r1', 'a2'))).toMatchObject(decided('stay'));
    expect(await rollbacks.decide(id, 'a2', decided('return'))).toBe('stay');
    const anew = await rollbacks.claim(id, claim('r2', 'a3'));
    expect([anew.decision, anew.decidedAt]).toEqual([undefined, undefined]);
    const later = '2026-01-01T00:13:00.000Z';
    expect(await rollbacks.decide(id, 'a3', { ...decided('return'), decidedAt: later })).toBe('return');
    expect(await rollbacks.find(id)).toMatchObject({ decision: 'return', decidedAt: later });
  });
});
