import { AwsAccount } from './account.ts';
import type { Adaptation } from './designs.ts';
import { Engine } from './engine.ts';
import type { Use } from './gauges.ts';
import { migration } from './migration.ts';
import { type Product, readProduct } from './product.ts';
import { type Profile, readProfile } from './profile.ts';
import { type Account, quotasOf } from './quotas.ts';
import { sweep } from './sweeper.ts';
import { type Outcomes, type Scenario, World } from './world.ts';

/** Where nothing else is said. Of each migration the times are drawn around these. */
export const SCENARIO: Omit<Scenario, 'migrations'> = {
  hours: 2,
  requestsPerSecond: 100,
  // 50 GB at 40 MB/s.
  copySeconds: 1250,
  testSeconds: 60,
  promotionSeconds: 60,
  closingSeconds: 90,
  aborted: 0.05,
  refused: 0.02,
  left: 0,
  blocked: 0,
};

export interface Run {
  scenario: Scenario;
  account: Account;
  adaptation: Adaptation;
  seed: number;
  /** Quotas that are taken away. */
  without?: readonly string[];
  /** It is looked at for no longer than this. */
  mostHours?: number;
}

export interface Simulated {
  uses: Use[];
  outcomes: Outcomes;
  /** Those that had not ended when the time was over. */
  unended: number;
}

/** Until the last has ended, however late; nothing takes longer than the machine allows. */
const MOST_HOURS = 8 * 24;

export const simulate = (
  { scenario, account: of, adaptation, seed, without, mostHours = MOST_HOURS }: Run,
  product: Product = readProduct(),
  profile: Profile = readProfile(),
): Simulated => {
  const engine = new Engine(seed);
  const account = new AwsAccount(engine, quotasOf(of, without), product);
  const world = new World(account, product, profile, scenario, adaptation);
  const { migrations, requestsPerSecond, hours } = scenario;
  let ended = 0;
  for (let nth = 0; nth < migrations; nth++) {
    const atMs = (nth / Math.min(requestsPerSecond, product.api.perSecond)) * 1000;
    const copyMs = Math.min(world.around(scenario.copySeconds), 12 * 3600_000);
    const cutoverMs = atMs + hours * 3600_000 * engine.random();
    const one = migration(world, copyMs, cutoverMs, engine.random() < scenario.aborted);
    engine.begin(
      (function* counted() {
        yield* one;
        ended++;
      })(),
      atMs,
    );
  }
  engine.begin(
    (function* sweeping() {
      for (const sweeps = sweep(world); ended < migrations; ) yield sweeps.next().value as number;
    })(),
  );
  engine.run(mostHours * 3600_000);
  return { uses: account.uses, outcomes: world.outcomes, unended: migrations - ended };
};
