import type { AwsAccount } from './account.ts';
import type { Adaptation } from './designs.ts';
import type { Flow } from './gauges.ts';
import { SimulatedLine } from './line.ts';
import type { Product } from './product.ts';
import type { Profile } from './profile.ts';

/** How long things take that are not the service's: of each migration another time, around these. */
export interface Scenario {
  migrations: number;
  /** Over so many hours cutovers are asked for. */
  hours: number;
  /** All are asked for at once where this is 0. */
  requestsPerSecond: number;
  copySeconds: number;
  testSeconds: number;
  promotionSeconds: number;
  closingSeconds: number;
  /** Shares of all migrations. */
  aborted: number;
  refused: number;
  /** Aborted while they wait for their turn. */
  left: number;
  /** Of which the preflight finds that nothing may be started. */
  blocked: number;
}

export interface Outcomes {
  completed: number;
  aborted: number;
  blocked: number;
  /** By the quota that made them fail. */
  failed: Map<string, number>;
  /** Milliseconds, one figure for each migration. */
  seenLateMs: number[];
  settlementMs: number[];
  fenceLiftMs: number[];
  queueMs: number[];
  startedMs: number[];
  beginMs: number[];
  transitions: number;
  rested: number;
  longestSweepMs: number;
}

/** Everything that processes share. */
export class World {
  readonly account: AwsAccount;
  readonly product: Product;
  readonly profile: Profile;
  readonly scenario: Scenario;
  readonly adaptation: Adaptation;
  readonly outcomes: Outcomes = {
    completed: 0,
    aborted: 0,
    blocked: 0,
    failed: new Map(),
    seenLateMs: [],
    settlementMs: [],
    fenceLiftMs: [],
    queueMs: [],
    startedMs: [],
    beginMs: [],
    transitions: 0,
    rested: 0,
    longestSweepMs: 0,
  };
  /** Now. */
  open = 0;
  atWork = 0;
  unsettled = 0;
  /** As the sweeper has last counted. */
  countedAtWork = 0;
  readonly line: SimulatedLine;
  readonly recordUnits: number;
  readonly readUnits: number;

  constructor(account: AwsAccount, product: Product, profile: Profile, scenario: Scenario, adaptation: Adaptation) {
    this.account = account;
    this.product = product;
    this.profile = profile;
    this.scenario = scenario;
    this.adaptation = adaptation;
    this.line = new SimulatedLine(adaptation.startsPerMinute, adaptation.startsAtOnce);
    const bytes = profile.completed.recordBytes.syncing ?? 0;
    this.recordUnits = Math.ceil(bytes / 1024);
    this.readUnits = Math.ceil(bytes / 4096);
  }

  get random(): () => number {
    return this.account.engine.random;
  }

  get nowMs(): number {
    return this.account.engine.nowMs;
  }

  /** Around 1, and at times several times as much (log-normal). */
  around(seconds: number, sigma = 0.6): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
    return seconds * 1000 * Math.exp(sigma * normal);
  }

  /** Reads of the record at each poll, and writes of its figures, for as long as a task watches. */
  watches(writesPerSecond: number, sign: 1 | -1): void {
    const { flows } = this.account;
    const change = (id: string, perSecond: number) => (flows.get(id) as Flow).change(this.nowMs, sign * perSecond);
    change('dynamodb-read', (1000 / this.product.pollMs) * this.readUnits);
    // Samples have an item of their own, of 5 KB at the most and of no index, which is written each 30 s.
    change('dynamodb-write', writesPerSecond * this.recordUnits + 5 / 30);
    change('dynamodb-index-write', writesPerSecond * this.recordUnits);
  }

  failed(by: string): void {
    this.outcomes.failed.set(by, (this.outcomes.failed.get(by) ?? 0) + 1);
  }
}
