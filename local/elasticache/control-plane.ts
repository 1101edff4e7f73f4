import type { Clock } from '../clock.ts';
import type { MigrationOutcome } from './event-texts.ts';
import type { NodeGroup } from './node-group.ts';
import type { ReplicationGroup } from './replication-group.ts';
import type { GroupSettings } from './settings.ts';
import type { Aliases, Expectations } from './source.ts';

/** What the flows of a migration need of the service that they run in. */
export interface ControlPlane {
  readonly clock: Clock;
  readonly aliases: Aliases;
  /** Aborted when the service closes: every wait ends then. */
  readonly signal: AbortSignal;
  settings(group: ReplicationGroup): GroupSettings;
  /** Puts an event into the log, after the group's event delay. */
  announce(group: ReplicationGroup, outcome: MigrationOutcome): void;
  /** Hears of a primary that is about to be told to follow nobody any more, `forced` where a migration ends by Force. */
  promoting(group: ReplicationGroup, nodeGroup: NodeGroup, forced: boolean): void;
  /** Goes on after the answer. */
  background(work: () => Promise<void>): void;
}

export const expectations = (plane: ControlPlane, group: ReplicationGroup): Expectations => ({
  clusterEnabled: group.describe().ClusterEnabled === true,
  protectedMode: plane.settings(group).protectedMode,
});
