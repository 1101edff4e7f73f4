import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adapted, BEFORE } from '../../simulation/designs.ts';
import { costTables, quotaTable } from '../../simulation/pages.ts';
import { readProduct } from '../../simulation/product.ts';
import { type FunctionCalls, readProfile } from '../../simulation/profile.ts';
import { quotasOf } from '../../simulation/quotas.ts';
import { failures, hits, quantile } from '../../simulation/report.ts';
import { type Run, SCENARIO, simulate } from '../../simulation/run.ts';
import { machines } from '../template/machine.ts';
import { functions } from '../template/support.ts';

const product = readProduct();
const profile = readProfile();
const built = adapted(product.watchersAtOnce, product.startsPerMinute);
const run = (migrations: number, more: Partial<Run> = {}) =>
  simulate({ scenario: { ...SCENARIO, migrations }, account: 'default', adaptation: built, seed: 1, ...more }, product);
const firstHit = (simulated: ReturnType<typeof run>) => hits(simulated)[0]?.quota.id;

describe('the quotas', () => {
  it('each have the page that tells them, or say what is taken where none does', () => {
    for (const { id, page, known, assumption, raise } of quotasOf('default')) {
      expect([id, page]).toEqual([id, expect.stringMatching(/^https:\/\/(docs\.aws\.amazon\.com|repost\.aws)\//)]);
      expect([id, known || (assumption ?? '').length > 20, raise.length > 0]).toEqual([id, true, true]);
    }
  });
});

describe('the profile', () => {
  it('went through states of the machines as they are, in both runs', () => {
    const [migration, settlement] = machines.map(({ states }) => new Set(states.map(([name]) => name)));
    for (const { migration: own, settlement: other } of [profile.completed, profile.aborted]) {
      expect(own.states.filter((name) => !migration?.has(name))).toEqual([]);
      expect(other.states.filter((name) => !settlement?.has(name))).toEqual([]);
    }
    expect(profile.completed.migration.states).toContain('AnnounceCompleted');
    expect(profile.aborted.settlement.states).toContain('MakeSafe');
  });

  it('has calls of functions that the template has, and that each of them is allowed to make', () => {
    const granted = new Map(functions.map(([id, { Properties }]) => [id, JSON.stringify(Properties.Policies)]));
    for (const { functions: recorded } of [profile.completed, profile.aborted]) {
      for (const [logicalId, { calls }] of Object.entries(recorded)) {
        const missing = Object.keys(calls).filter((action) => !granted.get(logicalId)?.includes(`"${action}"`));
        expect([logicalId, missing]).toEqual([logicalId, []]);
      }
    }
  });

  it.each(['WatchReplicationFunction', 'VerifyDataFunction', 'WatchPromotionFunction'])(
    'shows %s at the rates that the simulation takes from the settings',
    (logicalId) => {
      const { calls, seconds, invocations } = profile.completed.functions[logicalId] as FunctionCalls;
      const looks = calls['elasticache:DescribeReplicationGroups'] ?? 0;
      const everySeconds = profile.settings.DescribeSeconds ?? 0;

      // Both calls at each look: one at the beginning of an invocation, and another each DescribeSeconds.
      expect(calls['elasticache:DescribeEvents']).toBe(looks);
      expect(looks).toBeGreaterThanOrEqual(Math.floor(seconds / everySeconds / 2));
      expect(looks).toBeLessThanOrEqual(seconds / everySeconds + 2 * invocations);
    },
  );
});

describe('the pages', () => {
  it.each([
    ['docs/cost.md', costTables()],
    ['docs/limits.md', quotaTable()],
  ])('%s has the figures that the script prints', (page, tables) => {
    expect(readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')).toContain(tables);
  });
});

describe('the simulation', () => {
  it('comes to the same end again with the same seed', () => {
    expect(run(100).outcomes).toEqual(run(100).outcomes);
  });

  it('hits nothing with 10 migrations', () => {
    const ten = run(10);

    expect([firstHit(ten), failures(ten), ten.unended]).toEqual([undefined, 0, 0]);
  });

  it("hits ElastiCache's rate first with 100, as far as that can be known, and loses none by it", () => {
    const before = run(100, { adaptation: BEFORE });
    const now = run(100);

    expect([firstHit(before), firstHit(now)]).toEqual(['elasticache', 'elasticache']);
    expect([failures(before) > 0, failures(now), now.unended]).toEqual([true, 0, 0]);
  });

  it('carries 1,000 with the default quotas, most of which failed before', () => {
    const now = run(1000);

    expect([failures(now), now.unended]).toEqual([0, 0]);
    expect(quantile(now.outcomes.fenceLiftMs, 1)).toBeLessThan(60_000);
    expect(quantile(now.outcomes.seenLateMs, 0.99)).toBeLessThan(60_000);
    expect(failures(run(1000, { adaptation: BEFORE, mostHours: 0.1 }))).toBeGreaterThan(500);
  });

  it("hits Lambda's concurrency and the table's index next, and neither any more", () => {
    const without = ['elasticache', 'elasticache-acting'];
    const before = run(1000, { adaptation: BEFORE, without, mostHours: 0.1 });
    const now = run(1000, { without, mostHours: 0.5 });

    expect(
      hits(before)
        .map(({ quota }) => quota.id)
        .slice(0, 2),
    ).toEqual(['lambda-concurrency', 'dynamodb-index-write']);
    expect(hits(now)).toEqual([]);
  });
});
