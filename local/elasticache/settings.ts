import type { EventWording } from './event-texts.ts';

/** Milliseconds, or a function that is asked anew each time, e.g. `() => Math.random() * 60_000`. */
export type Delay = number | (() => number);

export const delayMs = (delay: Delay): number => (typeof delay === 'function' ? delay() : delay);

/**
 * How the control plane behaves towards one replication group. Every member can be changed at run time for the whole
 * service, or for one group, by `ElastiCache.configure`. A member that offers outcomes by name is a switch over something
 * that AWS does not document: whoever drives a migration has to live with each of them.
 */
export interface GroupSettings {
  /** From `creating` to `available`, beside the time that the nodes take to start. */
  createDelayMs: Delay;
  /** From `deleting` to gone. */
  deleteDelayMs: Delay;
  /** From TestMigration to its verdict. */
  testDelayMs: Delay;
  /** From StartMigration to the moment when the primary begins to follow the source. The group is `modifying`. */
  startDelayMs: Delay;
  /** How often the primary tries to become a replica before it promotes itself back ("several times", Migration-Initiate). */
  startAttempts: number;
  /** How long one such attempt may take to reach the full synchronisation. */
  startAttemptMs: number;
  /** Between two attempts. */
  startRetryDelayMs: Delay;
  /** From an accepted CompleteMigration without Force to the promotion of each node group's primary (drawn per node group). */
  promotionDelayMs: Delay;
  /** From the promotion to `available`. */
  completeDelayMs: Delay;
  /** How long CompleteMigration waits for the applied offset to reach the source's before it finds the group not in sync. */
  inSyncGraceMs: number;
  /** From a change of status to the event about it. */
  eventDelayMs: Delay;
  /** Describe answers show the world as it was so long ago (drawn per answer; 60 s at most). */
  describeStalenessMs: Delay;

  /**
   * Does StartMigration look at the source before it answers? `asynchronous`: it answers 200, and a bad source shows later as a
   * failure event and `available`. `synchronous`: InvalidParameterValue at once.
   */
  sourceValidation: 'asynchronous' | 'synchronous';
  /**
   * A target that breaks a documented prerequisite (transit encryption, no Multi-AZ, data tiering, member of a global datastore):
   * refused with InvalidParameterValue, accepted and failed later by an event, or not looked at.
   */
  targetValidation: 'refused' | 'failsLater' | 'ignored';
  /** What a passed TestMigration leaves: a success event, nothing but the status, or (for a test that never passes) a failure event. */
  testVerdict: 'eventAndStatus' | 'statusOnly' | 'failure';
  /** The group's status while TestMigration is at work. */
  statusWhileTesting: 'modifying' | 'available';
  /** The group's status between an accepted CompleteMigration and `available`. */
  statusWhileCompleting: 'modifying' | 'migrating';
  /** The node group's status while the replication group is `migrating`. */
  nodeGroupStatusWhileMigrating: 'available' | 'modifying' | 'migrating';
  /** The texts of the migration events. */
  eventWording: EventWording;
  /** Is there an event when a migration has started to replicate? */
  startEvent: boolean;
  /** The event after CompleteMigration with Force. */
  forcedStopEvent: 'success' | 'failure' | 'none';
  /** `fails`: an accepted CompleteMigration ends in a failure event, and the group stays `migrating`. */
  promotion: 'succeeds' | 'fails';
  /** A node is undergoing replacement: CompleteMigration without Force fails by an event until it is false again (Migration-Complete). */
  nodeReplacement: boolean;
  /**
   * A source with `protected-mode yes`, which refuses every client that is not local: `refused` as it would refuse a node of
   * ElastiCache, though here they share a machine.
   */
  protectedMode: 'refused' | 'ignored';
}

export const defaultSettings: Readonly<GroupSettings> = {
  createDelayMs: 300,
  deleteDelayMs: 300,
  testDelayMs: 300,
  startDelayMs: 300,
  startAttempts: 3,
  startAttemptMs: 10_000,
  startRetryDelayMs: 200,
  promotionDelayMs: 300,
  completeDelayMs: 300,
  inSyncGraceMs: 2000,
  eventDelayMs: 0,
  describeStalenessMs: 0,
  sourceValidation: 'asynchronous',
  targetValidation: 'refused',
  testVerdict: 'eventAndStatus',
  statusWhileTesting: 'modifying',
  statusWhileCompleting: 'modifying',
  nodeGroupStatusWhileMigrating: 'available',
  eventWording: 'guide',
  startEvent: false,
  forcedStopEvent: 'success',
  promotion: 'succeeds',
  nodeReplacement: false,
  protectedMode: 'refused',
};

/** No waiting anywhere: for tests, and to measure what replication alone takes. */
export const noDelays = {
  createDelayMs: 0,
  deleteDelayMs: 0,
  testDelayMs: 0,
  startDelayMs: 0,
  startRetryDelayMs: 0,
  promotionDelayMs: 0,
  completeDelayMs: 0,
} as const satisfies Partial<GroupSettings>;
