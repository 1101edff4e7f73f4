import type { Failure } from './account.ts';
import { awaitCutover, cutOver } from './cutover.ts';
import type { Process } from './engine.ts';
import { Execution, type Result } from './machine.ts';
import { quick } from './quick.ts';
import { settle } from './settlement.ts';
import { type Told, type Watched, watch } from './watching.ts';
import type { World } from './world.ts';

const ABORTED = 'aborted' as const;
const BLOCKED = 'blocked' as const;
/** Aborted in the line. */
const LEFT = 'left' as const;
type End = 'completed' | typeof ABORTED | typeof BLOCKED | typeof LEFT | Failure;

/** Calls of a look that gathers facts for the preflight, and of those that act, as the profile has them. */
const callsOf = (world: World, functionId: string, kind: 'Describe' | 'acts'): number => {
  const { calls = {}, invocations = 1 } = world.profile.completed.functions[functionId] ?? {};
  const sum = Object.entries(calls)
    .filter(([action]) => action.startsWith('elasticache:'))
    .filter(([action]) => action.startsWith('elasticache:Describe') === (kind === 'Describe'))
    .reduce((total, [, count]) => total + count, 0);
  return Math.round(sum / Math.max(1, invocations));
};

/** One migration from its request to its end, by the states of statemachine/migration.asl.json. */
export function* migration(world: World, copyMs: number, cutoverMs: number, isAborted: boolean): Process {
  const { account, outcomes } = world;
  const beganMs = world.nowMs;
  yield* request(world);
  outcomes.startedMs.push(world.nowMs - beganMs);
  account.opened();
  world.open++;
  world.atWork++;
  const execution = new Execution(account, world.product, 'migration', world.adaptation);
  const end = yield* flow(world, execution, copyMs, cutoverMs, isAborted);
  outcomes.transitions += execution.transitions;
  outcomes.queueMs.push(execution.longestQueueMs);
  if (end === 'completed') outcomes.completed++;
  else {
    const wantedMs = world.nowMs;
    if (end === ABORTED || end === LEFT) outcomes.aborted++;
    else if (end === BLOCKED) outcomes.blocked++;
    else world.failed(end);
    yield* settle(world, end !== BLOCKED && end !== LEFT);
    outcomes.settlementMs.push(world.nowMs - wantedMs);
  }
  account.closed();
  world.open--;
  world.atWork--;
}

/** POST /migrations, repeated by its client until it is taken. */
function* request(world: World): Process {
  const { account } = world;
  for (;;) {
    const isLet = account.buckets.get('apigateway')?.take(world.nowMs);
    const place = isLet ? account.place('StartMigrationFunction') : undefined;
    if (place) {
      const isTaken = account.writesRecord() && (yield* account.call('states-start', 3));
      yield 300;
      place.giveBack();
      if (isTaken) return;
    }
    yield 1000 + 1000 * world.random();
  }
}

function* flow(
  world: World,
  execution: Execution,
  copyMs: number,
  cutoverMs: number,
  isAborted: boolean,
): Process<End> {
  const { product, scenario } = world;
  yield* execution.announce();
  const claimed = yield* execution.task('ClaimReplicationGroup', 'ClaimReplicationGroupFunction', quick(world, 300));
  if ('failed' in claimed) return claimed.failed;
  const inTime = yield* awaitTurn(world, execution);
  if (!inTime) return LEFT;
  const looks = callsOf(world, 'PreflightFunction', 'Describe');
  const checked = yield* execution.task(
    'Preflight',
    'PreflightFunction',
    quick(world, product.writeSampleMs + 2000, looks),
  );
  if ('failed' in checked) return checked.failed;
  yield* execution.transition();
  yield* execution.announce();
  if (world.random() < scenario.blocked) {
    world.line.giveBack();
    return BLOCKED;
  }

  const testMs = world.around(scenario.testSeconds, 0.2);
  const tested = yield* execution.task('TestReplication', 'TestReplicationFunction', function* work() {
    const begun = yield* quick(world, 300, 2, 1)();
    if ('failed' in begun) return begun;
    const doneMs = world.nowMs + testMs;
    return yield* watch(world, doneMs, product.testVerdictMs, { slowestMs: 120_000 });
  });
  if ('failed' in tested) return tested.failed;
  yield* execution.transition();
  const started = yield* execution.task('StartReplication', 'StartReplicationFunction', quick(world, 500, 1, 1));
  if ('failed' in started) return started.failed;
  yield* execution.announce();

  const told: Told = {};
  const copied = yield* copy(world, execution, copyMs, isAborted, told);
  if (copied !== 'done') return copied;
  yield* execution.announce();
  yield* execution.transition();
  const verified = yield* verify(world, execution, copyMs / 4, told);
  if (verified !== 'done') return verified;
  yield* execution.announce();
  yield* execution.transition();

  yield* awaitCutover(world, execution, cutoverMs);
  return yield* cutOver(world, execution);
}

const SLICE_MS = 600_000;
/** Whoever is called wakes at once; here it is looked so often whether one was. */
const CALLED_WITHIN_MS = 10_000;

/** Nothing runs, and one that is called has another turn. Answers false for one that was aborted meanwhile. */
function* awaitTurn(world: World, execution: Execution): Process<boolean> {
  const { line, outcomes, scenario } = world;
  const beganMs = world.nowMs;
  const waiter = line.take(beganMs);
  if (!waiter) {
    outcomes.beginMs.push(0);
    return true;
  }
  world.atWork--;
  const leavesMs = world.random() < scenario.left ? beganMs + SLICE_MS * world.random() : Number.POSITIVE_INFINITY;
  while (world.nowMs < Math.min(waiter.turnMs, leavesMs)) {
    yield* execution.task('AwaitTurn', 'RestFunction', quick(world, 200));
    const { turnMs } = waiter;
    const untilMs = world.nowMs + SLICE_MS;
    while (waiter.turnMs === turnMs && world.nowMs < Math.min(turnMs, leavesMs, untilMs)) {
      yield Math.min(CALLED_WITHIN_MS, Math.max(1, Math.min(turnMs, leavesMs, untilMs) - world.nowMs));
    }
    yield* execution.transition();
  }
  line.leave(waiter);
  world.atWork++;
  if (world.nowMs >= leavesMs) return false;
  outcomes.beginMs.push(world.nowMs - beganMs);
  return true;
}

/** The full sync: turns of the watch, and rests between them. */
function* copy(
  world: World,
  execution: Execution,
  copyMs: number,
  isAborted: boolean,
  told: Told,
): Process<'done' | typeof ABORTED | Failure> {
  const doneMs = world.nowMs + copyMs;
  const abortMs = isAborted ? world.nowMs + copyMs * world.random() : Number.POSITIVE_INFINITY;
  const endMs = Math.min(doneMs, abortMs);
  for (;;) {
    const seen: Result<Watched> = yield* execution.task('WatchReplication', 'WatchReplicationFunction', () =>
      watch(world, endMs, world.product.watchMs, { rests: true, told }),
    );
    if ('failed' in seen) return seen.failed;
    yield* execution.transition();
    const { outcome, restMs = 0 } = seen.ok;
    if (outcome === 'rest') {
      world.outcomes.rested++;
      yield* execution.transition();
      // An abort calls whoever rests.
      yield Math.min(restMs, Math.max(0, abortMs - world.nowMs));
    }
    if (world.nowMs >= abortMs) return ABORTED;
    if (outcome === 'done') break;
  }
  world.outcomes.seenLateMs.push(world.nowMs - doneMs);
  return 'done';
}

function* verify(world: World, execution: Execution, verifyMs: number, told: Told): Process<'done' | Failure> {
  // What is compared is kept from turn to turn, and no time goes on while there is no place.
  let leftMs = verifyMs;
  for (;;) {
    const result: Result<Watched> = yield* execution.task('VerifyData', 'VerifyDataFunction', function* work() {
      const begunMs = world.nowMs;
      const seen = yield* watch(world, world.nowMs + leftMs, world.product.verifyMs, { told });
      leftMs = Math.max(0, leftMs - (world.nowMs - begunMs));
      return seen;
    });
    if ('failed' in result) return result.failed;
    yield* execution.transition();
    if (result.ok.outcome === 'done') return 'done';
  }
}
