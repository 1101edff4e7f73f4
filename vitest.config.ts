import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first, or it would run last, with nothing beside it. A file of few lines counts as quick. */
const LONGEST = ['test/e2e/fleet.test.ts', 'test/console/browser.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((path) => moduleId.endsWith(path));
      return place === -1 ? LONGEST.length : place;
    };
    return sorted.sort((one, other) => placeOf(one) - placeOf(other));
  }
}

/** These files leave nothing behind that another could meet: they share processes, and what those have loaded. */
const SHARED = [
  'test/functions/{migration,preflight,replication,cutover,verification}/*.test.ts',
  // What executions cost is measured in a heap of its own.
  'test/local/stepfunctions/!(performance).test.ts',
  'test/local/{eventbridge,template}/**/*.test.ts',
  'test/{statemachine,events,docs,model}/**/*.test.ts',
  'test/contract/*.test.ts',
];

export default defineConfig({
  test: {
    // Real redis-server processes and whole migrations: generous limits that only a hang reaches.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Its own default is a second, and a busy machine stands still for longer.
    expect: { poll: { timeout: 20_000 } },
    // Two cores are what CI has, and a third of the time is spent waiting: for settlement, for polls, for processes.
    maxWorkers: 3,
    // Of those that say so: migrations of one embedded AWS that mostly wait, as settlement does for tasks to end.
    maxConcurrency: 12,
    sequence: { sequencer: LongestFirst },
    // The servers of the tests stand on this machine.
    env: { ALLOWED_NETWORKS: '10.0.0.0/8,127.0.0.0/8,::1/128', REACH: 'vpc' },
    reporters: ['default'],
    projects: [
      { extends: true, test: { name: 'shared', include: SHARED, isolate: false } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: SHARED,
          globalSetup: 'test/contract/recording.ts',
        },
      },
    ],
  },
});
