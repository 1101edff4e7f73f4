import type { System } from './explore.ts';
import type { Guards } from './guards.ts';
import { systemOf } from './system.ts';
import { type Aws, type Budget, beginning, NO_BUDGET, overtaken, type World } from './world.ts';

/** What is looked at together: what may happen, how often, and what AWS does where it documents nothing. */
export interface Scenario {
  /** One more than what `NO_BUDGET` allows: one cutover, one retry, one write. */
  left: Partial<Budget>;
  shards?: number;
  from?: 'starting' | 'overtaken';
  aws?: Partial<Aws>;
}

const quiet = { writes: 0 };

/** Small enough for every test run. */
export const SCENARIOS = {
  'a cutover beside a client that writes': { left: {} },
  'a client that is held up by the freeze': { left: { pauses: 1 } },
  'one fault at any step, with a retry and a client that writes': { left: { faults: 1 } },
  'a restart of the source at any step': { left: { restarts: 1 } },
  'a failover of the source or the target at any step': { left: { failovers: 1 } },
  'a primary of the target that comes back empty': { left: { ...quiet, replacements: 1 } },
  'a fence that is swept while its holder is at work, and another cutover': {
    left: { ...quiet, cutovers: 2, earlySweeps: 1 },
  },
  'a CompleteMigration that is refused, and a fault': {
    left: { ...quiet, faults: 1, refusals: 1 },
  },
  'a second CompleteMigration that is accepted beside the first': {
    left: { ...quiet, faults: 1 },
    aws: { acceptsAgain: true },
  },
  'two shards that are promoted and fail apart': { left: { retries: 0 }, shards: 2, aws: { failsByShard: true } },
  'an abort at any step': { left: { ...quiet, aborts: 1 } },
  'a stop, two settlements, and another migration behind': {
    left: { ...quiet, retries: 0, stops: 1, settlements: 1, foreign: 1, cutovers: 0 },
  },
  'a stop in a cutover': { left: { ...quiet, retries: 0, stops: 1, foreign: 1 } },
  'a StartMigration that is under way when the execution ends': {
    left: { ...quiet, faults: 1, aborts: 1, stops: 1, foreign: 1, cutovers: 0 },
    from: 'starting',
  },
  'a fault at any step, and another migration behind': { left: { ...quiet, faults: 1, foreign: 1 } },
  'a hand that puts another migration in the place of ours': { left: { ...quiet, retries: 0, stops: 1, hands: 1 } },
  'a rollback that is begun twice': { left: { ...quiet, retries: 0, rollbacks: 1, earlySweeps: 1 } },
  'a history with another name, and an operator who confirms': {
    left: { ...quiet, retries: 0, renames: 1, confirms: 1, stops: 1 },
  },
  'a primary that comes back empty, and an operator who confirms': {
    left: { retries: 0, replacements: 1, confirms: 1 },
  },
  'an operator who confirms, and unfences instead': {
    left: { ...quiet, retries: 0, renames: 1, confirms: 1, unfences: 1 },
  },
  'a repeat of the cutover that opens a fence behind an operator who has unfenced': {
    left: { ...quiet, retries: 0, cutovers: 0, earlySweeps: 1 },
    from: 'overtaken',
  },
  'an operator who unfences': { left: { ...quiet, retries: 0, unfences: 1, stops: 1 } },
  'an operator who unfences, and another cutover': { left: { ...quiet, retries: 0, unfences: 1, cutovers: 2 } },
  'two migrations from one source': { left: { ...quiet, neighbours: 1 } },
} satisfies Record<string, Scenario>;

/** Minutes, and some gigabytes. */
export const LARGE_SCENARIOS: Record<string, Scenario> = {
  'two faults, two retries': { left: { ...quiet, faults: 2, retries: 2 } },
  'a fault, two cutovers': { left: { faults: 1, cutovers: 2 } },
  'a fault, an abort and a stop': { left: { ...quiet, faults: 1, aborts: 1, stops: 1 } },
  'a fault and a restart': { left: { faults: 1, restarts: 1 } },
  'a fault, a refusal and a stop': { left: { ...quiet, faults: 1, refusals: 1, stops: 1, cutovers: 2 } },
  'a fault and an early sweep': { left: { ...quiet, faults: 1, earlySweeps: 1, cutovers: 2 } },
  'a fault, two settlements and another migration': {
    left: { ...quiet, faults: 1, stops: 1, settlements: 1, foreign: 1 },
  },
  'a fault, and an operator who unfences': { left: { ...quiet, faults: 1, unfences: 1 } },
  'a fault, and an operator who rolls back': { left: { ...quiet, faults: 1, retries: 0, rollbacks: 1, stops: 1 } },
  'two shards, a fault': { left: { faults: 1 }, shards: 2, aws: { failsByShard: true } },
  'two shards, a fault, two calls': {
    left: { ...quiet, faults: 1 },
    shards: 2,
    aws: { failsByShard: true, acceptsAgain: true },
  },
};

export const systemIn = ({ left, shards = 1, from, aws }: Scenario, guards: Guards): System<World> =>
  systemOf(begin(shards, { ...NO_BUDGET, ...left }, from), {
    guards,
    aws: { acceptsAgain: false, failsByShard: false, ...aws },
  });

const begin = (shards: number, left: Budget, from: Scenario['from']): World =>
  from === 'overtaken' ? overtaken(shards, left) : beginning(shards, left, from);
