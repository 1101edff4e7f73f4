import { failIfAborted } from '../migration/abort.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Progress } from '../migration/record.ts';
import type { Samples } from '../migration/sample.ts';
import { sentence } from '../migration/sentence.ts';
import type { Phase } from '../migration/status.ts';
import { ALONE, makeCrowd } from './crowd.ts';
import type { Fleet } from './fleet.ts';
import { makeLook } from './look.ts';
import type { Clock, ReplicationGroups } from './ports.ts';
import { measure } from './progress.ts';
import { failIfOver } from './replication-failure.ts';
import { makeSampler } from './sampler.ts';
import type { Sight } from './sight.ts';
import { Stopwatch } from './stopwatch.ts';
import { freshSync } from './sync-attempts.ts';
import type { TaskInput } from './task-input.ts';
import { type BufferThreat, makeWatchGuard } from './watch-guard.ts';
import { makeOutcome, type WatchOutcome } from './watch-outcome.ts';
import { asFirstSeen, followsNow, freshMemory, overallPhase, type WatchMemory } from './watch-state.ts';
import { makeWatchView } from './watch-view.ts';

export interface WatchSettings {
  pollMs: number;
  describeMs: number;
  watchSeconds: number;
  linkLostAfterSeconds: number;
  eventGraceSeconds: number;
  /** Where more migrations are at work, a watch of a long full sync rests; 0 or absent: never. */
  watchersAtOnce?: number;
}

export interface WatchInput extends TaskInput {
  /** Events before this are not about the replication that is watched. */
  eventsSinceMs: number;
  /** True while a cutover is awaited: one look, longer only if something is wrong. */
  glance: boolean;
  memory?: WatchMemory;
  /** False where a rest was just tried in vain. */
  mayRest?: boolean;
}

export interface WatchResult {
  /** `rest`: nothing can happen soon, and others need the place. */
  outcome: WatchOutcome['outcome'] | 'rest';
  phase: Phase;
  why: string;
  progress: Progress;
  memory: WatchMemory;
  /** With the outcome `bufferThreatened`. */
  buffer?: BufferThreat;
  /** What an operator does before the cutover, in sentences; absent where the service does it. */
  byHand?: string;
  /** With the outcome `rest`. */
  restSeconds?: number;
}

/** What lasts for a certain time must do so within one watch, whose stopwatches all begin anew: so much longer it takes. */
const SPARE_MS = 5000;

const LINK_LOST = 'The link to the source was lost before the cutover began.';

/**
 * Watches the links until something must be told, or its time is over. Looks at them at every poll, at the API's status and
 * events less often, and writes progress to the view as it goes.
 *
 * @throws ReplicationFailedError, MigrationEndedElsewhereError, ForeignReplicationError when it is over
 * @throws ResyncLoopError when the full sync begins anew again and again
 * @throws AbortRequestedError
 * @throws TargetNotFoundError, TransientServiceError
 */
export const makeWatchReplication =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
    /** @param sinceMs what is older is not of the replication that is watched */
    sight: (sinceMs: number) => Sight,
    migrations: Pick<Migrations, 'find' | 'update' | 'clearCutoverRequest'>,
    samples: Pick<Samples, 'append'>,
    clock: Clock,
    settings: WatchSettings,
    fleet: Pick<Fleet, 'find'> = ALONE,
  ) =>
  async (input: WatchInput): Promise<WatchResult> => {
    const { migrationId, replicationGroupId, glance, mayRest = true } = input;
    const { pollMs, describeMs } = settings;
    const lostAfterMs = settings.linkLostAfterSeconds * 1000;
    const graceMs = settings.eventGraceSeconds * 1000;
    const watchMs = Math.max(settings.watchSeconds * 1000, lostAfterMs + SPARE_MS, graceMs + SPARE_MS);
    const endsMs = clock.now() + (glance ? lostAfterMs + SPARE_MS : watchMs);
    const seeing = sight(Math.max(input.eventsSinceMs, input.memory?.countsSinceMs ?? 0));
    const look = makeLook(groups, seeing, clock, { ...input, describeMs, described: input.memory?.described });
    const outcomeOf = makeOutcome(glance, lostAfterMs);
    const guard = makeWatchGuard(seeing, replicationGroupId, input.source, pollMs);
    const crowd = await makeCrowd(fleet, settings.watchersAtOnce, clock);
    const show = makeWatchView(migrations, migrationId, pollMs, crowd.betweenFiguresMs);
    const sampler = makeSampler(samples, migrationId, pollMs);
    const alone = new Stopwatch();
    const foreign = new Stopwatch();
    let memory = input.memory ?? freshMemory;

    try {
      for (;;) {
        const seen = await look();
        const { group, events, states, nowMs } = seen;
        const hasFollowed = memory.hasFollowed || states.some(followsNow);
        const { phase, why } = overallPhase(states, hasFollowed);
        const { progress: measured, memory: copy } = measure(seen.readings, states, phase, memory.copy, nowMs);
        // A glance finds nothing to guard: a full sync that it meets is a lost link.
        const sync = memory.sync ?? freshSync;
        const guarded = glance ? { sync } : await guard(seen, sync, measured.etaSeconds);
        const progress = { ...measured, ...(guarded.buffer && { buffer: guarded.buffer }) };
        const countsSinceMs = seeing.countsSinceMs?.();
        memory = {
          ...memory,
          ...{ hasFollowed, copy, sync: guarded.sync, described: seen.described },
          ...(countsSinceMs !== undefined && { countsSinceMs }),
        };
        await sampler.note(seen, glance && followsClosely(phase) ? 'awaitingCutover' : phase, progress);

        const over = nowMs + pollMs >= endsMs;
        const threatens = guarded.threat !== undefined;
        const decided = outcomeOf(memory, { phase, states, percent: progress.percent, threatens, over, nowMs });
        const tellsStatus = !glance || decided?.outcome === 'linkLost';
        const restSeconds = decided || glance || !mayRest ? undefined : crowd.restSeconds(seen, progress);
        const isLast = decided !== undefined || restSeconds !== undefined;
        const shownStates = states.map((state) => asFirstSeen(state, hasFollowed));
        const written = await show({ ...seen, states: shownStates }, { phase, why, progress, isLast, tellsStatus });
        failIfAborted(written ?? (await migrations.find(migrationId)));
        const standsAlone = group.status === 'available' && states.every(({ following }) => !following);
        failIfOver({
          replicationGroupId,
          status: group.status,
          events,
          states,
          hasFollowed,
          standsAloneMs: alone.run(standsAlone, seen.heldMs),
          foreignMs: foreign.run(
            states.some((state) => state.foreign !== undefined),
            seen.heldMs,
          ),
          graceMs,
        });

        if (decided) {
          // The status is not `awaitingCutover` any more, so no request can come in between.
          if (decided.outcome === 'linkLost' && written?.cutover?.requestedAt) {
            await migrations.clearCutoverRequest(migrationId, { at: new Date(nowMs).toISOString(), reason: LINK_LOST });
          }
          const { outcome, remember } = decided;
          return {
            outcome,
            phase,
            why: sentence(why),
            progress,
            memory: { ...memory, ...remember },
            ...(outcome === 'bufferThreatened' && guarded.threat && { buffer: guarded.threat }),
            ...(seeing.byHand && { byHand: seeing.byHand(group, input.source) }),
          };
        }
        if (restSeconds !== undefined)
          return { outcome: 'rest', restSeconds, phase, why: sentence(why), progress, memory };
        await clock.sleep(pollMs);
      }
    } finally {
      seeing.close();
      await sampler.flush();
    }
  };

/** Of a migration that awaits its cutover: nothing is wrong with its link. */
const followsClosely = (phase: Phase): boolean => phase === 'inSync' || phase === 'catchingUp';
