import { startLifting } from './lift-fence.ts';
import { GONE, nextOf, type StepsOf } from './moves.ts';
import type { Shard } from './world.ts';

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
    default:
      return [
        move('closes the lock unless it was sent', (n, a) => {
          const isClosed = lock.owner === 'us' && !lock.intent;
          if (isClosed) n.lock.closed = 1;
          n.record.abort = isClosed ? 'accepted' : 'none';
          a.at = GONE;
        }),
      ];
  }
};

/** Back to the source, while nothing was written to the target. Before it lifts, it pauses the target and looks again. */
export const rollbackSteps: StepsOf = (world, me, { guards }, move) => {
  const isWritten = world.shards.some(({ targetWrites }) => targetWrites > 0);
  const refuse = move('finds writes: refuses, and lifts its pause', (n, a) => {
    for (const one of n.shards) one.targetPaused = 0;
    n.record.rollback = 'refused';
    a.at = GONE;
  });
  switch (me.at) {
    case 'look':
      return [isWritten ? refuse : move('finds no writes to the target', nextOf('pause'))];
    case 'pause': {
      const pause = move('pauses the target', (n, a) => {
        (n.shards[a.shard] as Shard).targetPaused = 1;
        if (++a.shard < n.shards.length) return;
        a.shard = 0;
        a.at = guards.secondLook ? 'lookAgain' : 'lift';
      });
      return [pause];
    }
    case 'lookAgain':
      return [isWritten ? refuse : move('finds no writes under the pause', nextOf('lift'))];
    default: {
      const lift = move('begins to lift', (n, a) => {
        if (n.record.rollback === 'asked') n.record.rollback = 'lifting';
        startLifting(n, a, 'rolledBack');
      });
      if (guards.keepPause) return [lift];
      const giveUp = move(
        'fails, and lifts its pause',
        (n, a) => {
          for (const one of n.shards) one.targetPaused = 0;
          a.at = GONE;
        },
        false,
      );
      return [lift, giveUp];
    }
  }
};
