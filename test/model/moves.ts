import type { Step } from './explore.ts';
import { type Actor, type ActorKind, copyOf, type Outcome, type Setting, type World } from './world.ts';

/** Told only of the steps of a counterexample. */
export type Label = string | (() => string);
export type Edit = (next: World, me: Actor) => void;
export type StepsOf = (world: World, me: Actor, setting: Setting, move: Move) => Step<World>[];
/** A step of one actor. It is fair unless it is told otherwise: whoever runs, goes on. */
export type Move = (label: Label, edit: Edit, fair?: boolean) => Step<World>;

export const GONE = 'gone';

export const change = (world: World, label: Label, edit: (next: World) => void, fair = false): Step<World> => {
  const next = copyOf(world);
  edit(next);
  if (next.actors.some(({ at }) => at === GONE)) next.actors = next.actors.filter(({ at }) => at !== GONE);
  if (next.actors.length > 1) next.actors.sort(byName);
  const { lock } = next;
  // An attempt of which nobody is left is as good as none.
  if (lock.attempt && !next.actors.some(({ id }) => id === lock.attempt)) lock.attempt = 0;
  return { label: typeof label === 'string' ? () => label : label, next, fair };
};

const byName = (a: Actor, b: Actor): number =>
  a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.id - b.id || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);

const NAMES: Record<ActorKind, string> = {
  start: 'StartReplication',
  cutOver: 'CutOver',
  liftTask: 'LiftFence',
  close: 'CloseMigration',
  sweepLift: "the sweeper's lifter",
  settle: 'settlement',
  abort: 'the abort',
  confirm: 'the confirmation',
  unfence: 'unfencing',
  rollback: 'the rollback',
};

export const spawn = (world: World, kind: ActorKind, at: string, given: Partial<Actor> = {}): void => {
  const letter = String.fromCharCode(65 + (world.invocations++ % 26));
  world.actors.push({
    kind,
    name: `${NAMES[kind]} ${letter}`,
    id: 0,
    at,
    awaited: 0,
    shard: 0,
    connections: 0,
    read: [],
    expects: 0,
    intent: 0,
    sends: 0,
    after: '',
    ...given,
  });
};

/** Everything on this shard's nodes, by name. */
export const allShards = (world: World): number => (1 << world.shards.length) - 1;
export const isConnected = (me: Actor): boolean => (me.connections & (1 << me.shard)) !== 0;

/** A command over a connection that is opened once: when it is gone, there is no other. */
export const overConnection = (
  { shards }: World,
  me: Actor,
  move: Move,
  { label, edit, gone }: { label: string; edit: Edit; gone: Edit },
): Step<World>[] =>
  isConnected(me)
    ? [move(() => (shards.length > 1 ? `${label} (shard ${me.shard + 1})` : label), edit)]
    : [move('finds its connection gone', gone)];

export const disconnectOthers = (world: World, me: Actor, shard: number): void => {
  for (const actor of world.actors) if (actor !== me) actor.connections &= ~(1 << shard);
  world.underWay = world.underWay.filter((command) => command.shard !== shard);
};

/** The invocation is over, and the execution has its answer if it still waits for it. */
export const answer = (world: World, me: Actor, at: World['execution']['at']): void => {
  if (me.awaited && world.execution.at !== 'ended') world.execution = { ...world.execution, at };
  me.at = GONE;
};

/** The invocation ends with an error that is retried. */
export const fail = (_: World, me: Actor): void => {
  me.at = GONE;
};

/** The invocation ends with an error that ends the execution; its Catch starts settlement. */
export const failForGood = (world: World, me: Actor): void => {
  if (me.awaited) endByCatch(world);
  me.at = GONE;
};

export const endByCatch = (world: World): void => {
  world.execution = { ...world.execution, at: 'ended', how: 'failed' };
  for (const actor of world.actors) actor.awaited = 0;
  if (!world.actors.some(({ kind }) => kind === 'settle')) spawn(world, 'settle', 'decide', { after: 'afterCatch' });
};

export const nextOf =
  (at: string): Edit =>
  (_, me) => {
    me.at = at;
  };

/** The first writer wins. */
export const writeOutcome = (world: World, outcome: Outcome): void => {
  if (world.record.outcome === 'none') world.record.outcome = outcome;
};
