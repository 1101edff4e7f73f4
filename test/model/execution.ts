import { isRefusalProven, isUnfenced, looksPromoted } from './elasticache.ts';
import type { Step } from './explore.ts';
import { startLifting } from './lift-fence.ts';
import { answer, change, endByCatch, GONE, type Label, type StepsOf, spawn, writeOutcome } from './moves.ts';
import { announce, isAsJudged } from './settlement.ts';
import { freshId, isFenceStanding, type Setting, type World } from './world.ts';

/** LiftFence after a refusal: withdraws the intent that was judged, then lifts. */
export const liftTaskSteps: StepsOf = ({ lock }, _me, { guards }, move) => [
  move('withdraws the intent', (n, a) => {
    const isJudged = isAsJudged(lock, a, guards);
    if (guards.withdrawAsJudged && lock.intent && !isJudged) return answer(n, a, 'watch');
    if (lock.owner === 'us') n.lock = { ...n.lock, intent: 0, sends: 0 };
    Object.assign(a, { intent: 0, sends: 0 });
    startLifting(n, a, 'lifted');
  }),
];

/** StartReplication, whose call may be under way when the execution ends. */
export const startSteps: StepsOf = ({ lock, group }, me, _setting, move) => [
  me.at === 'intend'
    ? move('notes the intent to start', (n, a) => {
        if (lock.owner !== 'us' || lock.closed) a.at = GONE;
        else {
          n.lock.start = 1;
          a.at = 'send';
        }
      })
    : move('sends StartMigration', (n, a) => {
        if (group.follows === 'nobody' && !n.shards.some(({ promoted }) => promoted)) n.group.follows = 'ours';
        answer(n, a, 'awaiting');
      }),
];

/** CloseMigration and the announcement behind it. */
export const closeSteps: StepsOf = ({ lock }, me, { guards }, move) => {
  switch (me.at) {
    case 'closeLock':
      return [
        move('closes the lock: nothing is sent again', (n, a) => {
          if (lock.owner === 'us') n.lock.closed = 1;
          a.at = guards.closeAfterSends && lock.sends > 1 ? 'wait' : 'end';
        }),
      ];
    case 'wait':
      return [
        move('waits until no invocation can send', (n, a) => {
          n.actors = n.actors.filter(({ kind }) => kind !== 'cutOver');
          a.at = 'end';
        }),
      ];
    case 'end':
      return [
        move('writes the outcome', (n, a) => {
          writeOutcome(n, 'completed');
          a.at = 'release';
        }),
      ];
    case 'release':
      return [
        move('gives the lock back', (n, a) => {
          if (n.lock.owner === 'us') n.lock = { ...n.lock, owner: 'nobody', closed: 0, attempt: 0 };
          a.at = 'announce';
        }),
      ];
    default:
      return [
        move('announces the end', (n, a) => {
          if (a.awaited) {
            announce(n);
            n.execution = { ...n.execution, at: 'ended', how: 'succeeded' };
          }
          a.at = GONE;
        }),
      ];
  }
};

const CALLED: Partial<Record<World['execution']['at'], string>> = {
  starting: 'StartReplication',
  cutOver: 'CutOver again',
  liftFence: 'LiftFence again',
  closing: 'CloseMigration again',
};

/** The migration's state machine, and what starts settlement. */
export const executionSteps = (world: World, setting: Setting): Step<World>[] => {
  const { execution, record, left, actors } = world;
  const steps: Step<World>[] = [];
  const fair = (label: Label, edit: (n: World) => void) => steps.push(change(world, label, edit, true));
  const begin = (n: World) => spawn(n, 'cutOver', 'look', { id: freshId(n), awaited: 1 });
  const isAwaited = actors.some(({ awaited }) => awaited === 1);

  if (execution.at === 'ended') return endedSteps(world);
  if (left.stops > 0) {
    steps.push(
      change(world, 'somebody stops the execution', (n) => {
        n.left.stops--;
        n.execution = { ...n.execution, at: 'ended', how: 'aborted' };
        for (const actor of n.actors) actor.awaited = 0;
      }),
    );
  }
  switch (execution.at) {
    case 'awaiting':
      if (record.abort !== 'none') fair('the execution sees the abort, and ends', endByCatch);
      else if (left.cutovers > 0) {
        steps.push(
          change(world, 'a cutover begins', (n) => {
            n.left.cutovers--;
            n.record.wanted = 1;
            n.execution = { ...n.execution, at: 'cutOver' };
            begin(n);
          }),
        );
      }
      break;
    case 'watch':
      if (isUnfenced(world, setting.guards)) fair('the watch finds it unfenced, and the execution ends', endByCatch);
      else if (record.confirm === 'done') {
        fair('the watch finds the promotion confirmed', (n) => {
          n.execution = { ...n.execution, at: 'closing' };
        });
      } else if (looksPromoted(world, setting.guards)) {
        fair('the watch sees every shard promoted', (n) => {
          n.record.promoted = 1;
          n.execution = { ...n.execution, at: 'closing' };
        });
      } else if (isRefusalProven(world, setting.guards)) {
        fair('the watch sees the promotion refused', (n) => {
          const { intent, sends } = n.lock;
          n.execution = { ...n.execution, at: 'liftFence', intent, sends };
          spawn(n, 'liftTask', 'withdraw', { awaited: 1, intent, sends });
        });
      }
      break;
    case 'closing':
      if (isAwaited) break;
      if (record.rollback === 'done') fair('the watch finds it rolled back, and the execution ends', endByCatch);
      else {
        fair('the group is whole, and the migration is closed', (n) => spawn(n, 'close', 'closeLock', { awaited: 1 }));
      }
      break;
    default:
      if (isAwaited) break;
      if (left.retries === 0) fair('the execution gives up', endByCatch);
      else {
        fair(
          () => `the execution calls ${CALLED[execution.at] ?? execution.at}`,
          (n) => {
            n.left.retries--;
            const { intent, sends } = execution;
            if (execution.at === 'cutOver') begin(n);
            else if (execution.at === 'liftFence') spawn(n, 'liftTask', 'withdraw', { awaited: 1, intent, sends });
            else spawn(n, 'start', 'intend', { awaited: 1 });
          },
        );
      }
  }
  return steps;
};

const endedSteps = (world: World): Step<World>[] => {
  const { execution, record, left, actors } = world;
  if (record.settled) return [];
  if (execution.how === 'succeeded') {
    return [
      change(
        world,
        'the sweeper marks it settled',
        (n) => {
          n.record.settled = 1;
        },
        true,
      ),
    ];
  }
  if (!actors.some(({ kind }) => kind === 'settle')) {
    return [change(world, 'settlement begins', (n) => spawn(n, 'settle', 'decide'), true)];
  }
  if (left.settlements === 0) return [];
  return [
    change(world, 'another settlement begins', (n) => {
      n.left.settlements--;
      spawn(n, 'settle', 'decide');
    }),
  ];
};

/** Lifts overdue fences, and begins again what operators asked for and nobody carries out. */
export const sweeperSteps = (world: World): Step<World>[] => {
  const { fence, record, actors, left, lock } = world;
  const runs = (kind: string) => actors.some((actor) => actor.kind === kind);
  const steps: Step<World>[] = [];
  const sweep = (
    label: string,
    kind: 'sweepLift' | 'confirm' | 'unfence' | 'rollback',
    after: 'gone' | 'unfenced' | 'rolledBack' = 'gone',
  ) => {
    const at = kind === 'rollback' ? 'claim' : kind === 'confirm' ? 'lookAtNodes' : 'lift.find';
    return change(world, label, (n) => spawn(n, kind, at, { after }), true);
  };
  if (fence.marked && isFenceStanding(world) && !runs('sweepLift')) {
    const isHeld = actors.some(({ id, kind }) => id === fence.attempt && kind !== 'abort');
    const finding = sweep('the sweeper finds the fence overdue', 'sweepLift', 'gone');
    if (!isHeld) steps.push({ ...finding, fair: fence.marked === 1 || lock.intent === 0 });
    else if (left.earlySweeps > 0) {
      const early = sweep('the sweeper finds the fence overdue while its holder is at work', 'sweepLift', 'gone');
      early.next.left.earlySweeps--;
      steps.push({ ...early, fair: false });
    }
  }
  if (record.confirm === 'asked' && !runs('confirm')) steps.push(sweep('the confirmation begins', 'confirm'));
  if (record.unfence === 'asked' && !runs('unfence')) steps.push(sweep('unfencing begins', 'unfence', 'unfenced'));
  const isPaused = world.shards.some(({ targetPaused }) => targetPaused > 0);
  if (record.rollback === 'asked' || record.rollback === 'lifting' || (record.rollback === 'refused' && isPaused)) {
    if (!runs('rollback')) steps.push(sweep('the rollback begins', 'rollback', 'rolledBack'));
    else if (left.earlySweeps > 0) {
      const again = sweep('the rollback begins again while it runs', 'rollback', 'rolledBack');
      again.next.left.earlySweeps--;
      steps.push({ ...again, fair: false });
    }
  }
  return steps;
};
