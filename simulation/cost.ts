import { readFileSync } from 'node:fs';
import { restSecondsOf } from '../functions/replication/fleet.ts';
import { type Product, readProduct } from './product.ts';
import { type Profile, readProfile } from './profile.ts';

interface Price {
  id: string;
  usd: number;
  per: string;
  page: string;
}

export const { prices, asOf } = JSON.parse(readFileSync(new URL('prices.json', import.meta.url), 'utf8')) as {
  prices: Price[];
  asOf: string;
};
export const usd = (id: string): number => prices.find((price) => price.id === id)?.usd ?? Number.NaN;

/** How long what takes long takes. */
export interface Stay {
  what: string;
  copySeconds: number;
  verifySeconds: number;
  waitSeconds: number;
  /** In a fleet in which full syncs rest. */
  rests?: boolean;
}

export const STAYS: Stay[] = [
  { what: 'small: 1 GB, cut over within 10 minutes', copySeconds: 25, verifySeconds: 20, waitSeconds: 600 },
  { what: 'typical: 50 GB, cut over within 4 hours', copySeconds: 1250, verifySeconds: 600, waitSeconds: 4 * 3600 },
  {
    what: 'long: 500 GB, waits 7 days for its cutover',
    copySeconds: 12_500,
    verifySeconds: 6000,
    waitSeconds: 7 * 86_400,
  },
  { what: 'typical, in a fleet of 1,000', copySeconds: 1250, verifySeconds: 600, waitSeconds: 4 * 3600, rests: true },
];

export interface Cost {
  transitions: number;
  lambda: number;
  dynamodb: number;
  others: number;
  total: number;
}

/** What a task logs about each invocation, with Lambda's own three lines, about. */
const LOG_BYTES_AN_INVOCATION = 1500;
/** A line of the lag in CloudWatch's embedded metric format; a test weighs one. */
export const LOG_BYTES_OF_A_LAG = 400;
/** Four events in the log of the state machine, at 300 bytes, as there are in the recorded histories. */
const LOG_BYTES_A_TRANSITION = 1200;

/** Bytes that are logged about tasks that were called so often, told the lag so often, and took so many transitions. */
export const logBytes = (invocations: number, lags: number, transitions: number): number =>
  invocations * LOG_BYTES_AN_INVOCATION + lags * LOG_BYTES_OF_A_LAG + transitions * LOG_BYTES_A_TRANSITION;

const FIGURES_SECONDS = 2;
/** So often samples are kept, and the lag is told. */
const SAMPLE_WRITES_SECONDS = 30;
const SAMPLE_UNITS = 5;
/** The table, and four indexes with all attributes of a record. */
const COPIES_OF_A_RECORD = 5;
const INVOCATION_LONG_SECONDS = 90;

/** What one migration costs: what it does once as it was recorded, and what it does all the time by the settings. */
export const costOf = (stay: Stay, product: Product = readProduct(), profile: Profile = readProfile()): Cost => {
  const { completed } = profile;
  const units = Math.ceil((completed.recordBytes.syncing ?? 0) / 1024);
  const readUnits = Math.ceil((completed.recordBytes.syncing ?? 0) / 4096);
  const long = ['WatchReplicationFunction', 'VerifyDataFunction'];
  const once = Object.entries(completed.functions).filter(([id]) => !long.includes(id) && id !== 'SweepFunction');
  const calls = (action: string) => once.reduce((sum, [, one]) => sum + (one.calls[action] ?? 0), 0);
  const [copy, verify] = [stay.copySeconds, stay.verifySeconds];
  const watchTurns = Math.ceil(copy / (product.watchMs / 1000));
  const rests = stay.rests ? restsOf(copy) : { count: 0, watchedSeconds: copy };
  const verifyTurns = Math.ceil(verify / (product.verifyMs / 1000));
  const looks = Math.floor(stay.waitSeconds / (product.lookAtLinkMs / 1000));
  const deciles = 9;

  const base = completed.migration.transitions;
  const repeated = completed.migration.states.filter((name) =>
    /WatchReplication|RouteWatch|VerifyData|RouteVerification|AwaitCutover|LookAtLink|RouteLook/.test(name),
  ).length;
  const turns = stay.rests ? 3 * (rests.count + 1) : 2 * watchTurns;
  const transitions = base - repeated + turns + 3 * deciles + 2 * verifyTurns + 3 * looks + 1;

  const gb = (id: string) => (product.memoryMb.get(id) ?? 0) / 1024;
  const onceGbSeconds = once.reduce(
    (sum, [id, { seconds, invocations }]) => sum + gb(id) * Math.max(seconds, invocations * 0.2),
    0,
  );
  // The recorded test and promotion took seconds; on AWS they take minutes.
  const minutes = INVOCATION_LONG_SECONDS * (gb('TestReplicationFunction') + 2 * gb('WatchPromotionFunction'));
  const gbSeconds =
    onceGbSeconds +
    minutes +
    gb('WatchReplicationFunction') * (rests.watchedSeconds + 1.5 * looks) +
    gb('VerifyDataFunction') * verify;
  const invocations =
    once.reduce((sum, [, one]) => sum + one.invocations, 0) +
    watchTurns +
    2 * rests.count +
    deciles +
    verifyTurns +
    2 * looks;

  const working = rests.watchedSeconds + verify;
  const writes =
    (calls('dynamodb:UpdateItem') + calls('dynamodb:PutItem') + working / FIGURES_SECONDS + 2 * looks + rests.count) *
      units *
      COPIES_OF_A_RECORD +
    (working / SAMPLE_WRITES_SECONDS) * SAMPLE_UNITS;
  const reads = (calls('dynamodb:GetItem') + (working * 1000) / product.pollMs + looks) * readUnits;

  const parts = {
    lambda: gbSeconds * usd('gbSecond') + invocations * usd('invocation'),
    dynamodb: writes * usd('write') + reads * usd('read'),
    others:
      (completed.migration.announcements + deciles) * usd('event') +
      20 * usd('request') +
      (logBytes(invocations, rests.watchedSeconds / SAMPLE_WRITES_SECONDS + looks, transitions) / 1e9) * usd('logGb') +
      invocations * 0.05 * usd('trace') +
      2 * usd('sign'),
  };
  const sum = transitions * usd('transition') + parts.lambda + parts.dynamodb + parts.others;
  return { transitions, ...parts, total: sum };
};

/** In a crowd a copy of so many seconds rests so often, and is watched for so long. */
const restsOf = (copySeconds: number): { count: number; watchedSeconds: number } => {
  let [left, count, watchedSeconds] = [copySeconds, 0, 0];
  for (;;) {
    const rest = restSecondsOf(2, 1, left - 12, () => 0.5);
    if (rest === undefined) return { count, watchedSeconds: watchedSeconds + left };
    count++;
    watchedSeconds += 12;
    left -= 12 + rest;
  }
};

/** The log of a day in which one migration is watched, and nothing else happens. */
export const watchedDayBytes = ({ watchMs }: Product = readProduct()): number => {
  const turns = 86_400_000 / watchMs;
  return logBytes(turns, 86_400 / SAMPLE_WRITES_SECONDS, 2 * turns);
};
