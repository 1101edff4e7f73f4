import { startLifting } from './lift-fence.ts';
import { type Edit, GONE, nextOf, type StepsOf } from './moves.ts';
import { freshId } from './world.ts';

/** POST …/abort: the wish is written, then the lock is closed unless CompleteMigration was sent. */
export const abortSteps: StepsOf = (world, me, { guards }, move) => {
  const { lock, record } = world;
  switch (me.at) {
    case 'write':
      return [
        move('writes the wish', (n, a) => {
          if (record.outcome !== 'none' || record.promoted) a.at = GONE;
          else {
            n.record.abort = 'asked';
            a.at = guards.closeUnlessSent ? 'close' : 'find';
          }
        }),
      ];
    case 'find':
      return [
        move('reads the lock', (n, a) => {
          a.at = 'closeBlindly';
          if (lock.owner === 'us' && !lock.intent) return;
          n.record.abort = 'none';
          a.at = GONE;
        }),
      ];
    case 'closeBlindly':
      return [
        move('closes the lock, and accepts', (n, a) => {
          if (lock.owner === 'us') n.lock.closed = 1;
          n.record.abort = 'accepted';
          a.at = GONE;
        }),
      ];
    case 'close':
      return [
        move('closes the lock unless it was sent', (n, a) => {
          const isOver = lock.owner !== 'us' && (record.outcome !== 'none' || record.promoted === 1);
          const isTooLate = (lock.owner === 'us' && lock.intent !== 0) || (isOver && guards.abortLooksAgain);
          if (lock.owner === 'us' && !lock.intent) n.lock.closed = 1;
          if (!isTooLate) n.record.abort = 'accepted';
          a.at = isTooLate ? 'takeBack' : GONE;
        }),
      ];
    default:
      return [
        move('takes the wish back, and refuses', (n, a) => {
          n.record.abort = 'none';
          a.at = GONE;
        }),
      ];
  }
};

/**
 * Back to the source, while nothing was written to the target. One try claims it, pauses the target for a short time, looks
 * again, pauses for good, and decides; only then it lifts. What speaks against it is decided, too, before the pause is
 * taken back.
 */
export const rollbackSteps: StepsOf = (world, me, { guards }, move) => {
  const { record, shards } = world;
  const isWritten = shards.some(({ targetWrites }) => targetWrites > 0);
  const on = (label: string, edit: Edit) => [
    me.connections ? move(label, edit) : move('finds its connection gone', nextOf(GONE)),
  ];
  const fails = move('cannot reach the target any more', nextOf(guards.decideOnce ? 'stay' : 'unpause'), false);
  switch (me.at) {
    case 'claim':
      return [
        move('looks, connects, claims the rollback, and ends the connections before it', (n, a) => {
          a.id = freshId(n);
          a.connections = 1;
          n.record.claim = a.id;
          for (const other of n.actors) if (other !== a && other.kind === 'rollback') other.connections = 0;
          if (record.rollback === 'refused') a.at = 'unpause';
          else if (record.rollback === 'lifting') startLifting(n, a, 'rolledBack');
          else a.at = isWritten ? 'stay' : 'pause';
        }),
      ];
    case 'pause': {
      const pause = on('pauses the target', (n, a) => {
        for (const one of n.shards) one.targetPaused = one.targetPaused || 1;
        a.at = guards.secondLook ? 'look' : 'pauseForGood';
      });
      return [...pause, fails];
    }
    case 'look':
      return on('looks for writes under the pause', nextOf(isWritten ? 'stay' : 'pauseForGood'));
    case 'pauseForGood': {
      const holds = shards.every(({ targetPaused }) => targetPaused > 0);
      const pause = on(holds ? 'pauses the target for good' : 'finds that the pause has ended', (n, a) => {
        for (const one of n.shards) if (holds) one.targetPaused = 2;
        a.at = holds ? 'return' : 'stay';
      });
      return [...pause, fails];
    }
    case 'unpause':
      return on('takes the pause back', (n, a) => {
        for (const one of n.shards) one.targetPaused = 0;
        a.at = GONE;
      });
    default:
      return [
        move(`decides to ${me.at}`, (n, a) => {
          const mayDecide = record.claim === a.id && record.rollback === 'asked';
          if (!mayDecide) a.at = GONE;
          else if (a.at === 'stay') {
            n.record.rollback = 'refused';
            a.at = 'unpause';
          } else {
            n.record.rollback = 'lifting';
            startLifting(n, a, 'rolledBack');
          }
        }),
      ];
  }
};
