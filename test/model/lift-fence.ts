import {
  allShards,
  answer,
  disconnectOthers,
  type Edit,
  fail,
  failForGood,
  GONE,
  overConnection,
  type StepsOf,
} from './moves.ts';
import { type Actor, freshId, isFenceStanding, type World } from './world.ts';

/** What a lifter does when the fence is down (or was down before). */
export type AfterLift = 'backedOut' | 'failForGood' | 'lifted' | 'gone' | 'wait' | 'stop' | 'unfenced' | 'rolledBack';

export const startLifting = (_: World, me: Actor, then: AfterLift): void => {
  me.at = 'lift.find';
  me.after = then;
  me.shard = 0;
  me.read = [];
};

/** Takes a fence down, whoever set it. */
export const liftSteps: StepsOf = (world, me, { guards }, move) => {
  const { lock, fence } = world;
  const isMine = fence.attempt === me.id && fence.phase === 'lifting';
  const byOperator = me.after === 'unfenced' || me.after === 'rolledBack';
  const command = (label: string, edit: Edit) => overConnection(world, me, move, { label, edit, gone: again });

  switch (me.at) {
    case 'lift.forget':
      return [
        move('forgets the request', (n, a) => {
          n.record.wanted = 0;
          if (guards.backOutDisarms) a.at = 'lift.disarmLast';
          else answer(n, a, 'awaiting');
        }),
      ];
    case 'lift.disarmLast':
      return [
        move('disarms whoever may have begun since, and answers that it is backed out', (n, a) => {
          if (lock.owner === 'us' && lock.intent) return a.kind === 'liftTask' ? answer(n, a, 'watch') : fail(n, a);
          if (lock.owner === 'us') n.lock.attempt = 0;
          answer(n, a, 'awaiting');
        }),
      ];
    case 'lift.find':
      return [
        move('reads the fence record', (n, a) => {
          if (!isFenceStanding(world)) return lifted(n, a);
          a.expects = fence.attempt;
          // One that is being lifted was judged by whoever began.
          const isJudged = byOperator || fence.phase === 'lifting';
          a.at = isJudged || !guards.disarmBeforeLift ? 'lift.take' : 'lift.disarm';
        }),
      ];
    case 'lift.disarm':
      return [
        move('disarms', (n, a) => {
          const isReleased = lock.owner !== 'us' && guards.keepSealedOfReleased && fence.phase === 'sealed';
          const isSent = lock.owner === 'us' && lock.intent !== 0;
          // What was sent was sent under another fence: this one was never sealed.
          const mayLift = guards.liftNeverSealed && fence.phase === 'open';
          if (isSent && !mayLift) return wasSent(n, a, guards.markKept ? 2 : 0);
          a.read = isSent ? [1] : [];
          if (isReleased) return wasSent(n, a, 0);
          if (lock.owner === 'us' && !isSent) n.lock.attempt = 0;
          a.at = 'lift.take';
        }),
      ];
    case 'lift.take':
      return [
        move(guards.connectBeforeProof ? 'connects, and takes the fence over' : 'takes the fence over', (n, a) => {
          const isAsFound = !guards.takeOverAsFound || fence.attempt === a.expects;
          const mustBeOpen = guards.takeOverAsJudged && a.read.length > 0;
          if (!isFenceStanding(world) || !isAsFound || (mustBeOpen && fence.phase !== 'open')) return again(n, a);
          a.read = [];
          a.id = freshId(n);
          if (guards.connectBeforeProof) a.connections = allShards(n);
          n.fence = { ...fence, phase: 'lifting', attempt: a.id, marked: 1 };
          a.expects = 0;
          a.at = guards.connectBeforeProof ? 'lift.restore' : 'lift.connect';
        }),
      ];
    case 'lift.connect':
      return [
        move('connects', (n, a) => {
          a.connections = allShards(n);
          a.at = 'lift.restore';
        }),
      ];
    case 'lift.restore':
      return command('kills the connections of others before it, and restores the rules', (n, a) => {
        if (guards.killOldConnections) disconnectOthers(n, a, a.shard);
        restore(n, a.shard);
        a.at = 'lift.save';
      });
    case 'lift.save':
      return command('saves them, reads them back, and lifts the pause', (n, a) => {
        const one = n.shards[a.shard] as World['shards'][number];
        one.saved = one.fenced;
        one.paused = 0;
        const before = fence.before[a.shard] ?? one.fenced;
        if (one.fenced !== before) return again(n, a);
        a.shard++;
        a.at = a.shard === n.shards.length ? 'lift.close' : 'lift.restore';
      });
    default:
      return [
        move('records that the fence is lifted', (n, a) => {
          if (!isMine) return again(n, a);
          n.fence = { ...fence, phase: 'lifted', before: [], marked: 0 };
          lifted(n, a);
        }),
      ];
  }
};

/** Also of a command that runs late. */
export const restore = (n: World, shard: number): void => {
  const one = n.shards[shard] as World['shards'][number];
  const before = n.fence.before[shard];
  if (before === undefined) return;
  if (one.fenced && !before) one.late = 1;
  one.fenced = before as 0 | 1;
  one.replicaFenced = before as 0 | 1;
};

/** It begins anew, or fails and is begun anew by others. */
const again: Edit = (n, a) => {
  reset(a);
  if (a.kind === 'cutOver' || a.kind === 'sweepLift') fail(n, a);
  else a.at = a.after === 'wait' ? 'wait' : 'lift.find';
};

const reset = (a: Actor): void => {
  Object.assign(a, { id: 0, connections: 0, shard: 0, expects: 0, read: [] });
};

const lifted: Edit = (n, a) => {
  reset(a);
  switch (a.after as AfterLift) {
    case 'backedOut':
    case 'lifted':
      a.at = 'lift.forget';
      return;
    case 'failForGood':
      return failForGood(n, a);
    case 'stop':
    case 'wait':
      a.at = a.after;
      return;
    case 'unfenced':
      n.record.unfence = 'done';
      break;
    case 'rolledBack':
      n.record.rollback = 'done';
      break;
  }
  a.at = GONE;
};

/** CompleteMigration may have been sent: nothing is lifted. */
const wasSent = (n: World, a: Actor, marked: 0 | 2): void => {
  reset(a);
  if (a.kind === 'liftTask') answer(n, a, 'watch');
  else if (a.kind === 'settle') a.at = a.after === 'wait' ? 'wait' : 'look';
  else {
    n.fence.marked = marked;
    fail(n, a);
  }
};
