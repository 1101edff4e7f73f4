import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonicMs, WRITER_KINDS } from '../cutover/ledger/entries.ts';
import { isClean } from '../cutover/ledger/judge.ts';
import { Ledger } from '../cutover/ledger/ledger.ts';
import { type Lab, startLab } from './lab.ts';

/** Two that write, and one of each other kind, each as fast as it is answered. */
const WRITERS = { ...Object.fromEntries(WRITER_KINDS.map((kind) => [kind, 1])), set: 2 };
/** Longer than the budget of the drain. */
const PROMOTION_MS = 2500;
const DRAIN_BUDGET_MS = 2000;
const AFTERWARDS = 300;

/** That the same ledger shows losses where the fence is left out is tested beside it: test/cutover/ledger. */
describe('the ledger of a whole migration', () => {
  let lab: Lab;
  let ledger: Ledger;
  let [sealedMs, promotedMs] = [Number.NaN, Number.NaN];
  beforeAll(async () => {
    ledger = new Ledger();
    lab = await startLab({
      parameters: { ActingTaskSeconds: '30' },
      elastiCache: {
        promoting: () => {
          promotedMs = monotonicMs();
        },
      },
      faults: ({ operation }) => {
        if (operation === 'CompleteMigration') sealedMs = monotonicMs();
        return 'none';
      },
    });
  });
  afterAll(async () => {
    await ledger?.end();
    await lab?.end();
  });

  it('shows no loss, and nothing that both sides took, for clients that follow MigrationPromoted', async () => {
    const { port } = await lab.source();
    await lab.group('ledger', { promotionDelayMs: PROMOTION_MS });
    const target = lab.aws.elastiCache.group('ledger').nodes()[0]?.port as number;
    const migrationId = await lab.start('ledger', port, { cutover: { drainBudgetMs: DRAIN_BUDGET_MS } });
    await lab.announcement(migrationId, 'MigrationInSync');
    await ledger.start({ shards: [{ source: port, target }], writers: WRITERS, intruders: true });
    await lab.awaiting(migrationId);
    await lab.request('POST', `/migrations/${migrationId}/cutover`);
    const { data } = await lab.announcement(migrationId, 'MigrationPromoted');
    await ledger.point(0, 'target');
    await ledger.grows(AFTERWARDS);
    await ledger.stop();
    const verdict = await ledger.judge([target], { primary: 'target', sealedMs, promotedMs: [promotedMs] });

    expect(lab.typesOf(migrationId)).not.toContain('MigrationCutoverBackedOut');
    expect(data.endpoint).toMatchObject({ port: target });
    expect(verdict.examples).toEqual([]);
    expect(isClean(verdict)).toBe(true);
    // Everybody wrote; who never heard of the promotion, and who wrote to the target too early, were held off.
    expect(Object.keys(verdict.acknowledged).sort()).toEqual([...WRITER_KINDS, 'intruder'].sort());
    expect(Math.min(verdict.refused.source, verdict.refused.target)).toBeGreaterThan(0);
  });
});
