import { TransientServiceError } from '../migration/errors.ts';
import { Pace } from './pace.ts';
import type { Clock, GroupEvent, ReplicationGroup, ReplicationGroups } from './ports.ts';
import type { Sight, Sighting } from './sight.ts';
import type { TaskInput } from './task-input.ts';

/** What the API said of a group, and how often it is asked while it refuses; goes from one invocation to the next. */
export interface Described {
  atMs: number;
  everyMs: number;
  group: ReplicationGroup;
  events: GroupEvent[];
}

/** Everything that is known of a migration at one moment. */
export interface Look extends Sighting {
  group: ReplicationGroup;
  /** Of the group, oldest first. */
  events: GroupEvent[];
  /** Milliseconds since the epoch, after the last reading. */
  nowMs: number;
  /** When the API was asked for group and events. */
  describedMs: number;
  /**
   * Up to when the group is taken to be as it was described: now, unless the API refuses to describe it again. What has to
   * last for a while must not be counted beyond this.
   */
  heldMs: number;
  described: Described;
}

export interface Looking extends TaskInput {
  eventsSinceMs: number;
  /** How often the API is asked. */
  describeMs: number;
  /** How seldom it is asked at the most while it refuses; default 5 minutes. */
  slowestDescribeMs?: number;
  /** Of an earlier invocation. */
  described?: Described | undefined;
}

/** A description that the API refuses to renew serves on for so long. */
const SERVES_MS = 900_000;
/** By when one is renewed that is due: a poll, and the client's own repeats. */
const RENEWED_WITHIN_MS = 10_000;
/** Slowed down, the API is asked no more often than this. */
const LEAST_SLOWED_MS = 5000;
const SLOWEST_MS = 300_000;
/** So many events go on to the next invocation. */
const MOST_EVENTS = 20;

/**
 * Looks again each time it is called: at the links each time, and asks the API less often. The events are
 * asked for before the status, so that a status that stands beside an event is not older than that.
 *
 * Many migrations share the API's rate, which AWS does not publish: while it refuses, it is asked less and less often, and
 * what it said last serves on for some minutes.
 *
 * @throws TargetNotFoundError, TransientServiceError
 */
export const makeLook = (
  groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
  sight: Pick<Sight, 'see'>,
  clock: Clock,
  { replicationGroupId, source, eventsSinceMs, describeMs, slowestDescribeMs = SLOWEST_MS, described: known }: Looking,
): (() => Promise<Look>) => {
  const serves = ({ atMs }: { atMs: number }) => clock.now() - atMs < SERVES_MS;
  let described: Omit<Described, 'everyMs'> | undefined =
    known && serves(known) ? since(known, eventsSinceMs) : undefined;
  const pace = new Pace(describeMs, slowestDescribeMs, known?.everyMs);
  let askedMs = described?.atMs ?? Number.NEGATIVE_INFINITY;
  const describe = async () => {
    const events = await groups.eventsSince(replicationGroupId, eventsSinceMs);
    const group = await groups.describe(replicationGroupId);
    pace.faster();
    return { events, group, atMs: clock.now() };
  };
  return async () => {
    if (!described || clock.now() - askedMs >= pace.ms) {
      try {
        described = await describe();
      } catch (error) {
        if (!(error instanceof TransientServiceError) || !described || !serves(described)) throw error;
        pace.slower(LEAST_SLOWED_MS);
      }
      askedMs = clock.now();
    }
    const { group, events, atMs: describedMs } = described;
    const sighting = await sight.see(group, source);
    const nowMs = clock.now();
    const heldMs = Math.min(nowMs, describedMs + describeMs + RENEWED_WITHIN_MS);
    const told = { atMs: describedMs, everyMs: pace.ms, group, events: events.slice(-MOST_EVENTS) };
    return { group, events, ...sighting, nowMs, describedMs, heldMs, described: told };
  };
};

/** Events of before are about something else by now. */
const since = ({ group, events, atMs, everyMs }: Described, sinceMs: number): Described => ({
  group,
  atMs,
  everyMs,
  events: events.filter((event) => event.atMs >= sinceMs),
});
