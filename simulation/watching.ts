import { betweenFiguresMs, restSecondsOf } from '../functions/replication/fleet.ts';
import { Pace } from '../functions/replication/pace.ts';
import type { Process } from './engine.ts';
import type { Result } from './machine.ts';
import type { World } from './world.ts';

/** As functions/replication/watch-view.ts has it. */
const BETWEEN_WRITES_MS = 2000;
const SLOWEST_DESCRIBE_MS = 300_000;
const DESCRIBED_SERVES_MS = 900_000;
/** A look before a watch may rest: the rate of the copy has to be known. */
const FIRST_LOOKS_MS = 12_000;

/** What goes from one invocation to the next. */
export interface Told {
  pace?: Pace;
  atMs?: number;
}

export interface Watched {
  outcome: 'done' | 'turn' | 'rest';
  restMs?: number;
}

/** Both calls of a look, each as often as the SDK client tries. */
function* describe({ account }: World, attempts: number): Process<boolean> {
  if (!(yield* account.call('elasticache', attempts))) return false;
  return yield* account.call('elasticache', attempts);
}

/**
 * One invocation of a task that looks again and again: it reads INFO and the record at each poll, asks ElastiCache less
 * often, and writes figures.
 *
 * @param doneMs when what it waits for happens
 * @param rests whether it may rest
 */
export function* watch(
  world: World,
  doneMs: number,
  turnMs: number,
  {
    rests = false,
    slowestMs = SLOWEST_DESCRIBE_MS,
    told = {},
  }: { rests?: boolean; slowestMs?: number; told?: Told } = {},
): Process<Result<Watched>> {
  const { product, adaptation, account } = world;
  const endsMs = world.nowMs + turnMs;
  if (!adaptation.asksLess) told = {};
  told.pace ??= new Pace(product.describeMs, slowestMs, undefined, world.random);
  const { pace } = told;
  const leastMs = adaptation.writesLess ? betweenFiguresMs({ atWork: world.countedAtWork }) : 0;
  const betweenMs = Math.max(BETWEEN_WRITES_MS, leastMs);
  const writesPerSecond = 1000 / betweenMs;
  world.watches(writesPerSecond, 1);
  const begunMs = world.nowMs;
  let askedMs = told.atMs ?? Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      if (world.nowMs - askedMs >= pace.ms) {
        if (yield* describe(world, adaptation.asksLess ? 2 : 4)) {
          told.atMs = world.nowMs;
          pace.faster();
        } else {
          const serves = told.atMs !== undefined && world.nowMs - told.atMs < DESCRIBED_SERVES_MS;
          if (!adaptation.asksLess || !serves) return { failed: 'TransientServiceError' };
          pace.slower(5000);
        }
        askedMs = world.nowMs;
      }
      const etaMs = doneMs - world.nowMs;
      const untilMs = Math.min(doneMs, endsMs, Math.max(askedMs + pace.ms, world.nowMs + product.pollMs));
      const looksFirst = rests ? Math.max(0, begunMs + FIRST_LOOKS_MS - world.nowMs) : 0;
      const restSeconds =
        rests && looksFirst < etaMs
          ? restSecondsOf(world.countedAtWork, adaptation.watchersAtOnce, (etaMs - looksFirst) / 1000, world.random)
          : undefined;
      if (restSeconds !== undefined) {
        yield looksFirst;
        return { ok: { outcome: 'rest', restMs: restSeconds * 1000 } };
      }
      const waitMs = Math.max(0, untilMs - world.nowMs);
      const failing = !adaptation.writesLess && account.someWriteFails((waitMs / 1000) * writesPerSecond);
      if (failing) {
        yield waitMs * world.random();
        return { failed: 'TransientServiceError' };
      }
      yield waitMs;
      // A poll, and the write that ends the look.
      if (world.nowMs >= doneMs) {
        yield product.pollMs * world.random();
        return account.writesRecord() ? { ok: { outcome: 'done' } } : { failed: 'TransientServiceError' };
      }
      if (world.nowMs >= endsMs) {
        return account.writesRecord() ? { ok: { outcome: 'turn' } } : { failed: 'TransientServiceError' };
      }
    }
  } finally {
    world.watches(writesPerSecond, -1);
  }
}
