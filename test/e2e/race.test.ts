import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { turnstile } from './aftermath.ts';
import { CALM, endsOf, heapsOf, UNHURRIED, WEIGH_MS } from './fleet.ts';
import { type Announcement, eventually, type Lab, startLab } from './lab.ts';

const SEEDS = 100;

/** The two sources hold different numbers of keys, by which a target tells whose data it has. */
const KEYS = [50, 80];

interface Race {
  seed: number;
  ids: string[];
  ends: Announcement[];
  /** How often ElastiCache was asked to start a migration into its group. */
  startCalls: number;
  /** Keys on the target's primary, and in the source of each request. */
  copied: number;
  expected: (number | undefined)[];
}

const seeded = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed / 2 ** 32;
};
/** Asked for by so many at once; each migration goes on for much longer than it takes to ask for all. */
const inTurn = turnstile(10);
const groupOf = (seed: number) => `race-${seed}`;

/** All races are run at once, on one boot: what holds for each of them, and what holds for so many at once. */
describe('two requests that race for one replication group', () => {
  let lab: Lab;
  let races: Race[];
  let heapBytes = 0;

  /** One race. The seed decides the sources, the head start, and which call of the winner's loses its answer. */
  const race = async (seed: number, ports: number[]) => {
    const random = seeded(seed);
    const group = groupOf(seed);
    const losesStart = random() < 0.5;
    const losesComplete = random() < 0.3;
    if (losesStart)
      lab.aws.elastiCache.faults.add({ action: 'StartMigration', kind: 'loseAnswer', times: 1, groupId: group });
    if (losesComplete)
      lab.aws.elastiCache.faults.add({ action: 'CompleteMigration', kind: 'loseAnswer', times: 1, groupId: group });
    const sources = random() < 0.5 ? [0, 0] : [0, 1];
    const headStartMs = Math.floor(random() * 60);

    const cutover = { mode: 'automatic', fence: 'none', drainBudgetMs: 60_000 };
    // The race is for the lock; nothing is compared, which would only take time.
    const more = { cutover, verification: { mode: 'none' } };
    const first = lab.start(group, ports[sources[0] as number] as number, more);
    if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, headStartMs));
    const second = lab.start(group, ports[sources[1] as number] as number, more);
    return { seed, ids: await Promise.all([first, second]), expected: sources.map((source) => KEYS[source]) };
  };

  /** Whether two migrations ever acted on one group, counted where ElastiCache sees it. */
  const countStartCalls = () => {
    const calls = new Map<string, number>();
    const start = lab.aws.elastiCache.startMigration.bind(lab.aws.elastiCache);
    lab.aws.elastiCache.startMigration = async (input) => {
      calls.set(input.ReplicationGroupId, (calls.get(input.ReplicationGroupId) ?? 0) + 1);
      return start(input);
    };
    return calls;
  };

  beforeAll(async () => {
    lab = await startLab({ parameters: UNHURRIED });
    const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
    const ports = await Promise.all(KEYS.map(async (keys) => (await lab.source(keys, CALM)).port));
    await Promise.all(seeds.map((seed) => lab.group(groupOf(seed), {}, 1, CALM)));
    const calls = countStartCalls();
    const { heaps, weigh } = heapsOf(lab);

    const startMs = performance.now();
    const begun = await Promise.all(seeds.map((seed) => inTurn(() => race(seed, ports))));
    const ends = await eventually(async () => {
      await weigh();
      const found = endsOf(lab);
      return found.size === 2 * SEEDS && found;
    }, WEIGH_MS);
    heapBytes = heaps.bytes;
    races = await Promise.all(
      begun.map(async (one) => ({
        ...one,
        ends: one.ids.flatMap((id) => ends.get(id) ?? []),
        startCalls: calls.get(groupOf(one.seed)) ?? 0,
        copied: Number(await lab.aws.elastiCache.group(groupOf(one.seed)).primary().command('DBSIZE')),
      })),
    );
    console.log(
      `${2 * SEEDS} migrations in ${((performance.now() - startMs) / 1000).toFixed(1)} s; ` +
        `heaps of ${heaps.processes} Node processes ${Math.round(heapBytes / 1e6)} MB`,
    );
  }, 480_000);
  afterAll(() => lab?.end());

  it(`lets exactly one go on, over ${SEEDS} seeds, and never disturbs it`, () => {
    for (const { seed, ids, ends, startCalls, copied, expected } of races) {
      const types = ends.map(({ detailType }) => detailType).sort();
      const loser = ends.find(({ detailType }) => detailType === 'MigrationFailed');
      const error = (loser?.data.failure as { error: string } | undefined)?.error;
      expect({ seed, types, error }).toEqual({
        seed,
        types: ['MigrationCompleted', 'MigrationFailed'],
        error: 'ReplicationGroupLockedError',
      });
      const winner = ids.find((id) => id !== loser?.migrationId) as string;
      expect(loser?.data.statusReason).toContain(winner);
      expect({ seed, copied }).toEqual({ seed, copied: expected[ids.indexOf(winner)] });
      // An end may be announced twice, by the same id, while the other races go on.
      const told = lab.announced.filter(({ migrationId }) => migrationId === loser?.migrationId);
      expect([...new Map(told.map(({ id, detailType }) => [id, detailType])).values()]).toEqual([
        'MigrationAccepted',
        'MigrationFailed',
      ]);
      // A lost answer makes the winner's own task ask once more, never the loser.
      expect(startCalls).toBeLessThanOrEqual(2);
    }
    expect(races).toHaveLength(SEEDS);
  });

  /** 200 that all go on are the bench's, `npm run bench -- fleet`, which takes two minutes of processor time for them. */
  it(`carries ${SEEDS} migrations at once, and as many that lose: all end, none is lost, and the heaps stay under 1 GB`, () => {
    const completed = races.flatMap(({ ends }) => ends.filter(({ detailType }) => detailType === 'MigrationCompleted'));

    expect(new Set(completed.map(({ migrationId }) => migrationId)).size).toBe(SEEDS);
    expect(heapBytes).toBeLessThan(1e9);
  });
});
