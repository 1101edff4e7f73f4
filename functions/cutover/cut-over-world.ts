import type { FencedShard, RequestedCutover } from '../migration/fence.ts';
import type { Fences, Locks, NotedIntent } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import type { VerificationEpoch } from '../migration/verification.ts';
import type { Servers } from '../preflight/ports.ts';
import type { linksOf } from '../replication/observe.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';
import type { LiftFence } from './lift-fence.ts';

export interface CutOverInput extends TaskInput {
  /** Of the verification that the cutover stands on; null or absent when it stands on none. */
  epoch?: VerificationEpoch | null;
  /** Null or absent in executions that began before there was a fence. */
  cutover?: Pick<RequestedCutover, 'fence' | 'drainBudgetMs'> | null;
  waivers?: string[];
  /** How often the execution has begun to cut over. */
  attempt?: number;
}

export interface CutOverWorld {
  groups: Pick<ReplicationGroups, 'describe' | 'complete' | 'eventsSince'>;
  probe: () => Probe;
  open: Servers['open'];
  locks: Pick<Locks, 'arm' | 'disarm' | 'find' | 'intend' | 'noteSend' | 'withdraw'>;
  fences: Pick<Fences, 'find' | 'open' | 'advance' | 'leave'>;
  migrations: Pick<Migrations, 'find' | 'update'>;
  lift: LiftFence;
  clock: Clock;
  newAttempt: () => string;
  /** The shards of a group. */
  toLinks?: typeof linksOf;
}

export interface CutOverSettings {
  pollMs: number;
  /** The longest that this task may run. */
  actingTaskSeconds: number;
  /** To connect to every node and to read what there is, before anything is touched. */
  preparingMs: number;
  /** From the end of the drain to CompleteMigration. */
  sealingMs: number;
}

/** What a try is told of the cutover that it is of. */
export interface CutOverMoment {
  /** Events from here on may be about what is sent. */
  eventsSinceMs: number;
  /** The task ends then, in milliseconds since the epoch. */
  endsMs: number;
  /** The record as it was when the cutover began. */
  begun: MigrationRecord | undefined;
}

/** What was sent, and on which grounds. */
export interface Sent {
  intent: NotedIntent;
  shards: FencedShard[];
}
