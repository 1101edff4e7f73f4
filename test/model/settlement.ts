import { force, isRefusalProven, isUnfenced, looksPromoted } from './elasticache.ts';
import { startLifting } from './lift-fence.ts';
import { GONE, type StepsOf, writeOutcome } from './moves.ts';
import { isFenceStanding, type World } from './world.ts';

const OF_THE_EXECUTION = new Set(['start', 'cutOver', 'liftTask', 'close']);

/** One execution of the settlement machine. Several can run at once. */
export const settleSteps: StepsOf = (world, me, setting, move) => {
  const { guards } = setting;
  const { lock, record } = world;
  switch (me.at) {
    case 'decide':
      return [
        move('decides', (n, a) => {
          if (record.settled) {
            a.at = GONE;
            return;
          }
          if (guards.closeBeforeLook) close(n);
          const isSkipped = a.after === 'afterCatch' && !guards.waitAfterCatch;
          // The source is writable again as soon as can be; what a task sets up anew is lifted behind the wait.
          if (isFenceStanding(n) && !lock.intent) startLifting(n, a, 'wait');
          else a.at = isSkipped ? 'look' : 'wait';
        }),
      ];
    case 'wait': {
      const wait = move('waits until no task can run', (n, a) => {
        a.at = 'look';
        if (guards.waitOutTasks) n.actors = n.actors.filter(({ kind }) => !OF_THE_EXECUTION.has(kind));
      });
      // What such a task left in a socket has run by then.
      return guards.waitOutTasks && world.underWay.length > 0 ? [] : [wait];
    }
    case 'look':
      return look(world, me, setting, move);
    case 'withdraw':
      return [
        move('withdraws the intent', (n, a) => {
          if (guards.withdrawAsJudged && !isAsJudged(lock, a, guards)) a.at = 'look';
          else {
            if (lock.owner === 'us') n.lock = { ...n.lock, intent: 0, sends: 0 };
            startLifting(n, a, 'stop');
          }
          a.intent = 0;
          a.sends = 0;
        }),
      ];
    case 'stop':
      return [
        move('looks whose migration runs', (n, a) => {
          const { follows } = n.group;
          const isOurs = follows === 'ours' || (follows === 'foreign' && !guards.onlyOurs);
          a.at = isOurs && lock.owner === 'us' && lock.start ? 'force' : 'end';
        }),
      ];
    case 'force':
      return [
        move('sends CompleteMigration with Force', (n, a) => {
          force(n);
          a.at = 'end';
        }),
      ];
    case 'end':
      return [
        move('writes the outcome', (n, a) => {
          writeOutcome(n, record.abort !== 'none' || world.execution.how === 'aborted' ? 'aborted' : 'failed');
          a.at = 'release';
        }),
      ];
    case 'release':
      return [
        move('gives the lock back', (n, a) => {
          if (guards.waitBeforeRelease)
            for (const other of n.actors) if (other.kind === 'settle' && other.at === 'force') other.at = 'stop';
          if (lock.owner === 'us') n.lock = { ...n.lock, owner: 'nobody', closed: 0, attempt: 0 };
          a.at = 'announce';
        }),
      ];
    case 'announce':
      return [
        move('announces the end', (n, a) => {
          announce(n);
          a.at = 'conclude';
        }),
      ];
    default:
      return [
        move('marks it settled', (n, a) => {
          n.record.settled = 1;
          a.at = GONE;
        }),
      ];
  }
};

/** What was sent, and what came of it: in doubt it waits for evidence, or for an operator. */
const look: StepsOf = (world, _me, { guards }, move) => {
  const { lock, record } = world;
  if (record.outcome !== 'none')
    return [
      move('finds the outcome', (_, a) => {
        a.at = 'release';
      }),
    ];
  if (!lock.intent || lock.owner !== 'us') {
    return [move('sees that nothing was sent', (n, a) => startLifting(n, a, 'stop'))];
  }
  if (record.rollback === 'done') {
    return [
      move('finds it rolled back', (n, a) => {
        writeOutcome(n, 'aborted');
        a.at = 'release';
      }),
    ];
  }
  if (record.confirm === 'done' || looksPromoted(world, guards)) {
    return [
      move('sees every shard promoted, or finds it confirmed', (n, a) => {
        n.record.promoted = 1;
        writeOutcome(n, 'completed');
        a.at = 'release';
      }),
    ];
  }
  if (isUnfenced(world, guards)) {
    return [
      move('finds it unfenced by an operator', (n, a) => {
        writeOutcome(n, 'failed');
        a.at = 'release';
      }),
    ];
  }
  if (isRefusalProven(world, guards)) {
    return [
      move('sees the promotion refused', (_, a) => {
        a.intent = lock.intent;
        a.sends = lock.sends;
        a.at = 'withdraw';
      }),
    ];
  }
  return [];
};

/** The intent is the very one that was judged, and nobody has confirmed the promotion. */
export const isAsJudged = (
  lock: World['lock'],
  { intent, sends }: { intent: number; sends: number },
  { confirmInLock }: { confirmInLock: boolean },
): boolean => lock.intent === intent && lock.sends === sends && !(confirmInLock && lock.confirmed);

const close = (n: World): void => {
  if (n.lock.owner === 'us') n.lock.closed = 1;
};

export const announce = (n: World): void => {
  const { outcome, announced } = n.record;
  if (!announced.includes(outcome)) n.record.announced = [...announced, outcome].sort();
};
