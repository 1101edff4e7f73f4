import { completeMigration } from './elasticache.ts';
import { startLifting } from './lift-fence.ts';
import {
  allShards,
  answer,
  disconnectOthers,
  type Edit,
  fail,
  failForGood,
  type Move,
  overConnection,
  type StepsOf,
} from './moves.ts';
import { type Actor, isFenceStanding, type World } from './world.ts';

/** The task CutOver: from the first look at the lock to the sending of CompleteMigration. */
export const cutOverSteps: StepsOf = (world, me, setting, move) => {
  const { guards } = setting;
  const { lock, fence } = world;
  const durable = guards.durableFence ? 'fence' : 'kill';
  const isMine = fence.attempt === me.id && isFenceStanding(world);
  const command = (label: string, edit: Edit) =>
    overConnection(world, me, move, { label, edit, gone: (n, a) => startLifting(n, a, 'backedOut') });
  switch (me.at) {
    case 'look':
      return [
        move('reads lock and fence, and arms its attempt', (n, a) => {
          if (lock.owner === 'us' && lock.intent) {
            a.intent = lock.intent;
            a.at = 'noteSend';
            return;
          }
          if (lock.owner !== 'us' || lock.closed) return failForGood(n, a);
          if (n.group.follows !== 'ours' || n.shards.some(({ replaced }) => replaced))
            return startLifting(n, a, 'backedOut');
          const stands = guards.liftSealed ? isFenceStanding(n) : fence.phase === 'open' || fence.phase === 'lifting';
          if (stands) return startLifting(n, a, 'backedOut');
          n.lock.attempt = a.id;
          a.connections = allShards(n);
          a.at = guards.beforeUnderRecord ? 'open' : 'readFirst';
        }),
      ];
    case 'readFirst':
      return [
        move('reads the old rules', (n, a) => {
          a.read = rules(n);
          a.at = 'open';
        }),
      ];
    case 'open':
      return [
        move('opens the fence record', (n, a) => {
          if (isFenceStanding(world) && guards.exclusiveOpen) return fail(n, a);
          n.fence = { phase: 'open', attempt: a.id, before: a.read, marked: 1 };
          a.at = guards.beforeUnderRecord ? 'readRules' : 'pause';
          a.read = [];
        }),
      ];
    case 'readRules':
      return [
        move('notes the old rules in the record', (n, a) => {
          if (!isMine) return fail(n, a);
          const isAlone = n.neighbour === 'none' && !n.shards.some(({ fenced }) => fenced);
          if (guards.aloneOnSource && !isAlone) return startLifting(n, a, 'backedOut');
          n.fence.before = rules(n);
          a.at = 'pause';
        }),
      ];
    case 'pause':
      return command('pauses the writes', (n, a) => {
        if (n.left.pauses > 0) shardOf(n, a).paused = 1;
        nextShard(n, a, 'offset');
      });
    case 'offset':
      return command('reads the offset under the freeze', (n, a) => {
        a.read = n.shards.map(({ writes }) => writes);
        a.at = 'drain';
        if (drained(n, a, guards.everyTargetNode)) go(n, a, durable);
      });
    case 'drain':
      return drained(world, me, guards.everyTargetNode)
        ? [move('sees it applied', (n, a) => go(n, a, durable))]
        : [giveUp(move)];
    case 'fence':
      return command('fences', (n, a) => {
        const one = shardOf(n, a);
        one.fenced = 1;
        if (guards.everySourceNode) one.replicaFenced = 1;
        a.at = 'save';
      });
    case 'save':
      return command('saves the fence', (n, a) => {
        if (guards.persistedFence) shardOf(n, a).saved = shardOf(n, a).fenced;
        nextShard(n, a, 'kill', 'fence');
      });
    case 'kill':
      return command('kills the clients', (n, a) => {
        if (guards.killClients) {
          shardOf(n, a).late = 0;
          disconnectOthers(n, a, a.shard);
        }
        nextShard(n, a, guards.rereadOffset ? 'reread' : 'seal');
      });
    case 'reread':
      return command('reads role and offset again', (n, a) => {
        if (n.shards.some(({ failedOver }) => failedOver)) return startLifting(n, a, 'backedOut');
        a.read = n.shards.map(({ writes }) => writes);
        a.at = 'drainAgain';
        if (drained(n, a, guards.everyTargetNode)) go(n, a, 'seal');
      });
    case 'drainAgain':
      return drained(world, me, guards.everyTargetNode)
        ? [move('sees it applied again', (n, a) => go(n, a, 'seal'))]
        : [giveUp(move)];
    case 'seal':
      return [
        { ...giveUp(move), fair: false },
        move('seals the fence', (n, a) => {
          const holds = isMine && fence.phase === 'open';
          const isUnwanted =
            world.record.abort !== 'none' ||
            (guards.backOutDisarms && !world.record.wanted) ||
            (guards.noCutoverBesideUnfence && world.record.unfence !== 'none');
          if (isUnwanted || !holds) return startLifting(n, a, 'backedOut');
          n.fence = { ...fence, phase: 'sealed', marked: guards.liftSealed ? 1 : 0 };
          a.at = guards.freshIntentFirst ? 'intend' : 'send';
        }),
      ];
    case 'intend':
      return [
        move('notes the intent', (n, a) => {
          const isArmed = !guards.attemptAtIntend || lock.attempt === a.id;
          if (lock.owner !== 'us' || lock.closed || !isArmed || lock.intent) return startLifting(n, a, 'failForGood');
          noteIntent(n, a);
          a.at = 'send';
        }),
      ];
    case 'noteSend':
      return [
        move('notes that it sends again', (n, a) => {
          if (!guards.sendsCounted) return go(n, a, 'sendAgain');
          // An operator has lifted it.
          if (fence.phase !== 'sealed') return answer(n, a, 'watch');
          if (lock.owner !== 'us' || lock.closed || lock.intent !== a.intent) return fail(n, a);
          n.lock.sends++;
          a.at = 'sendAgain';
        }),
      ];
    case 'send':
    case 'sendAgain':
      return send(world, me, setting, move);
    case 'withdraw':
      return [
        move('withdraws the intent after the refusal', (n, a) => {
          const isTheOnlyOne = lock.intent === a.id && lock.sends === 1;
          if (guards.sendsCounted && !isTheOnlyOne) return answer(n, a, 'watch');
          if (lock.owner === 'us') n.lock = { ...n.lock, intent: 0, sends: 0 };
          startLifting(n, a, 'backedOut');
        }),
      ];
    case 'intendLate':
      return [
        move('notes the intent', (n, a) => {
          if (lock.owner === 'us' && !lock.closed) noteIntent(n, a);
          a.at = 'sent';
        }),
      ];
    default:
      return [
        move('lifts the pause, and answers that it is sent', (n, a) => {
          if (n.fence.attempt === a.id) n.fence.marked = 0;
          for (const [index, one] of n.shards.entries()) if (a.connections & (1 << index)) one.paused = 0;
          answer(n, a, 'watch');
        }),
      ];
  }
};

const send: StepsOf = (world, me, setting, move) => {
  const { guards } = setting;
  const sent = guards.freshIntentFirst || me.at === 'sendAgain' ? 'sent' : 'intendLate';
  const refused: Edit = (n, a) => go(n, a, a.at === 'send' ? 'withdraw' : 'sent');
  return completeMigration(world, setting.aws).flatMap(({ label, edit, isRefused }) => {
    const answered = move(`sends CompleteMigration: ${label}`, (n, a) => {
      edit(n);
      isRefused ? refused(n, a) : go(n, a, sent);
    });
    if (isRefused || world.left.faults === 0) return [answered];
    const lost = (what: string, does: (n: World) => void) =>
      move(
        `sends CompleteMigration: ${what}`,
        (n, a) => {
          n.left.faults--;
          does(n);
          fail(n, a);
        },
        false,
      );
    return [answered, lost(`${label}, and the answer is lost`, edit), lost('the request is lost', () => {})];
  });
};

const noteIntent = (n: World, a: Actor): void => {
  n.lock = { ...n.lock, intent: a.id, sends: 1, confirmed: 0 };
  n.bothMayAccept = 0;
  for (const one of n.shards) one.failures = 0;
};

const rules = (world: World): number[] => world.shards.map(({ fenced }) => fenced);
const shardOf = (n: World, a: Actor) => n.shards[a.shard] as World['shards'][number];

const go = (_: World, a: Actor, at: string): void => {
  a.at = at;
  a.shard = 0;
  a.read = [];
};

const nextShard = (n: World, a: Actor, then: string, again = a.at): void => {
  const isLast = a.shard + 1 === n.shards.length;
  a.shard = isLast ? 0 : a.shard + 1;
  a.at = isLast ? then : again;
};

const giveUp = (move: Move) => move('has no time left, and backs out', (n, a) => startLifting(n, a, 'backedOut'));

const drained = ({ shards }: World, { read }: Actor, everyNode: boolean): boolean =>
  shards.every(
    ({ applied, trailing, replaced }, index) =>
      !replaced && applied >= (read[index] as number) && (!everyNode || trailing >= (read[index] as number)),
  );
