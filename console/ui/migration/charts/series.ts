import type { History, Sample } from '../../../../functions/migration/sample.ts';
import type { MigrationView } from '../../../../functions/migration/view.ts';

/** A moment that the page has seen itself: it goes on where the kept samples end. */
export type Live = Sample & { appliedOffset?: number };

export type Figure = 'lagBytes' | 'bytesPerSecond' | 'bufferBytes' | 'bufferLimitBytes';

/** Columns as the charts draw them: seconds since the epoch, and a gap where a figure is not known. */
export interface Series {
  seconds: number[];
  columns: Record<Figure, (number | null)[]>;
}

const FIGURES: readonly Figure[] = ['lagBytes', 'bytesPerSecond', 'bufferBytes', 'bufferLimitBytes'];

/** So many seconds of the page's own looks are kept, until the kept samples have them too. */
const MOST_LIVE = 600;
/** Below it a speed is noise. */
const SHORTEST_MS = 800;

/** The view as a sample. Undefined without progress, and when it shows nothing newer than the last one. */
export const liveOf = ({ progress, phase, shards }: MigrationView, before: Live | undefined): Live | undefined => {
  if (!progress || progress.asOf <= (before?.at ?? '')) return undefined;
  const { asOf: at, lagBytes, lagSeconds, bytesCopied, bytesTotal, buffer } = progress;
  const offsets = shards.map(({ targetOffset }) => targetOffset);
  const applied = offsets.every((offset) => offset !== undefined) && offsets.length > 0;
  const now: Live = {
    at,
    phase,
    ...(lagBytes !== undefined && { lagBytes }),
    ...(lagSeconds !== undefined && { lagSeconds }),
    ...(bytesCopied !== undefined && { bytesCopied }),
    ...(bytesTotal !== undefined && { bytesTotal }),
    ...(buffer && { bufferBytes: buffer.bytes }),
    ...(buffer?.limitBytes !== undefined && { bufferLimitBytes: buffer.limitBytes }),
    ...(applied && { appliedOffset: offsets.reduce<number>((sum, offset) => sum + (offset as number), 0) }),
  };
  const bytesPerSecond = before && speed(before, now);
  return { ...now, ...(bytesPerSecond !== undefined && { bytesPerSecond }) };
};

const speed = (before: Live, now: Live): number | undefined => {
  const figure = now.phase === 'copying' ? 'bytesCopied' : 'appliedOffset';
  const [from, to] = [before[figure], now[figure]];
  const ms = Date.parse(now.at) - Date.parse(before.at);
  if (before.phase !== now.phase && (before.phase === 'copying' || now.phase === 'copying')) return undefined;
  if (from === undefined || to === undefined || to < from || ms < SHORTEST_MS) return undefined;
  return Math.round(((to - from) / ms) * 1000);
};

export const addLive = (lived: readonly Live[], view: MigrationView): readonly Live[] => {
  const live = liveOf(view, lived.at(-1));
  return live ? [...lived, live].slice(-MOST_LIVE) : lived;
};

/** So many samples are added to before all of them are asked for, and thinned, anew. */
const MOST_KEPT = 3000;

/** A history with what came since, so that a page which is open for hours reads no more than that. */
export const readHistory = async (
  known: History | undefined,
  read: (from: string | undefined) => Promise<History>,
): Promise<History> => {
  const newest = known?.samples.at(-1)?.at;
  if (!known || newest === undefined || known.samples.length >= MOST_KEPT) return read(undefined);
  // The newest is read again: the speed of the next one is told since then.
  const since = await read(newest);
  const fresh = since.samples.filter(({ at }) => at > newest);
  return fresh.length > 0 ? { ...known, to: since.to, samples: [...known.samples, ...fresh] } : known;
};

/** Kept samples, and after them what the page has seen itself. */
export const merge = (kept: readonly Sample[], lived: readonly Sample[], fromMs: number): Sample[] => {
  const newest = kept.at(-1)?.at ?? '';
  return [...kept, ...lived.filter(({ at }) => at > newest)].filter(({ at }) => Date.parse(at) >= fromMs);
};

export const toSeries = (samples: readonly Sample[]): Series => ({
  seconds: samples.map(({ at }) => Date.parse(at) / 1000),
  columns: Object.fromEntries(
    FIGURES.map((figure) => [figure, samples.map((sample) => sample[figure] ?? null)]),
  ) as Series['columns'],
});

/** The indices of values with a gap on both sides: no line leads to them. */
export const aloneIn = (values: ArrayLike<number | null | undefined>): number[] =>
  Array.from(values, (_, index) => index).filter(
    (index) => isKnown(values[index]) && !isKnown(values[index - 1]) && !isKnown(values[index + 1]),
  );

const isKnown = (value: number | null | undefined): boolean => value !== null && value !== undefined;

export interface Summary {
  latest: number;
  /** ISO 8601: what is measured no more was the last then. */
  latestAt: string;
  most: number;
  /** ISO 8601 */
  mostAt: string;
}

/** Undefined where the figure was never known. */
export const summaryOf = (samples: readonly Sample[], figure: Figure): Summary | undefined => {
  let summary: Summary | undefined;
  for (const sample of samples) {
    const value = sample[figure];
    if (value === undefined) continue;
    const isMore = summary === undefined || value > summary.most;
    summary = {
      latest: value,
      latestAt: sample.at,
      most: isMore ? value : (summary as Summary).most,
      mostAt: isMore ? sample.at : (summary as Summary).mostAt,
    };
  }
  return summary;
};

export interface Band {
  phase: string;
  fromSeconds: number;
  toSeconds: number;
}

/** Which phase it was when, as far as the charts tell them apart. */
export const bandsOf = ({ phases, stoppedAt }: MigrationView, nowMs: number): Band[] =>
  phases.map(({ phase, at }, index) => ({
    phase,
    fromSeconds: Date.parse(at) / 1000,
    toSeconds: Date.parse(phases[index + 1]?.at ?? stoppedAt ?? new Date(nowMs).toISOString()) / 1000,
  }));
