import type { Invariant } from './explore.ts';
import { accepts, isAllowedByOperator, isFenceStanding, type World } from './world.ts';

const always = (name: string, holds: (world: World) => boolean): Invariant<World> => ({ name, when: 'always', holds });
const atRest = (name: string, holds: (world: World) => boolean): Invariant<World> => ({ name, when: 'atRest', holds });

const isSourceFree = ({ shards }: World): boolean =>
  shards.every(({ fenced, saved, replicaFenced, paused }) => !fenced && !saved && !replicaFenced && !paused);
/** CompleteMigration may have been sent, and nothing has proven what came of it: a human's. */
const isInDoubt = (world: World): boolean =>
  world.lock.owner === 'us' && world.lock.intent !== 0 && !isProven(world) && !world.bothMayAccept;
/** Promoted, by a history that proves it or by an operator's word that was true: nothing that the source had is missing. */
const isProven = ({ shards, record, group }: World): boolean =>
  record.confirm === 'done'
    ? group.follows !== 'ours' &&
      shards.every(({ promoted, calls, applied, writes }) => promoted || (!calls && applied >= writes))
    : shards.every(({ promoted, renamed }) => promoted && !renamed);

export const NO_LOST_WRITE = always(
  'no acknowledged write is lost',
  (world) =>
    isAllowedByOperator(world) || world.shards.every(({ promoted, writes, applied }) => !promoted || applied >= writes),
);
export const ONE_ACCEPTS = always(
  'source and target never both accept writes',
  (world) => isAllowedByOperator(world) || world.shards.every((one) => !one.promoted || !accepts(one)),
);
export const DOUBT_KEEPS_FENCE = always(
  'while a promotion may come the source is fenced',
  (world) => isAllowedByOperator(world) || world.shards.every((one) => one.calls === 0 || !accepts(one)),
);
export const ABORT_WINS = always(
  'an accepted abort never ends promoted',
  ({ record, shards }) =>
    record.abort !== 'accepted' || shards.every(({ promoted, calls }) => !promoted && calls === 0),
);
export const FENCE_IS_FOUND = always(
  'a fence that its holder has left is seen by the sweeper, or by who withdraws its intent',
  (world) => {
    const { fence, lock, execution, record, actors } = world;
    const isSeen = fence.marked !== 0 || execution.at === 'liftFence' || (execution.at === 'ended' && !record.settled);
    const isHeld = actors.some(({ id, at }) => id === fence.attempt && !at.startsWith('lift.'));
    return (
      !isFenceStanding(world) || isSeen || isHeld || lock.intent !== 0 || isProven(world) || isAllowedByOperator(world)
    );
  },
);
export const NO_END_BUT_COMPLETED_IS_PROMOTED = always(
  'what was told to have failed is never promoted',
  (world) =>
    isAllowedByOperator(world) ||
    (world.record.outcome !== 'failed' && world.record.outcome !== 'aborted') ||
    world.shards.every(({ promoted, calls }) => !promoted && calls === 0),
);
export const NOTHING_UNASKED = always(
  'nothing is sent while the execution waits for a cutover to be asked for',
  ({ execution, lock }) => execution.at !== 'awaiting' || lock.owner !== 'us' || lock.intent === 0,
);
export const ROLLBACK_LOSES_NOTHING = always(
  'a rollback leaves no write behind on the target',
  ({ record, shards }) =>
    (record.rollback !== 'lifting' && record.rollback !== 'done') ||
    shards.every(({ targetWrites }) => targetWrites === 0),
);
export const ROLLBACK_OPENS_ONE = always(
  'after a rollback source and target never both accept writes',
  ({ record, shards }) =>
    (record.rollback !== 'lifting' && record.rollback !== 'done') ||
    shards.every((one) => !accepts(one) || one.targetPaused > 0),
);
export const PROMOTED_KEEPS_FENCE = always(
  'what was told to be promoted keeps its source fenced',
  (world) => world.record.promoted === 0 || isAllowedByOperator(world) || !world.shards.some(accepts),
);
export const CONFIRMED_AS_ASKED = always(
  "a promotion rests on an operator's word only while that is what the operator asks for",
  ({ record }) => record.confirm !== 'late',
);
export const REFUSED_ROLLBACK_OPENS = atRest(
  'a rollback that was refused leaves the target open',
  ({ record, shards }) => record.rollback !== 'refused' || shards.every(({ targetPaused }) => targetPaused === 0),
);
export const FOREIGN_UNTOUCHED = always(
  'a foreign migration is never touched',
  ({ touchedForeign }) => !touchedForeign,
);
export const LOCK_UNTIL_SETTLED = always(
  'the lock is kept until the outcome is written',
  ({ lock, record }) => lock.owner === 'us' || record.outcome !== 'none',
);
export const ONE_END = always('one terminal event', ({ record }) => record.announced.length <= 1);

export const NO_FENCE_FOR_EVER = atRest(
  'before the point of no return no fence stays',
  (world) =>
    isInDoubt(world) ||
    (isProven(world) && world.record.rollback !== 'done' && !world.bothMayAccept) ||
    (isSourceFree(world) && !isFenceStanding(world)),
);
export const ABORT_CLEANS_UP = atRest(
  'an accepted abort leaves the source writable and the target out of migration',
  (world) => world.record.abort !== 'accepted' || (isSourceFree(world) && world.group.follows !== 'ours'),
);
export const ALL_ENDS = atRest(
  'an ended execution is settled with one terminal event and without its lock, unless in doubt',
  (world) => {
    const { execution, record, lock } = world;
    if (execution.at !== 'ended') return record.outcome === 'none' && record.announced.length === 0;
    if (isInDoubt(world)) return !record.settled && lock.owner === 'us';
    return record.settled === 1 && record.announced.length === 1 && lock.owner !== 'us';
  },
);
export const TRUE_OUTCOME = atRest('the outcome tells what is so', (world) => {
  const { outcome, rollback } = world.record;
  if (outcome === 'none' || rollback === 'done' || world.bothMayAccept) return true;
  if (outcome === 'completed') return isProven(world);
  const isUntouched = world.shards.every(({ promoted, calls }) => !promoted && calls === 0);
  return isUntouched && isSourceFree(world) && world.group.follows !== 'ours';
});

export const INVARIANTS = [
  NO_LOST_WRITE,
  ONE_ACCEPTS,
  DOUBT_KEEPS_FENCE,
  ABORT_WINS,
  NO_END_BUT_COMPLETED_IS_PROMOTED,
  FENCE_IS_FOUND,
  NOTHING_UNASKED,
  ROLLBACK_LOSES_NOTHING,
  ROLLBACK_OPENS_ONE,
  PROMOTED_KEEPS_FENCE,
  CONFIRMED_AS_ASKED,
  FOREIGN_UNTOUCHED,
  LOCK_UNTIL_SETTLED,
  ONE_END,
  REFUSED_ROLLBACK_OPENS,
  NO_FENCE_FOR_EVER,
  ABORT_CLEANS_UP,
  ALL_ENDS,
  TRUE_OUTCOME,
];
