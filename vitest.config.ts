import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Every worker, and every command of ours that a test runs, compiles the same files: Node keeps what it made of them. */
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

/** What takes longest begins first, or it would run last, with nothing beside it. A file of few lines counts as quick. */
const LONGEST = [
  'test/e2e/race.test.ts',
  'test/console/browser.test.ts',
  'test/e2e/service.test.ts',
  'test/e2e/commands.test.ts',
  'test/e2e/guard.test.ts',
  'test/e2e/settlement.test.ts',
  'test/verification/live.test.ts',
  'test/e2e/failures.test.ts',
  'test/chaos/matrix.test.ts',
  'test/local/elasticache/documented-command.test.ts',
  'test/verification/checkpoint-size.test.ts',
  'test/events/announcements.test.ts',
  'test/e2e/documented.test.ts',
  'test/verification/chance.test.ts',
  'test/verification/recall.test.ts',
  'test/model/protocol.test.ts',
];

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

/**
 * What is loaded once in a process, and what it was told by then, stays: these files bring an environment of their own, replace
 * parts of Node or of our own, or measure what a whole process holds. All others share processes, and what those have loaded.
 */
const ALONE = [
  'test/cli/doctor.test.ts',
  'test/client/connect.test.ts',
  'test/console/{browser,guards}.test.ts',
  'test/contract/service/*.test.ts',
  'test/cutover/certificate.test.ts',
  'test/e2e/race.test.ts',
  'test/functions/adapters/{allowed-networks,dial}.test.ts',
  'test/functions/hostile/*.test.ts',
  'test/local/lambda/service.test.ts',
  'test/local/stepfunctions/performance.test.ts',
  'test/preflight/{hostile,table}.test.ts',
  'test/template/permissions.test.ts',
];

/** Here the stock clients are led to a service of their process, by what they read when they are loaded. */
const SERVED = [
  'test/functions/adapters/{checkpoints,fences,fleet,link-metrics,locks,migration-index,migrations,replication-groups,rollbacks,samples,target-descriptions}.test.ts',
];

export default defineConfig({
  test: {
    // Real redis-server processes and whole migrations: generous limits that only a hang reaches.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Its own default is a second, and a busy machine stands still for longer.
    expect: { poll: { timeout: 20_000 } },
    // Two cores are what CI has, and a third of the time is spent waiting: for settlement, for polls, for processes. A fourth worker gains nothing.
    maxWorkers: 3,
    // Of those that say so: migrations of one embedded AWS that mostly wait, as settlement does for tasks to end.
    maxConcurrency: 12,
    sequence: { sequencer: LongestFirst },
    // The servers of the tests stand on this machine.
    env: { ALLOWED_NETWORKS: '10.0.0.0/8,127.0.0.0/8,::1/128', REACH: 'vpc' },
    // As Node itself imports CommonJS, and as the functions are bundled.
    deps: { interopDefault: false },
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...ALONE, ...SERVED],
          isolate: false,
          globalSetup: 'test/contract/recording.ts',
        },
      },
      { extends: true, test: { name: 'served', include: SERVED, isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
