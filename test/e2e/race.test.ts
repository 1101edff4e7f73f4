import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedAws } from '../../local/boot.ts';
import { eventually, type Lab, startLab, TERMINAL } from './lab.ts';

const SEEDS = 100;
/** Groups of two servers each: as many at once as two cores carry. */
const AT_ONCE = 10;

/** The two sources hold different numbers of keys, by which a target tells whose data it has. */
const KEYS = [50, 80];

/** Whether two migrations ever acted on one group, counted where ElastiCache sees it. */
const startCalls = (aws: EmbeddedAws) => {
  const calls = new Map<string, number>();
  const start = aws.elastiCache.startMigration.bind(aws.elastiCache);
  aws.elastiCache.startMigration = async (input) => {
    calls.set(input.ReplicationGroupId, (calls.get(input.ReplicationGroupId) ?? 0) + 1);
    return start(input);
  };
  return calls;
};

const seeded = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
  return seed / 2 ** 32;
};

describe('two requests that race for one replication group', () => {
  let lab: Lab;
  let ports: number[];
  beforeAll(async () => {
    // Ten races at once share two cores: a task may be slow, and must not be cut off for it.
    lab = await startLab({ parameters: { ActingTaskSeconds: '60', PollMilliseconds: '250' } });
    ports = await Promise.all(KEYS.map(async (keys) => (await lab.source(keys)).port));
  });
  afterAll(() => lab?.end());

  /** One race. The seed decides the sources, the head start, and which call of the winner's loses its answer. */
  const race = async (seed: number) => {
    const random = seeded(seed);
    const group = `race-${seed}`;
    await lab.group(group, {}, 1);
    const losesStart = random() < 0.5;
    const losesComplete = random() < 0.3;
    if (losesStart)
      lab.aws.elastiCache.faults.add({ action: 'StartMigration', kind: 'loseAnswer', times: 1, groupId: group });
    if (losesComplete)
      lab.aws.elastiCache.faults.add({ action: 'CompleteMigration', kind: 'loseAnswer', times: 1, groupId: group });
    const sources = random() < 0.5 ? [0, 0] : [0, 1];
    const headStartMs = Math.floor(random() * 60);

    const cutover = { mode: 'automatic', fence: 'none', drainBudgetMs: 20_000 };
    // The race is for the lock; nothing is compared, which would only take time.
    const more = { cutover, verification: { mode: 'none' } };
    const first = lab.start(group, ports[sources[0] as number] as number, more);
    if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, headStartMs));
    const second = lab.start(group, ports[sources[1] as number] as number, more);
    const ids = await Promise.all([first, second]);
    const ends = await Promise.all(
      ids.map((id) =>
        eventually(async () =>
          lab.announced.find((one) => one.migrationId === id && TERMINAL.includes(one.detailType)),
        ),
      ),
    );
    const copied = await lab.aws.elastiCache.group(group).primary().command('DBSIZE');
    await lab.aws.elastiCache.deleteReplicationGroup({ ReplicationGroupId: group });
    return { ids, ends, copied, expected: sources.map((source) => KEYS[source]) };
  };

  it(`lets exactly one go on, over ${SEEDS} seeds, and never disturbs it`, async () => {
    const calls = startCalls(lab.aws);
    let races = 0;
    let next = 1;
    const runner = async () => {
      while (next - 1 < SEEDS) {
        const seed = next++;
        const { ids, ends, copied, expected } = await race(seed);
        const types = ends.map(({ detailType }) => detailType).sort();
        const loser = ends.find(({ detailType }) => detailType === 'MigrationFailed');
        const error = (loser?.data.failure as { error: string } | undefined)?.error;
        races++;
        expect({ seed, types, error }).toEqual({
          seed,
          types: ['MigrationCompleted', 'MigrationFailed'],
          error: 'ReplicationGroupLockedError',
        });
        const winner = ids.find((id) => id !== loser?.migrationId) as string;
        expect(loser?.data.statusReason).toContain(winner);
        expect({ seed, copied }).toEqual({ seed, copied: expected[ids.indexOf(winner)] });
        expect(lab.typesOf(loser?.migrationId as string)).toEqual(['MigrationAccepted', 'MigrationFailed']);
        // A lost answer makes the winner's own task ask once more, never the loser.
        expect(calls.get(`race-${seed}`)).toBeLessThanOrEqual(2);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runner));

    expect(races).toBe(SEEDS);
  }, 240_000);
});
