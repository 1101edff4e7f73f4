import type { Guards } from './guards.ts';
import { GONE, type StepsOf } from './moves.ts';
import type { World } from './world.ts';

/** An operator's word that the target was promoted, although its history does not prove it. */
export const confirmSteps: StepsOf = (world, me, { guards }, move) => {
  const { lock, record } = world;
  switch (me.at) {
    case 'lookAtNodes':
      return [
        move('looks at the nodes, the group and the lock', (n, a) => {
          const isInDoubt = lock.owner === 'us' && lock.intent !== 0 && world.fence.phase === 'sealed';
          if (!isInDoubt || record.promoted || record.outcome !== 'none' || !maybeTrue(world, guards)) {
            n.record.confirm = 'none';
            a.at = GONE;
            return;
          }
          a.intent = lock.intent;
          a.at = guards.confirmInLock ? 'noteInLock' : 'record';
        }),
      ];
    case 'noteInLock':
      return [
        move('notes it in the lock', (n, a) => {
          const stands = lock.owner === 'us' && lock.intent === a.intent;
          if (stands) n.lock.confirmed = 1;
          else n.record.confirm = 'none';
          a.at = stands ? 'record' : GONE;
        }),
      ];
    default:
      return [
        move('records the promotion', (n, a) => {
          const isAsked = record.confirm === 'asked';
          const isTaken = !record.promoted && record.outcome === 'none' && (isAsked || !guards.confirmWhileAsked);
          if (isTaken) {
            n.record.confirm = isAsked ? 'done' : 'late';
            n.record.promoted = 1;
          } else if (isAsked) n.record.confirm = 'none';
          a.at = GONE;
        }),
      ];
  }
};

/** Every primary is a master, nobody's, and has something if its source has. */
const maybeTrue = ({ shards, group }: World, { confirmWhenDone, confirmNotEmpty }: Guards): boolean =>
  (group.follows === 'nobody' || !confirmWhenDone) &&
  shards.every(({ promoted, writes }, index) => {
    const isEmpty = shards[index]?.replaced === 1;
    return promoted || (isEmpty && (writes === 0 || !confirmNotEmpty));
  });
