import type { Process } from './engine.ts';
import { Execution, type Result } from './machine.ts';
import type { World } from './world.ts';

/** How long ElastiCache takes to end an online migration. */
const STOPPING_SECONDS = 45;

/**
 * An end by the states of statemachine/settlement.asl.json; where one gives up, the sweeper begins another.
 *
 * @param hasStarted whether there is an online migration to end
 */
export function* settle(world: World, hasStarted: boolean): Process {
  world.unsettled++;
  while (!(yield* world.account.call('states-start', 3))) yield 2000;
  const stopping = { hasStarted, leftMs: hasStarted ? world.around(STOPPING_SECONDS, 0.3) : 0 };
  while (!(yield* once(world, stopping))) {
    // The sweeper comes each minute, and begins so many settlements at once.
    yield 60_000 * (1 + Math.floor(world.unsettled / 200)) * world.random() + 60_000;
  }
  world.unsettled--;
}

function* once(world: World, stopping: { hasStarted: boolean; leftMs: number }): Process<boolean> {
  const { account, product } = world;
  const execution = new Execution(account, product, 'settlement', world.adaptation);
  const settleStep = (state: string) =>
    execution.task(state, 'SettleMigrationFunction', function* work(): Process<Result<true>> {
      yield 300;
      return account.writesRecord() ? { ok: true } : { failed: 'TransientServiceError' };
    });

  yield* execution.transition();
  if ('failed' in (yield* settleStep('DecideEnd'))) return false;
  yield* execution.transition();
  yield product.actingTaskMs;
  const safe = yield* execution.task('MakeSafe', 'MakeSafeFunction', function* work(): Process<Result<true>> {
    if (stopping.hasStarted && !(yield* account.call('elasticache-acting', 1)))
      return { failed: 'TransientServiceError' };
    const endsMs = world.nowMs + product.actingTaskMs * 0.75;
    for (;;) {
      if (!(yield* account.call('elasticache', 4))) return { failed: 'TransientServiceError' };
      if (stopping.leftMs <= 0) return { ok: true };
      if (world.nowMs >= endsMs) return { failed: 'TransientServiceError' };
      yield product.describeMs;
      stopping.leftMs -= product.describeMs;
    }
  });
  if ('failed' in safe) return false;
  yield* execution.transition();
  if ('failed' in (yield* settleStep('RecordEnd'))) return false;
  yield* execution.transition();
  yield product.actingTaskMs;
  if ('failed' in (yield* settleStep('ReleaseLock'))) return false;
  yield* execution.announce();
  if ('failed' in (yield* settleStep('Conclude'))) return false;
  world.outcomes.transitions += execution.transitions;
  return true;
}
