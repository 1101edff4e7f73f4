import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rollbacks } from '../../../functions/cutover/rollback-ports.ts';
import { FakeRollbacks } from '../../cutover/support/rollbacks.ts';
import { type RealTable, realTable } from '../support/table.ts';

let real: RealTable;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

let count = 0;
const newId = () => `migration-${++count}`;
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

    expect(await rollbacks.decide(id, 'a1', 'return', 'why')).toBeUndefined();
    expect(await rollbacks.decide(id, 'a2', 'return', 'why')).toBe('return');
    expect(await rollbacks.decide(id, 'a2', 'return', 'why')).toBe('return');
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
    await rollbacks.decide(id, 'a1', 'return', 'why');

    expect(await rollbacks.claim(id, claim('r2', 'a2'))).toMatchObject({ decision: 'return' });
    expect(await rollbacks.decide(id, 'a2', 'stay', 'why')).toBe('return');
  });

  it('hold a refusal against the same request, and not against another', async () => {
    const [rollbacks, id] = [make(), newId()];
    await rollbacks.claim(id, claim('r1', 'a1'));
    await rollbacks.decide(id, 'a1', 'stay', 'why');

    expect(await rollbacks.claim(id, claim('r1', 'a2'))).toMatchObject({ decision: 'stay', because: 'why' });
    expect(await rollbacks.decide(id, 'a2', 'return', 'why')).toBe('stay');
    expect(await rollbacks.claim(id, claim('r2', 'a3'))).not.toHaveProperty('decision');
    expect(await rollbacks.decide(id, 'a3', 'return', 'why')).toBe('return');
  });
});
