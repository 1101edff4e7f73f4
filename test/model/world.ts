import type { Guards } from './guards.ts';

type Bit = 0 | 1;

/** One shard: a source with a replica of its own, a target with one. Offsets count writes. */
export interface Shard {
  /** The source's primary refuses writes. */
  fenced: Bit;
  /** So it does after a restart. */
  saved: Bit;
  /** The source's replica would refuse writes, if it came to be a primary. */
  replicaFenced: Bit;
  /** It has. */
  failedOver: Bit;
  paused: Bit;
  /** A client holds something that the fence does not stop (a queued MULTI, a blocked pop). */
  late: Bit;
  /** Writes that the source has acknowledged. */
  writes: number;
  /** Of them, those that the target's primary has, and those that its replica has. */
  applied: number;
  trailing: number;
  /** By CompleteMigration. */
  promoted: Bit;
  /** Accepted CompleteMigrations of which nothing has come yet. */
  calls: number;
  /** Failures that ElastiCache reports since the intent was noted. */
  failures: number;
  /** The target refuses writes for now, or (2) for good. */
  targetPaused: Bit | 2;
  /** Writes that the target has acknowledged to the application. */
  targetWrites: number;
  /** The target's primary died and came back empty: a master that was never promoted. */
  replaced: Bit;
  /** The source's history has another name since the fence: that the target goes on from it proves nothing. */
  renamed: Bit;
}

export type ActorKind =
  | 'start'
  | 'cutOver'
  | 'liftTask'
  | 'close'
  | 'sweepLift'
  | 'settle'
  | 'abort'
  | 'confirm'
  | 'unfence'
  | 'rollback';

/** A running invocation. A stopped clock between two of its steps is what makes it a zombie. */
export interface Actor {
  kind: ActorKind;
  /** For the reader of a trace. */
  name: string;
  /** Its attempt; 0 for those that have none. */
  id: number;
  /** The step that it takes next. */
  at: string;
  /** The execution waits for its answer. */
  awaited: Bit;
  /** The shard at which its present step is. */
  shard: number;
  /** Its connections that are alive, one bit a shard. */
  connections: number;
  /** What it has read: offsets, or rules. */
  read: number[];
  /** The attempt from which it takes a fence over. */
  expects: number;
  /** The intent that it acts upon. */
  intent: number;
  sends: number;
  /** What it does after lifting. */
  after: string;
}

export type Outcome = 'none' | 'completed' | 'failed' | 'aborted';

export interface World {
  shards: Shard[];
  group: { follows: 'ours' | 'foreign' | 'nobody' };
  lock: {
    owner: 'us' | 'foreign' | 'nobody';
    closed: Bit;
    attempt: number;
    start: Bit;
    intent: number;
    sends: number;
    /** An operator has confirmed what came of the intent. */
    confirmed: Bit;
  };
  fence: {
    phase: 'none' | 'open' | 'sealed' | 'lifting' | 'lifted';
    attempt: number;
    /** The rules before, a shard each; empty while they were not read. */
    before: number[];
    /** The sweeper sees it: now, or (2) again after some minutes. */
    marked: Bit | 2;
  };
  record: {
    abort: 'none' | 'asked' | 'accepted';
    promoted: Bit;
    /** A cutover is asked for, and was not backed out. */
    wanted: Bit;
    /** `late`: recorded when it was not asked for any more. */
    confirm: 'none' | 'asked' | 'done' | 'late';
    unfence: 'none' | 'asked' | 'done';
    /** `lifting`: it is decided to return; `refused`: to stay. */
    rollback: 'none' | 'asked' | 'lifting' | 'done' | 'refused';
    /** The rollback's try that may decide. */
    claim: number;
    outcome: Outcome;
    announced: Outcome[];
    settled: Bit;
  };
  execution: {
    at: 'starting' | 'awaiting' | 'cutOver' | 'watch' | 'liftFence' | 'closing' | 'ended';
    how: 'running' | 'succeeded' | 'failed' | 'aborted';
    intent: number;
    sends: number;
  };
  actors: Actor[];
  /** Commands in sockets whose sender has given up or died. */
  underWay: { id: number; shard: number; fence: Bit }[];
  touchedForeign: Bit;
  /** An operator's word stands that both sides may accept writes. */
  bothMayAccept: Bit;
  /** Another migration from the same source has its fence there (the rules before are these). */
  neighbour: 'none' | 'free' | 'fenced';
  left: Budget;
  /** How many invocations there were: for their names, no part of what tells one state from another. */
  invocations: number;
}

/** How often what may happen does at the most. */
export interface Budget {
  /** Crashes, lost answers, answers that come too late. */
  faults: number;
  cutovers: number;
  /** Retries by the execution. */
  retries: number;
  /** Sweeps of an overdue fence that come while its holder is at work. */
  earlySweeps: number;
  writes: number;
  /** The freeze is looked at; without, it may as well be over at once, which is the worse case. */
  pauses: number;
  restarts: number;
  failovers: number;
  /** A primary of the target dies and comes back empty. */
  replacements: number;
  /** The source is restarted behind its fence, and its history has another name since. */
  renames: number;
  stops: number;
  aborts: number;
  refusals: number;
  settlements: number;
  foreign: number;
  /** A hand stops our migration and starts another from elsewhere, past the lock. */
  hands: number;
  confirms: number;
  unfences: number;
  rollbacks: number;
  neighbours: number;
}

/** What AWS does not document: each way is looked at. */
export interface Aws {
  /** A second CompleteMigration is accepted while the first is under way. */
  acceptsAgain: boolean;
  /** A promotion fails for one shard alone. */
  failsByShard: boolean;
}

export interface Setting {
  guards: Guards;
  aws: Aws;
}

export const NO_BUDGET: Budget = {
  faults: 0,
  cutovers: 1,
  retries: 1,
  earlySweeps: 0,
  writes: 1,
  pauses: 0,
  restarts: 0,
  failovers: 0,
  replacements: 0,
  renames: 0,
  stops: 0,
  aborts: 0,
  refusals: 0,
  settlements: 0,
  foreign: 0,
  hands: 0,
  confirms: 0,
  unfences: 0,
  rollbacks: 0,
  neighbours: 0,
};

const shard = (): Shard => ({
  fenced: 0,
  saved: 0,
  replicaFenced: 0,
  failedOver: 0,
  paused: 0,
  late: 1,
  writes: 0,
  applied: 0,
  trailing: 0,
  promoted: 0,
  calls: 0,
  failures: 0,
  targetPaused: 0,
  targetWrites: 0,
  replaced: 0,
  renamed: 0,
});

/** A migration in sync whose cutover is awaited, or one that is about to be started. */
export const beginning = (shards: number, left: Budget, at: 'starting' | 'awaiting' = 'awaiting'): World => ({
  shards: Array.from({ length: shards }, shard),
  group: { follows: at === 'starting' ? 'nobody' : 'ours' },
  lock: { owner: 'us', closed: 0, attempt: 0, start: at === 'starting' ? 0 : 1, intent: 0, sends: 0, confirmed: 0 },
  fence: { phase: 'none', attempt: 0, before: [], marked: 0 },
  record: {
    abort: 'none',
    promoted: 0,
    wanted: 0,
    confirm: 'none',
    unfence: 'none',
    rollback: 'none',
    claim: 0,
    outcome: 'none',
    announced: [],
    settled: 0,
  },
  execution: { at, how: 'running', intent: 0, sends: 0 },
  actors: [],
  underWay: [],
  touchedForeign: 0,
  bothMayAccept: 0,
  neighbour: 'none',
  left,
  invocations: 0,
});

/**
 * A try of the cutover has sent CompleteMigration, in doubt an operator has unfenced, and ElastiCache refuses the call only now.
 * The execution has taken that try for dead, and its repeat, which was armed before, goes on.
 */
export const overtaken = (shards: number, left: Budget): World => {
  const world = beginning(shards, left);
  const actor = { kind: 'cutOver', shard: 0, read: [], expects: 0, intent: 0, sends: 0, after: '' } as const;
  const connections = (1 << shards) - 1;
  return {
    ...world,
    lock: { ...world.lock, attempt: 2, intent: 1, sends: 1 },
    fence: { ...world.fence, phase: 'lifted' },
    record: { ...world.record, wanted: 1, unfence: 'done' },
    execution: { ...world.execution, at: 'cutOver' },
    bothMayAccept: 1,
    actors: [
      { ...actor, read: [], name: 'CutOver A', id: 1, at: 'withdraw', awaited: 0, connections: 0 },
      { ...actor, read: [], name: 'CutOver B', id: 2, at: 'open', awaited: 1, connections },
    ],
    invocations: 2,
  };
};

export const copyOf = (world: World): World => ({
  shards: world.shards.map((one) => ({ ...one })),
  group: { ...world.group },
  lock: { ...world.lock },
  fence: { ...world.fence },
  record: { ...world.record },
  execution: { ...world.execution },
  actors: world.actors.map((actor) => ({ ...actor })),
  underWay: [...world.underWay],
  touchedForeign: world.touchedForeign,
  bothMayAccept: world.bothMayAccept,
  neighbour: world.neighbour,
  left: { ...world.left },
  invocations: world.invocations,
});

export const isPromoted = ({ shards }: World): boolean => shards.every(({ promoted }) => promoted === 1);
export const isFenceStanding = ({ fence }: World): boolean => fence.phase !== 'none' && fence.phase !== 'lifted';
/** An operator's recorded act has opened the source again. */
export const isAllowedByOperator = ({ record, bothMayAccept }: World): boolean =>
  bothMayAccept === 1 || record.rollback === 'lifting' || record.rollback === 'done';

/** The source's present primary takes a client's write at once. */
export const accepts = (one: Shard): boolean =>
  one.failedOver ? !one.replicaFenced : one.fenced === 0 && one.paused === 0;

/** The smallest number that nothing refers to: numbers of what is over are used again, or there would be no end of states. */
export const freshId = ({ lock, fence, record, execution, actors, underWay }: World): number => {
  const used = new Set([
    record.claim,
    lock.attempt,
    lock.intent,
    fence.attempt,
    execution.intent,
    ...underWay.map(({ id }) => id),
  ]);
  for (const { id, expects, intent } of actors) for (const one of [id, expects, intent]) used.add(one);
  let id = 1;
  while (used.has(id)) id++;
  return id;
};
