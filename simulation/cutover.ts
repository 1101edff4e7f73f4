import type { Failure } from './account.ts';
import type { Process } from './engine.ts';
import type { Execution, Result } from './machine.ts';
import { quick } from './quick.ts';
import { type Watched, watch } from './watching.ts';
import type { World } from './world.ts';

/** Nothing runs but a look every few minutes. */
export function* awaitCutover(world: World, execution: Execution, cutoverMs: number): Process {
  const { account, product } = world;
  yield* execution.announce();
  world.atWork--;
  while (world.nowMs < cutoverMs) {
    yield* execution.task('AwaitCutover', 'AwaitCutoverFunction', quick(world, 200));
    yield Math.min(product.lookAtLinkMs, Math.max(0, cutoverMs - world.nowMs));
    yield* execution.transition();
    if (world.nowMs >= cutoverMs) break;
    // A look that fails for a passing reason is made again after the next wait.
    yield* execution.task('LookAtLink', 'WatchReplicationFunction', quick(world, 1500, 2));
    yield* execution.transition();
  }
  world.atWork++;
  while (!(yield* account.call('states-callback', 3))) yield 1000;
}

export function* cutOver(world: World, execution: Execution): Process<'completed' | Failure> {
  const { scenario, product } = world;
  yield* execution.announce();
  const sent = yield* execution.task('CutOver', 'CutOverFunction', quick(world, 3000, 3, 1));
  if ('failed' in sent) return sent.failed;
  yield* execution.transition();
  const promotionMs = world.around(scenario.promotionSeconds, 0.3);
  const promote = () => watch(world, world.nowMs + promotionMs, product.watchMs, { slowestMs: 30_000 });
  yield* untilDone(execution, promote);
  if (world.random() < scenario.refused) {
    const refusedMs = world.nowMs;
    while ('failed' in (yield* execution.task('LiftFence', 'LiftFenceFunction', quick(world, 1500)))) yield 60_000;
    world.outcomes.fenceLiftMs.push(world.nowMs - refusedMs);
    yield 10_000;
    yield* execution.task('CutOver', 'CutOverFunction', quick(world, 3000, 3, 1));
    yield* untilDone(execution, promote);
  }
  yield* execution.announce();
  const close = () =>
    watch(world, world.nowMs + scenario.closingSeconds * 1000, product.watchMs, { slowestMs: 30_000 });
  yield* untilDone(execution, close);
  while ('failed' in (yield* execution.task('CloseMigration', 'CloseMigrationFunction', quick(world, 300))))
    yield 60_000;
  yield* execution.announce();
  return 'completed';
}

/** After the point of no return an error ends nothing: it is looked again in a minute. */
function* untilDone(execution: Execution, work: () => Process<Result<Watched>>): Process {
  for (;;) {
    const seen = yield* execution.task('WatchPromotion', 'WatchPromotionFunction', work);
    yield* execution.transition();
    if ('ok' in seen && seen.ok.outcome === 'done') return;
    if ('failed' in seen) {
      yield* execution.transition();
      yield 60_000;
    }
  }
}
