import { confirmSteps } from './confirm.ts';
import { cutOverSteps } from './cut-over.ts';
import { elastiCacheSteps } from './elasticache.ts';
import { closeSteps, executionSteps, liftTaskSteps, startSteps, sweeperSteps } from './execution.ts';
import type { Step, System } from './explore.ts';
import { faultSteps } from './faults.ts';
import { keyOf } from './key.ts';
import { liftSteps } from './lift-fence.ts';
import { change, type Move, type StepsOf } from './moves.ts';
import { abortSteps, rollbackSteps } from './operators.ts';
import { settleSteps } from './settlement.ts';
import { surroundingSteps } from './surroundings.ts';
import type { Actor, ActorKind, Setting, World } from './world.ts';

const STEPS: Record<ActorKind, StepsOf> = {
  start: startSteps,
  cutOver: cutOverSteps,
  liftTask: liftTaskSteps,
  close: closeSteps,
  sweepLift: liftSteps,
  settle: settleSteps,
  abort: abortSteps,
  confirm: confirmSteps,
  unfence: liftSteps,
  rollback: rollbackSteps,
};

/** Everything that can happen, one step at a time, in any order. */
export const systemOf = (initial: World, setting: Setting): System<World> => ({
  initial,
  keyOf,
  steps: (world) => [
    ...world.actors.flatMap((me, index) => actorSteps(world, me, index, setting)),
    ...executionSteps(world, setting),
    ...sweeperSteps(world),
    ...elastiCacheSteps(world, setting.aws),
    ...surroundingSteps(world, setting),
    ...faultSteps(world),
  ],
});

const actorSteps = (world: World, me: Actor, index: number, setting: Setting): Step<World>[] => {
  const move: Move = (label, edit, fair = true) =>
    change(
      world,
      () => `${me.name} ${typeof label === 'string' ? label : label()}`,
      (n) => edit(n, n.actors[index] as Actor),
      fair,
    );
  return (me.at.startsWith('lift.') ? liftSteps : STEPS[me.kind])(world, me, setting, move);
};
