import type { Step } from './explore.ts';
import type { Guards } from './guards.ts';
import { change, spawn } from './moves.ts';
import { accepts, isPromoted, type Setting, type Shard, type World } from './world.ts';

/** Clients, replication, the servers themselves, operators, and other migrations. */
export const surroundingSteps = (world: World, { guards }: Setting): Step<World>[] => {
  const { left, record, lock, fence, execution } = world;
  const steps: Step<World>[] = [];
  const may = (label: string, edit: (n: World) => void, fair = false) => steps.push(change(world, label, edit, fair));
  const on = (index: number, edit: (one: Shard) => void) => (n: World) => edit(n.shards[index] as Shard);

  for (const [index, one] of world.shards.entries()) {
    const where = world.shards.length > 1 ? ` of shard ${index + 1}` : '';
    const write = (label: string, edit: (one: Shard) => void = () => {}) =>
      may(label, (n) => {
        n.left.writes--;
        const at = n.shards[index] as Shard;
        at.writes++;
        edit(at);
      });
    if (left.writes > 0 && accepts(one)) write(`the source${where} acknowledges a write`);
    if (left.writes > 0 && one.fenced && one.late && !one.paused && !one.failedOver) {
      write(`the source${where} acknowledges a write that passes the fence`, (at) => {
        at.late = 0;
      });
    }
    const follows = world.group.follows === 'ours' && !one.promoted && !one.failedOver && !one.replaced;
    if (follows && one.applied < one.writes) {
      may(
        `the target${where} applies`,
        on(index, (at) => {
          at.applied = at.writes;
        }),
        true,
      );
    }
    if (one.trailing < one.applied) {
      may(
        `the target's replica${where} applies`,
        on(index, (at) => {
          at.trailing = at.applied;
        }),
        true,
      );
    }
    if (one.paused)
      may(
        `the pause of the source${where} ends by itself`,
        on(index, (at) => {
          at.paused = 0;
        }),
        true,
      );
    if (left.restarts > 0) {
      may(`the source${where} restarts`, (n) => {
        n.left.restarts--;
        const at = n.shards[index] as Shard;
        Object.assign(at, { fenced: at.saved, paused: 0, late: 0 });
        for (const actor of n.actors) actor.connections &= ~(1 << index);
        n.underWay = n.underWay.filter(({ shard }) => shard !== index);
      });
    }
    if (left.failovers > 0 && !one.failedOver) {
      may(`a replica of the source${where} takes over`, (n) => {
        n.left.failovers--;
        (n.shards[index] as Shard).failedOver = 1;
      });
    }
    if (left.replacements > 0 && !one.promoted && !one.replaced) {
      may(`the target's primary${where} dies, and comes back empty`, (n) => {
        n.left.replacements--;
        Object.assign(n.shards[index] as Shard, { replaced: 1, applied: 0, calls: 0 });
      });
    }
    if (left.renames > 0 && fence.phase === 'sealed' && !one.promoted && !one.renamed) {
      may(`the source${where} is restarted, and its history has another name since`, (n) => {
        n.left.renames--;
        (n.shards[index] as Shard).renamed = 1;
      });
    }
    // Of what the clients were told, this primary has only what its replica had.
    if (left.failovers > 0 && one.promoted && one.trailing < one.applied) {
      may(`a replica of the target${where} takes over`, (n) => {
        n.left.failovers--;
        const at = n.shards[index] as Shard;
        at.applied = at.trailing;
      });
    }
    if (
      one.promoted &&
      !one.targetPaused &&
      one.targetWrites === 0 &&
      left.rollbacks + Number(record.rollback !== 'none') > 0
    ) {
      may(
        `the target${where} acknowledges a write`,
        on(index, (at) => {
          at.targetWrites = 1;
        }),
      );
    }
  }

  if (world.shards.some(({ targetPaused }) => targetPaused === 1)) {
    may(
      'the short pause of the target ends by itself',
      (n) => {
        for (const at of n.shards) if (at.targetPaused === 1) at.targetPaused = 0;
      },
      true,
    );
  }
  if (left.aborts > 0) {
    may('an abort is asked for', (n) => {
      n.left.aborts--;
      spawn(n, 'abort', 'write');
    });
  }
  const isInDoubt = lock.intent !== 0 && lock.owner === 'us' && !record.promoted;
  const isUnfencing = record.unfence === 'asked';
  if (
    left.confirms > 0 &&
    fence.phase === 'sealed' &&
    isInDoubt &&
    !isUnfencing &&
    record.confirm !== 'asked' &&
    record.outcome === 'none'
  ) {
    may('an operator confirms the promotion', (n) => {
      n.left.confirms--;
      n.record.confirm = 'asked';
    });
  }
  if (left.unfences > 0 && fence.phase === 'sealed' && (record.promoted || isInDoubt) && !isUnfencing) {
    may('an operator unfences', (n) => {
      n.left.unfences--;
      n.record.unfence = 'asked';
      if (record.confirm === 'asked') n.record.confirm = 'none';
      n.bothMayAccept = 1;
    });
  }
  if (left.rollbacks > 0 && record.promoted && isPromoted(world) && record.rollback === 'none') {
    may('an operator rolls back', (n) => {
      n.left.rollbacks--;
      n.record.rollback = 'asked';
    });
  }
  if (left.foreign > 0 && lock.owner === 'nobody' && world.group.follows === 'nobody' && execution.at === 'ended') {
    may('another migration takes the lock and starts', (n) => {
      n.left.foreign--;
      n.lock = { owner: 'foreign', closed: 0, attempt: 0, start: 1, intent: 0, sends: 0, confirmed: 0 };
      n.group.follows = 'foreign';
    });
  }
  // Between a look and the call behind it nobody can keep a hand away: then it is too late for any guard.
  const isBetween = world.actors.some(({ at, kind }) => at === 'force' || kind === 'cutOver');
  if (left.hands > 0 && world.group.follows === 'ours' && lock.intent === 0 && !isBetween) {
    may('a hand stops our migration, and starts another from elsewhere', (n) => {
      n.left.hands--;
      n.group.follows = 'foreign';
    });
  }
  return [...steps, ...neighbourSteps(world, guards)];
};

/** Another migration, from the same source to another target: it keeps to the same rules. */
const neighbourSteps = (world: World, { aloneOnSource }: Guards): Step<World>[] => {
  const [one] = world.shards;
  if (!one) return [];
  if (world.neighbour !== 'none') {
    return [
      change(
        world,
        'another migration from this source backs out, and restores the rules that it found',
        (n) => {
          const fenced = world.neighbour === 'fenced' ? 1 : 0;
          Object.assign(n.shards[0] as Shard, { fenced, saved: fenced });
          n.neighbour = 'none';
        },
        true,
      ),
    ];
  }
  const meetsUs = one.fenced === 1 || world.actors.some(({ connections }) => connections !== 0);
  if (world.left.neighbours === 0 || (aloneOnSource && meetsUs)) return [];
  return [
    change(world, 'another migration from this source fences it', (n) => {
      n.left.neighbours--;
      n.neighbour = one.fenced ? 'fenced' : 'free';
      Object.assign(n.shards[0] as Shard, { fenced: 1, saved: 1 });
    }),
  ];
};
