import { judgeLink, type LinkState } from './link-state.ts';
import { linksOf, observe } from './observe.ts';
import type { Clock, GroupEvent, Probe, ReplicationGroup, ReplicationGroups } from './ports.ts';
import type { LinkReading } from './shard-link.ts';
import type { TaskInput } from './task-input.ts';

/** Everything that is known of a migration at one moment. */
export interface Look {
  group: ReplicationGroup;
  /** Of the group, oldest first. */
  events: GroupEvent[];
  readings: LinkReading[];
  /** One for each reading. */
  states: LinkState[];
  /** Milliseconds since the epoch, after the last reading. */
  nowMs: number;
  /** When the API was asked for group and events. */
  describedMs: number;
}

export interface Looking extends TaskInput {
  eventsSinceMs: number;
  /** How often the API is asked. */
  describeMs: number;
}

/**
 * Looks again each time it is called: reads INFO of every server each time, and asks the API less often. The events are
 * asked for before the status, so that a status that stands beside an event is not older than that.
 *
 * @throws TargetNotFoundError, TransientServiceError
 */
export const makeLook = (
  groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
  redis: Probe,
  clock: Clock,
  { replicationGroupId, source, eventsSinceMs, describeMs }: Looking,
): (() => Promise<Look>) => {
  let described: { atMs: number; events: GroupEvent[]; group: ReplicationGroup } | undefined;
  return async () => {
    if (!described || clock.now() - described.atMs >= describeMs) {
      const events = await groups.eventsSince(replicationGroupId, eventsSinceMs);
      described = { events, group: await groups.describe(replicationGroupId), atMs: clock.now() };
    }
    const { group, events, atMs: describedMs } = described;
    const readings = await observe(redis, linksOf(group, source), clock);
    return { group, events, readings, states: readings.map(judgeLink), nowMs: clock.now(), describedMs };
  };
};
