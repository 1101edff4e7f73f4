import type { Step } from './explore.ts';
import { restore, startLifting } from './lift-fence.ts';
import { change, GONE, isConnected } from './moves.ts';
import type { Actor, Shard, World } from './world.ts';

/** What goes wrong with the invocations themselves, between any two of their steps. */
export const faultSteps = (world: World): Step<World>[] => {
  const steps: Step<World>[] = world.underWay.map(({ shard, fence }, index) =>
    change(
      world,
      () => `a command that was under way runs: ${fence ? 'the fence is set' : 'the rules are restored'}`,
      (n) => {
        n.underWay = n.underWay.filter((_, at) => at !== index);
        const one = n.shards[shard] as Shard;
        if (fence) [one.fenced, one.replicaFenced] = [1, 1];
        else restore(n, shard);
      },
      true,
    ),
  );
  if (world.left.faults === 0) return steps;
  for (const [index, me] of world.actors.entries()) {
    const fault = (label: string, edit: (n: World, a: Actor) => void) =>
      steps.push(
        change(
          world,
          () => `${me.name} ${label}`,
          (n) => {
            n.left.faults--;
            edit(n, n.actors[index] as Actor);
          },
        ),
      );
    fault('dies', (_, a) => {
      a.at = GONE;
    });
    // Lambda.Unknown, a timeout, a lost answer: Step Functions repeats it, and it runs on.
    if (me.awaited)
      fault('is taken for dead, and runs on', (_, a) => {
        a.awaited = 0;
      });
    const isFence = me.at === 'fence';
    if (!isConnected(me) || !(isFence || me.at === 'lift.restore')) continue;
    const leave = (n: World) => {
      n.underWay = [...n.underWay, { id: me.id, shard: me.shard, fence: isFence ? 1 : 0 }];
    };
    fault('dies while its command is under way', (n, a) => {
      leave(n);
      a.at = GONE;
    });
    if (isFence) {
      fault('waits in vain for its command, and backs out', (n, a) => {
        leave(n);
        startLifting(n, a, 'backedOut');
      });
    }
  }
  return steps;
};
