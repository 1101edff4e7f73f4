import type { Sample } from './sample.ts';

/** Of every span of time these figures keep their extremes. */
const CHARTED = ['lagBytes', 'lagSeconds', 'bytesPerSecond', 'bufferBytes'] as const;

/**
 * Leaves at most so many samples, as fine as fits: time is cut into equal spans, of each of which stay those with the
 * largest and the smallest of every figure, and the first of a new phase. So a peak of a second is still there in a day.
 *
 * @param samples oldest first
 * @param points at least 10
 */
export const thin = (samples: readonly Sample[], points: number): { samples: Sample[]; resolutionSeconds?: number } => {
  if (samples.length <= points) return { samples: [...samples] };
  const timesMs = samples.map(({ at }) => Date.parse(at));
  const beganMs = timesMs[0] as number;
  const lastedMs = Math.max(1, (timesMs.at(-1) as number) - beganMs);
  const cut = (spans: number) =>
    extremes(
      samples,
      timesMs.map((atMs) => Math.floor(((atMs - beganMs) / lastedMs) * spans)),
    );

  let [fits, tooMany] = [1, points];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (cut(middle).length <= points) fits = middle;
    else tooMany = middle;
  }
  // Phases that change all the time may alone be more than the points: then the newest are told.
  return { samples: cut(fits).slice(-points), resolutionSeconds: Math.ceil(lastedMs / fits / 1000) };
};

/** @param spanOf for each sample the span that it is in */
const extremes = (samples: readonly Sample[], spanOf: readonly number[]): Sample[] => {
  const kept: Sample[] = [];
  let begins = 0;
  for (let at = 1; at <= samples.length; at++) {
    if (spanOf[at] === spanOf[begins]) continue;
    kept.push(...pick(samples, begins, at));
    begins = at;
  }
  return kept;
};

const pick = (samples: readonly Sample[], begins: number, ends: number): Sample[] => {
  const picked = new Set<number>();
  if (begins === 0) picked.add(0);
  for (const figure of CHARTED) {
    let [least, most]: [number | undefined, number | undefined] = [undefined, undefined];
    for (let at = begins; at < ends; at++) {
      const value = samples[at]?.[figure];
      if (value === undefined) continue;
      if (least === undefined || value < (samples[least]?.[figure] as number)) least = at;
      if (most === undefined || value > (samples[most]?.[figure] as number)) most = at;
    }
    if (least !== undefined) picked.add(least);
    if (most !== undefined) picked.add(most);
  }
  for (let at = Math.max(1, begins); at < ends; at++) {
    if (samples[at]?.phase !== samples[at - 1]?.phase) picked.add(at);
  }
  if (picked.size === 0 || ends === samples.length) picked.add(ends - 1);
  return [...picked].sort((a, b) => a - b).map((at) => samples[at] as Sample);
};
