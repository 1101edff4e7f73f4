import type { Migrations } from '../migration/ports.ts';
import type { Progress } from '../migration/record.ts';
import { sentence } from '../migration/sentence.ts';
import type { Phase } from '../migration/status.ts';
import { judgeLink, type LinkState } from './link-state.ts';
import { linksOf, observe } from './observe.ts';
import type { Clock, GroupEvent, Probe, ReplicationGroup, ReplicationGroups } from './ports.ts';
import { measure, toShardViews } from './progress.ts';
import { failIfOver } from './replication-failure.ts';
import { Stopwatch } from './stopwatch.ts';
import type { TaskInput } from './task-input.ts';
import { decileToAnnounce, freshMemory, overallPhase, type WatchMemory } from './watch-state.ts';

export interface WatchSettings {
  pollMs: number;
  describeMs: number;
  watchSeconds: number;
  linkLostAfterSeconds: number;
  eventGraceSeconds: number;
}

export interface WatchInput extends TaskInput {
  /** Events before this are not about the replication that is watched. */
  eventsSinceMs: number;
  /** True while a cutover is awaited: one look, longer only if something is wrong. */
  glance: boolean;
  memory?: WatchMemory;
}

export interface WatchResult {
  /** `turn`: nothing happened that anybody must be told of. */
  outcome: 'inSync' | 'linkLost' | 'progressed' | 'turn';
  phase: Phase;
  why: string;
  progress: Progress;
  memory: WatchMemory;
}

/** The view gets a figure within 2 s of its being read, and not more often: that is what is written to the table. */
const BETWEEN_WRITES_MS = 1900;
/** A glance that finds the link down waits this much longer than the time after which it counts as lost. */
const GLANCE_SPARE_MS = 5000;

/**
 * Watches the links until something must be told, or its time is over. Reads INFO at every poll, the API's status and
 * events less often, and writes progress to the view as it goes.
 *
 * @throws ReplicationFailedError, MigrationEndedElsewhereError, ForeignReplicationError when it is over
 * @throws TargetNotFoundError, TransientServiceError
 */
export const makeWatchReplication =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
    probe: () => Probe,
    migrations: Pick<Migrations, 'update' | 'clearCutoverRequest'>,
    clock: Clock,
    settings: WatchSettings,
  ) =>
  async (input: WatchInput): Promise<WatchResult> => {
    const { migrationId, replicationGroupId, source, glance } = input;
    const { pollMs, describeMs, watchSeconds, linkLostAfterSeconds, eventGraceSeconds } = settings;
    const lostAfterMs = linkLostAfterSeconds * 1000;
    const endsMs = clock.now() + (glance ? lostAfterMs + GLANCE_SPARE_MS : watchSeconds * 1000);
    const redis = probe();
    const alone = new Stopwatch();
    const foreign = new Stopwatch();
    const down = new Stopwatch();
    let memory = input.memory ?? freshMemory;
    let group: ReplicationGroup | undefined;
    let events: GroupEvent[] = [];
    let describedAtMs = 0;
    let writtenAtMs = 0;
    let writtenPhase: Phase | undefined;

    try {
      for (;;) {
        if (!group || clock.now() - describedAtMs >= describeMs) {
          group = await groups.describe(replicationGroupId);
          events = await groups.eventsSince(replicationGroupId, input.eventsSinceMs);
          describedAtMs = clock.now();
        }
        const readings = await observe(redis, linksOf(group, source), clock);
        const states = readings.map(judgeLink);
        const nowMs = clock.now();
        memory = { ...memory, hasFollowed: memory.hasFollowed || states.some(follows) };
        const { phase, why } = overallPhase(states, memory.hasFollowed);
        const measured = measure(readings, states, phase, memory.copy, nowMs);
        memory = { ...memory, copy: measured.memory };
        const { progress } = measured;
        const result = (outcome: WatchResult['outcome'], change: Partial<WatchMemory> = {}): WatchResult => ({
          outcome,
          phase,
          why: sentence(why),
          progress,
          memory: { ...memory, ...change },
        });

        const isLost = phase === 'linkLost' || (glance && phase !== 'inSync' && phase !== 'catchingUp');
        const lostForMs = down.run(isLost, nowMs);
        const over = nowMs + pollMs >= endsMs;
        const tellsLost = !memory.lost && isLost && (lostForMs >= lostAfterMs || (glance && over));
        const decile = glance ? undefined : decileToAnnounce(memory, progress.percent, nowMs);
        const returns = phase === 'inSync' || tellsLost || decile !== undefined || over || (glance && !isLost);

        if (returns || phase !== writtenPhase || nowMs - writtenAtMs >= BETWEEN_WRITES_MS) {
          // A glance leaves the status alone unless it has something to tell.
          const tells = !glance || tellsLost;
          await migrations.update(migrationId, {
            ...(tells && {
              status: 'syncing',
              statusReason: sentence(why),
              ...(phase !== writtenPhase && { phase }),
              waitingFor: WAITING_FOR[phase] ?? 'the replication',
            }),
            progress,
            shards: toShardViews(readings, states),
          });
          writtenAtMs = nowMs;
          if (tells) writtenPhase = phase;
        }
        failIfOver({
          replicationGroupId,
          status: group.status,
          events,
          states,
          hasFollowed: memory.hasFollowed,
          standsAloneMs: alone.run(group.status === 'available' && !states.some((state) => state.following), nowMs),
          foreignMs: foreign.run(
            states.some((state) => state.foreign !== undefined),
            nowMs,
          ),
          graceMs: eventGraceSeconds * 1000,
        });

        if (phase === 'inSync') return result('inSync', { lost: false });
        if (tellsLost) {
          await migrations.clearCutoverRequest(migrationId);
          return result('linkLost', { lost: true });
        }
        if (decile !== undefined) {
          return result('progressed', { decile, announced: memory.announced + 1, announcedAtMs: nowMs });
        }
        if (over || (glance && !isLost)) return result('turn');
        await clock.sleep(pollMs);
      }
    } finally {
      redis.close();
    }
  };

const follows = ({ phase }: LinkState): boolean => phase !== 'connecting' && phase !== 'linkLost';

const WAITING_FOR: Partial<Record<Phase, string>> = {
  connecting: 'the primary to become a replica of the source',
  copying: 'the full sync of the source',
  loading: 'the primary to load what it received',
  catchingUp: 'the primary to apply what was written since',
  inSync: 'the next step',
  linkLost: 'the link to the source to come back',
};
