import { failIfAborted } from '../migration/abort.ts';
import { TransientServiceError } from '../migration/errors.ts';
import { AS_THEY_ARE, type KeyNames } from '../migration/key-name.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Endpoint } from '../migration/record.ts';
import type { Samples } from '../migration/sample.ts';
import type { VerificationEpoch, VerificationReport, VerificationSettings } from '../migration/verification.ts';
import { type Look, makeLook } from '../replication/look.ts';
import type { Clock, Probe, ReplicationGroups } from '../replication/ports.ts';
import { failIfOver } from '../replication/replication-failure.ts';
import { makeSampler } from '../replication/sampler.ts';
import { primaryOf } from '../replication/shard-link.ts';
import { byInfo } from '../replication/sight.ts';
import { Stopwatch } from '../replication/stopwatch.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { epochIn } from '../replication/verified-epoch.ts';
import type { WatchMemory } from '../replication/watch-state.ts';
import { type Checkpoint, newCheckpoint } from './checkpoint.ts';
import { VerificationImpossibleError } from './errors.ts';
import type { Checkpoints, KeyReader } from './ports.ts';
import { redacted } from './redact.ts';
import { cut, impossible, toReport } from './report.ts';
import type { Readers } from './servers.ts';
import type { verifyStep } from './step.ts';
import { makeVerifyView } from './verify-view.ts';

export interface VerifySettings {
  pollMs: number;
  describeMs: number;
  verifySeconds: number;
  linkLostAfterSeconds: number;
  eventGraceSeconds: number;
}

export interface VerifyInput extends TaskInput {
  /** Events before this are not about the replication that is watched. */
  eventsSinceMs: number;
  settings: VerificationSettings;
  /** How many verifications of this migration have come to their end, or were given up with a lost link. */
  round: number;
  /** Where an earlier turn stopped; null at the beginning. */
  checkpoint: Checkpoint | null;
  /** Of the watch; absent in executions that began before it came along. */
  memory?: Pick<WatchMemory, 'described'> | null;
}

export interface VerifyResult {
  /** `turn`, `linkLost`: it goes on from the checkpoint. `failed`: there are differences, or it could not be told. */
  outcome: 'turn' | 'linkLost' | 'verified' | 'failed';
  checkpoint: Checkpoint | null;
  /** With the outcomes `verified` and `failed`: with its first differences. */
  report: VerificationReport | null;
}

/** What lasts for a certain time must do so within one invocation, whose stopwatches all begin anew: so much longer it takes. */
const SPARE_MS = 5000;
/** Between two looks at the links. */
const STEP_MS = 2000;
/** Servers that cannot be read for so long, though their link is up, are not waited for any longer. */
const GIVE_UP_AFTER_MS = 120_000;

/**
 * Verifies until there is a verdict or its time is over, step by step, and looks at the links in between. Whatever may pass
 * is met by going on from the last checkpoint; what does not pass is a verdict: the replication is in order without it.
 *
 * @throws ReplicationFailedError, MigrationEndedElsewhereError, ForeignReplicationError when there is nothing left to verify
 * @throws AbortRequestedError
 * @throws TargetNotFoundError
 */
export const makeVerifyData =
  (
    groups: Pick<ReplicationGroups, 'describe' | 'eventsSince'>,
    probe: () => Probe,
    openReader: (endpoint: Endpoint) => KeyReader,
    verify: typeof verifyStep,
    migrations: Pick<Migrations, 'find' | 'update'>,
    checkpoints: Pick<Checkpoints, 'find' | 'keep'>,
    samples: Pick<Samples, 'append'>,
    clock: Clock,
    { pollMs, describeMs, verifySeconds, linkLostAfterSeconds, eventGraceSeconds }: VerifySettings,
    keyNames: Pick<KeyNames, 'redaction'> = AS_THEY_ARE,
  ) =>
  async (input: VerifyInput): Promise<VerifyResult> => {
    const { migrationId, replicationGroupId, source, settings, round } = input;
    const [lostAfterMs, graceMs] = [linkLostAfterSeconds * 1000, eventGraceSeconds * 1000];
    const endsMs = clock.now() + Math.max(verifySeconds * 1000, lostAfterMs + SPARE_MS, graceMs + SPARE_MS);
    const redis = probe();
    const look = makeLook(groups, byInfo(redis, clock), clock, {
      ...input,
      describeMs,
      described: input.memory?.described,
    });
    const isOver = makeIsOver(replicationGroupId, graceMs);
    const show = makeVerifyView(migrations, migrationId);
    const sampler = makeSampler(samples, migrationId, pollMs, STEP_MS);
    const pair = makePair(openReader, source);
    const [down, failing] = [new Stopwatch(), new Stopwatch()];
    // Before anything is found: what cannot be redacted is not looked for.
    const redaction = await keyNames.redaction();
    // Where names are not told, they do not go through the execution's history either: the kept checkpoint leads on.
    const handedOn = (one: Checkpoint): Checkpoint | null => (redaction ? null : one);
    await show.begin();
    let checkpoint = (await latest(checkpoints, input)) ?? begin(settings, clock.now());
    let epoch: VerificationEpoch | undefined;

    const end = async (found: VerificationReport): Promise<VerifyResult> => {
      const report = redacted(found, redaction);
      await show.end(report);
      return { outcome: report.verdict === 'same' ? 'verified' : 'failed', checkpoint: null, report: cut(report) };
    };

    try {
      for (;;) {
        try {
          failIfAborted(await migrations.find(migrationId));
          const seen = await look();
          isOver(seen);
          await sampler.note(seen, 'verifying');
          epoch = epochIn(seen.readings) ?? epoch;
          const isLost = seen.states.some(({ phase }) => phase === 'linkLost');
          if (down.run(isLost, seen.nowMs) >= lostAfterMs && isLost) {
            return { outcome: 'linkLost', checkpoint: handedOn(checkpoint), report: null };
          }
          const budget = {
            untilMs: Math.min(clock.now() + STEP_MS, endsMs),
            maxKeysPerSecond: settings.maxKeysPerSecond,
          };
          const step = await verify(pair.readersFor(seen), checkpoint, budget, clock);
          ({ checkpoint } = step);
          failing.run(false, clock.now());
          // What is shown is kept.
          if (!step.done) await checkpoints.keep(migrationId, { round, checkpoint });
          await show.progress(step, clock.now());
          if (step.done) return await end({ ...toReport(step.done), ...(epoch && { epoch }) });
        } catch (error) {
          if (error instanceof VerificationImpossibleError) {
            return await end(impossible(settings, error.message, checkpoint.startedAtMs, clock.now()));
          }
          if (!(error instanceof TransientServiceError)) throw error;
          pair.close();
          if (failing.run(true, clock.now()) >= GIVE_UP_AFTER_MS) {
            return await end(impossible(settings, error.message, checkpoint.startedAtMs, clock.now()));
          }
          await clock.sleep(pollMs);
        }
        if (clock.now() >= endsMs) return { outcome: 'turn', checkpoint: handedOn(checkpoint), report: null };
      }
    } finally {
      pair.close();
      redis.close();
      await sampler.flush();
    }
  };

/** Where a killed invocation of this turn has got to, or else what the turn was handed. */
const latest = async (
  checkpoints: Pick<Checkpoints, 'find'>,
  { migrationId, round, checkpoint }: VerifyInput,
): Promise<Checkpoint | null> => {
  const kept = await checkpoints.find(migrationId);
  return kept?.round === round && kept.checkpoint.steps > (checkpoint?.steps ?? 0) ? kept.checkpoint : checkpoint;
};

const begin = ({ mode, sampleKeys = 0, ttlToleranceMs }: VerificationSettings, nowMs: number): Checkpoint =>
  newCheckpoint(
    { mode: mode === 'sample' ? mode : 'full', sampleKeys, ...(ttlToleranceMs !== undefined && { ttlToleranceMs }) },
    nowMs,
  );

/** The readers of source and target, opened anew after a fault and when another node is the primary. */
const makePair = (openReader: (endpoint: Endpoint) => KeyReader, source: Endpoint) => {
  let pair: (Readers & { at: string }) | undefined;
  const close = () => {
    pair?.source.close();
    pair?.target.close();
    pair = undefined;
  };
  return {
    close,
    /** A migration has one link as yet: cluster mode is refused. */
    readersFor({ readings: [reading] }: Look): Readers {
      if (!reading) throw new Error('There is no link to verify');
      const { endpoint } = primaryOf(reading.link);
      const at = `${endpoint.address}:${endpoint.port}`;
      if (pair?.at !== at) {
        close();
        pair = { source: openReader(source), target: openReader(endpoint), at };
      }
      return pair;
    },
  };
};

/** Throws when there is no replication any more: nothing of it could be verified. */
const makeIsOver = (replicationGroupId: string, graceMs: number) => {
  const [alone, foreign] = [new Stopwatch(), new Stopwatch()];
  return ({ group, events, states, heldMs }: Look): void => {
    const standsAlone = group.status === 'available' && states.every(({ following }) => !following);
    failIfOver({
      replicationGroupId,
      status: group.status,
      events,
      states,
      hasFollowed: true,
      standsAloneMs: alone.run(standsAlone, heldMs),
      foreignMs: foreign.run(
        states.some((state) => state.foreign !== undefined),
        heldMs,
      ),
      graceMs,
    });
  };
};
