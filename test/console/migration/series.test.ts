import { describe, expect, it } from 'vitest';
import {
  addLive,
  aloneIn,
  bandsOf,
  type Live,
  merge,
  readHistory,
  summaryOf,
  toSeries,
} from '../../../console/ui/migration/charts/series.ts';
import type { History, Sample } from '../../../functions/migration/sample.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { at, aView, phases, START_MS } from './views.ts';

const sample = (second: number, more: Partial<Sample> = {}): Sample => ({ at: at(second), phase: 'inSync', ...more });
const seen = (second: number, figures: object, targetOffset?: number, phase = 'inSync'): MigrationView =>
  aView({
    phase: phase as MigrationView['phase'],
    progress: { asOf: at(second), ...figures },
    shards: targetOffset === undefined ? [] : ([{ targetOffset }] as MigrationView['shards']),
  });
const liveOf = (...views: MigrationView[]): readonly Live[] => views.reduce<readonly Live[]>(addLive, []);

describe('what the page sees itself', () => {
  it('is a sample for each new reading, with the speed since the one before', () => {
    const lived = liveOf(
      seen(0, { bytesCopied: 0, bytesTotal: 9000, buffer: { bytes: 5, limitBytes: 70 } }, undefined, 'copying'),
      seen(2, { bytesCopied: 5000, bytesTotal: 9000 }, undefined, 'copying'),
      seen(2, { bytesCopied: 5000, bytesTotal: 9000 }, undefined, 'copying'),
      seen(4, { lagBytes: 3 }, 100),
      seen(6, { lagBytes: 0 }, 900),
    );

    expect(lived.map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([undefined, 2500, undefined, 400]);
    expect(lived[0]).toMatchObject({ bufferBytes: 5, bufferLimitBytes: 70 });
    expect(lived.at(-1)).toMatchObject({ at: at(6), lagBytes: 0 });
  });

  it('has no speed that nobody knows: another copy, a shorter time than a second, no offsets', () => {
    const restarted = liveOf(
      seen(0, { bytesCopied: 9000 }, undefined, 'copying'),
      seen(2, { bytesCopied: 5 }, undefined, 'copying'),
    );
    const hasty = liveOf(seen(0, {}, 5), seen(0.5, {}, 900));

    expect(
      [...restarted, ...hasty, ...liveOf(seen(0, {}), seen(2, {}))].map(({ bytesPerSecond }) => bytesPerSecond),
    ).toEqual(Array(6).fill(undefined));
  });

  it('goes on where the kept samples end, and lasts ten minutes', () => {
    const kept = [sample(0, { lagBytes: 1 }), sample(10, { lagBytes: 2 })];
    const lived = [sample(5, { lagBytes: 9 }), sample(11, { lagBytes: 3 })];

    expect(merge(kept, lived, START_MS).map(({ lagBytes }) => lagBytes)).toEqual([1, 2, 3]);
    expect(merge(kept, lived, START_MS + 10_000).map(({ lagBytes }) => lagBytes)).toEqual([2, 3]);
    const many = Array.from({ length: 700 }, (_, second) => seen(second, { lagBytes: second }));
    expect(liveOf(...many)).toHaveLength(600);
  });
});

describe('the kept samples', () => {
  const history = (...seconds: number[]): History => ({
    migrationId: 'm',
    from: at(0),
    to: at(seconds.at(-1) ?? 0),
    samples: seconds.map((second) => sample(second)),
  });
  const read = async (known: History | undefined, answer: History) => {
    const asked: (string | undefined)[] = [];
    const found = await readHistory(known, async (from) => {
      asked.push(from);
      return answer;
    });
    return { asked, found };
  };

  it('are read whole once, and then from the newest on', async () => {
    const first = await read(undefined, history(0, 10));
    const second = await read(first.found, history(10, 20, 30));

    expect([first.asked, second.asked]).toEqual([[undefined], [at(10)]]);
    expect(second.found).toEqual(history(0, 10, 20, 30));
  });

  it('are the same where nothing is new, and read whole where there are too many', async () => {
    const known = history(0, 10);
    const many = history(...Array.from({ length: 3000 }, (_, index) => index));

    expect((await read(known, history(10))).found).toBe(known);
    expect((await read(many, known)).asked).toEqual([undefined]);
    expect((await read(history(), known)).asked).toEqual([undefined]);
  });
});

describe('the charts', () => {
  it('have a gap where a figure is not known', () => {
    const { seconds, columns } = toSeries([sample(0, { lagBytes: 5 }), sample(10), sample(20, { lagBytes: 0 })]);

    expect(seconds.map((second) => second - START_MS / 1000)).toEqual([0, 10, 20]);
    expect(columns.lagBytes).toEqual([5, null, 0]);
    expect(columns.bufferBytes).toEqual([null, null, null]);
  });

  it('are told in words: the newest figure, and the largest with its time', () => {
    const samples = [sample(0, { lagBytes: 5 }), sample(10, { lagBytes: 50 }), sample(20, { lagBytes: 0 }), sample(30)];

    expect(summaryOf(samples, 'lagBytes')).toEqual({ latest: 0, latestAt: at(20), most: 50, mostAt: at(10) });
    expect(summaryOf(samples, 'bufferBytes')).toBeUndefined();
  });

  it('shade what was when, up to now or to the end', () => {
    const view = aView({ phases: phases('queued 0, linkLost 5') });
    const from = START_MS / 1000;

    expect(bandsOf(view, START_MS + 9000)).toEqual([
      { phase: 'queued', fromSeconds: from, toSeconds: from + 5 },
      { phase: 'linkLost', fromSeconds: from + 5, toSeconds: from + 9 },
    ]);
    expect(bandsOf({ ...view, stoppedAt: at(7) }, START_MS + 9000).at(-1)).toMatchObject({ toSeconds: from + 7 });
  });
});

describe('a value that no line leads to', () => {
  it('is told from those that have a neighbour, so that it is drawn as a point', () => {
    expect(aloneIn([7])).toEqual([0]);
    expect(aloneIn([null, 0, null, 1, 2, null, undefined, 3])).toEqual([1, 7]);
    expect(aloneIn([1, 2, 3])).toEqual([]);
    expect(aloneIn([])).toEqual([]);
  });
});
