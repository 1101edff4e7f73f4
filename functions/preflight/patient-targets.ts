import type { Clock } from '../replication/ports.ts';
import type { TargetDescriptions } from './ports.ts';

/** Descriptions may be some seconds old: what they show of a group that was just tested, or stopped, is over by then. */
const STALE_FOR_MS = 5000;
const BETWEEN_LOOKS_MS = 500;

/**
 * Descriptions that look again before they believe that a group, or one of its clusters, is not `available`. A gathering is
 * patient once: what was old when it began is over 5 s later, whichever of them is asked for.
 */
export const patientTargets = (targets: TargetDescriptions, clock: Clock): TargetDescriptions => {
  const lookUntil = async <T>(
    beganMs: number,
    look: () => Promise<T>,
    isBelieved: (seen: T) => boolean,
  ): Promise<T> => {
    const untilMs = beganMs + STALE_FOR_MS;
    for (;;) {
      const seen = await look();
      if (isBelieved(seen) || clock.now() >= untilMs) return seen;
      await clock.sleep(BETWEEN_LOOKS_MS);
    }
  };
  return {
    ...targets,
    group: (replicationGroupId, beganMs = clock.now()) =>
      lookUntil(
        beganMs,
        () => targets.group(replicationGroupId),
        (group) => !group || group.status === 'available',
      ),
    clusters: (cacheClusterIds, beganMs = clock.now()) =>
      lookUntil(
        beganMs,
        () => targets.clusters(cacheClusterIds),
        (clusters) => clusters.every(({ status }) => status === 'available'),
      ),
  };
};
