import type { Step } from './explore.ts';
import { change } from './moves.ts';
import { type Aws, isFenceStanding, isPromoted, type Shard, type World } from './world.ts';

interface Answer {
  label: string;
  isRefused: boolean;
  edit(n: World): void;
}

/** What ElastiCache may answer to CompleteMigration. */
export const completeMigration = (world: World, aws: Aws): Answer[] => {
  if (world.group.follows === 'foreign') return [{ label: 'accepted', isRefused: false, edit: touchForeign }];
  if (world.group.follows === 'nobody') return [refused('there is none')];
  const isBusy = world.shards.some(({ calls, promoted }) => calls > 0 || promoted);
  if (isBusy && !(aws.acceptsAgain && !isPromoted(world))) return [refused('it is under way')];
  const accepted: Answer = {
    label: 'accepted',
    isRefused: false,
    edit: (n) => {
      for (const one of n.shards) if (!one.promoted) one.calls++;
    },
  };
  if (world.left.refusals === 0) return [accepted];
  return [
    accepted,
    {
      ...refused('not now'),
      edit: (n) => {
        n.left.refusals--;
      },
    },
  ];
};

const refused = (why: string): Answer => ({ label: `refused, ${why}`, isRefused: true, edit: () => {} });

export const touchForeign = (n: World): void => {
  n.touchedForeign = 1;
};

/** CompleteMigration with Force. What was accepted before cannot be taken back. */
export const force = (n: World): void => {
  if (n.group.follows === 'foreign') touchForeign(n);
  n.group.follows = 'nobody';
};

/** A promotion comes when it comes, shard by shard, or never; or it fails, with an event that may get lost. */
export const elastiCacheSteps = (world: World, aws: Aws): Step<World>[] => {
  const steps: Step<World>[] = [];
  const { shards } = world;
  for (const [index, { calls, promoted, replaced }] of shards.entries()) {
    if (calls > 0 && replaced) {
      steps.push(
        change(world, `ElastiCache is done with shard ${index + 1}, and has promoted nothing`, (n) => {
          (n.shards[index] as Shard).calls = 0;
          if (n.shards.every((one) => one.promoted || (one.replaced && one.calls === 0))) n.group.follows = 'nobody';
        }),
      );
    }
    if (calls === 0 || promoted || replaced) continue;
    steps.push(
      change(world, `ElastiCache promotes shard ${index + 1}`, (n) => {
        const one = n.shards[index] as Shard;
        one.promoted = 1;
        one.calls = 0;
        if (isPromoted(n)) n.group.follows = 'nobody';
      }),
    );
    if (!aws.failsByShard) continue;
    steps.push(
      change(world, `ElastiCache fails to promote shard ${index + 1}, and says so`, (n) => {
        const one = n.shards[index] as Shard;
        one.calls--;
        one.failures++;
      }),
    );
  }
  if (shards.every(({ calls, promoted }) => calls > 0 && !promoted)) {
    const failing = (label: string, tells: boolean) =>
      change(world, label, (n) => {
        for (const one of n.shards) {
          one.calls--;
          if (tells) one.failures++;
        }
      });
    steps.push(failing('ElastiCache fails to promote, and says so', true));
    if (world.left.faults > 0) {
      const silent = failing('ElastiCache fails to promote, and the event is lost', false);
      silent.next.left.faults--;
      steps.push(silent);
    }
  }
  return steps;
};

/** Every primary has the role master, and continues the source's history beyond the fenced offset. */
export const looksPromoted = ({ shards }: World, guards: { promotionProven: boolean }): boolean =>
  shards.every(({ promoted, replaced, renamed }) =>
    guards.promotionProven ? promoted && !renamed : promoted || replaced,
  );

/** All primaries are replicas still, the group is under migration, and a failure is reported that can be of nothing else. */
export const isRefusalProven = (
  { shards, group, lock }: World,
  guards: { evidenceOfEveryCall: boolean; evidenceOfEveryShard: boolean },
): boolean => {
  if (group.follows !== 'ours' || shards.some(({ promoted, replaced }) => promoted || replaced)) return false;
  if (guards.evidenceOfEveryCall && lock.sends !== 1) return false;
  if (guards.evidenceOfEveryShard && shards.length > 1) return false;
  return shards.some(({ failures }) => failures > 0);
};

/** By an operator, and it was the fence that stood. */
export const isUnfenced = (world: World, guards: { unfenceOfThis: boolean }): boolean =>
  world.record.unfence === 'done' && (!guards.unfenceOfThis || !isFenceStanding(world));
