import { TransientServiceError } from '../migration/errors.ts';
import type { Progress } from '../migration/record.ts';
import type { KeptSample, Samples } from '../migration/sample.ts';
import type { Phase } from '../migration/status.ts';
import { maxOf, sumOf } from './figures.ts';
import type { Look } from './look.ts';
import { isReadable, primaryOf } from './shard-link.ts';

/** Of so many looks one sample is made: of a poll a second, 10 s. */
const LOOKS_A_SAMPLE = 10;
const LONGEST_SAMPLE_MS = 10_000;
/** So many samples are written at once: a task that is killed loses no more than 30 s of them. */
const SAMPLES_A_WRITE = 3;
/** While the table cannot be written to no more are held than these; the oldest give way. */
const MOST_HELD = 60;

/** Keeps what a watching task sees for the charts. */
export interface Sampler {
  note(look: Pick<Look, 'readings' | 'states' | 'nowMs'>, phase: Phase, progress?: Progress): Promise<void>;
  /** Writes what is held. */
  flush(): Promise<void>;
}

/**
 * Writes seldom, and never stands in the way of a migration: what the table does not take now is held for the next time.
 *
 * @param pollMs how often the links are watched
 * @param betweenLooksMs of a task that looks less often
 */
export const makeSampler = (
  samples: Pick<Samples, 'append'>,
  migrationId: string,
  pollMs: number,
  betweenLooksMs = pollMs,
): Sampler => {
  const sampleMs = Math.min(LONGEST_SAMPLE_MS, LOOKS_A_SAMPLE * pollMs);
  let held: KeptSample[] = [];
  let open: { sinceMs: number; sample: KeptSample } | undefined;
  let dueMs: number | undefined;

  const close = () => {
    if (open) held = [...held, open.sample].slice(-MOST_HELD);
    open = undefined;
  };
  const write = async () => {
    if (held.length === 0) return;
    try {
      await samples.append(migrationId, held);
      held = [];
    } catch (error) {
      if (!(error instanceof TransientServiceError)) throw error;
    }
  };

  return {
    async note(look, phase, progress) {
      const { nowMs } = look;
      dueMs ??= nowMs + SAMPLES_A_WRITE * sampleMs;
      const sample = toSample(look, phase, progress);
      if (open && open.sample.phase !== phase) close();
      open = open ? { ...open, sample: worse(open.sample, sample) } : { sinceMs: nowMs, sample };
      if (nowMs - open.sinceMs + betweenLooksMs < sampleMs) return;
      close();
      const nextMs = nowMs + betweenLooksMs;
      if (nextMs < dueMs) return;
      dueMs = nextMs + SAMPLES_A_WRITE * sampleMs;
      await write();
    },
    async flush() {
      close();
      await write();
    },
  };
};

const toSample = (
  { readings, states, nowMs }: Pick<Look, 'readings' | 'states' | 'nowMs'>,
  phase: Phase,
  progress: Progress | undefined,
): KeptSample => {
  const primaries = readings.map(({ link, nodes }) => nodes.get(primaryOf(link).cacheClusterId));
  const streams = primaries.map((one) =>
    isReadable(one) && one.link?.status === 'up' ? one.replicationId : undefined,
  );
  return known({
    at: new Date(nowMs).toISOString(),
    phase,
    lagBytes: sumOf(states.map(({ lagBytes }) => lagBytes)),
    lagSeconds: maxOf(states.map(({ lagSeconds }) => lagSeconds)),
    ...(isCopied(phase) && { bytesCopied: progress?.bytesCopied, bytesTotal: progress?.bytesTotal }),
    bufferBytes: progress?.buffer?.bytes,
    bufferLimitBytes: progress?.buffer?.limitBytes,
    ...(streams.length > 0 &&
      streams.every((stream) => stream !== undefined) && {
        appliedOffset: sumOf(primaries.map((one) => (isReadable(one) ? one.offset : undefined))),
        // As much of an id as tells it from the one before.
        stream: streams.map((stream) => stream.slice(0, 8)).join('+'),
      }),
    ...(states.length > 1 && {
      shards: states.map(({ lagBytes, lagSeconds }, index) =>
        known({ nodeGroupId: readings[index]?.link.nodeGroupId ?? '', lagBytes, lagSeconds }),
      ),
    }),
  });
};

/** Afterwards it stays what it was. */
const isCopied = (phase: Phase): boolean => phase === 'copying' || phase === 'loading';

/** Without what is not known. */
const known = <T extends object>(figures: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)) as T;

const worse = (before: KeptSample, now: KeptSample): KeptSample => ({
  ...now,
  ...largest('lagBytes', before, now),
  ...largest('lagSeconds', before, now),
  ...largest('bufferBytes', before, now),
});

const largest = (figure: 'lagBytes' | 'lagSeconds' | 'bufferBytes', before: KeptSample, now: KeptSample) => {
  const values = [before[figure], now[figure]].filter((value) => value !== undefined);
  return values.length > 0 ? { [figure]: Math.max(...values) } : {};
};
