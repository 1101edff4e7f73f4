import { describe, expect, it } from 'vitest';
import {
  type ReadPage,
  readOn,
  sentenceOf,
  timelinePauseMs,
  titleOf,
  toneOf,
} from '../../../console/ui/migration/timeline.ts';
import type { Announced } from '../../../functions/migration/announced.ts';
import { at } from './views.ts';

const event = (second: number, data: Record<string, unknown> = {}): Announced => ({
  at: at(second),
  detailType: 'MigrationProgressed',
  detail: { metadata: { id: `event-${second}` }, data },
});
const seconds = (events: readonly Announced[]) => events.map(({ detail }) => Number(detail.metadata.id.slice(6)));

/** Pages by token; the first has none. */
const pagesOf = (...pages: Announced[][]) => {
  const asked: (string | undefined)[] = [];
  const read: ReadPage = async (nextToken) => {
    asked.push(nextToken);
    const page = Number(nextToken ?? 0);
    return { events: pages[page] ?? [], ...(page + 1 < pages.length && { nextToken: String(page + 1) }) };
  };
  return { read, asked };
};

describe('the timeline', () => {
  it('reads all pages, also behind an empty one, newest first, each event once', async () => {
    const { read } = pagesOf([], [event(9), event(5), event(5)], [event(3), event(1)]);

    expect(seconds(await readOn([], read))).toEqual([9, 5, 3, 1]);
  });

  it('reads no further than to what it knows', async () => {
    const known = await readOn([], pagesOf([event(5)], [event(3)]).read);
    const { read, asked } = pagesOf([event(9), event(5)], [event(5), event(3)], [event(1)]);

    expect(seconds(await readOn(known, read))).toEqual([9, 5, 3]);
    expect(asked).toEqual([undefined, '1']);
  });

  it('reads on behind an act that it knows, since the migration may have announced more after it', async () => {
    const rolledBack = { ...event(5), detailType: 'MigrationRolledBack' };
    const known = await readOn([], pagesOf([rolledBack], [event(3)]).read);

    expect(seconds(await readOn(known, pagesOf([rolledBack], [event(9), event(3)]).read))).toEqual([9, 5, 3]);
  });

  it('has a title, a tone and a sentence for every event, also for one that it does not know', () => {
    expect(titleOf('MigrationCutoverBackedOut')).toBe('Cutover backed out');
    expect(toneOf('MigrationLinkLost')).toBe('bad');
    expect([titleOf('MigrationSurprised'), toneOf('MigrationSurprised')]).toEqual(['Surprised', 'run']);
    expect(sentenceOf(event(1, { statusReason: 'It copies.', progress: { percent: 41.2 } }))).toBe(
      '41.2 % · It copies.',
    );
    expect(sentenceOf(event(1, { statusReason: 'In sync.', progress: { percent: 100 } }))).toBe('In sync.');
    expect(sentenceOf(event(1))).toBe('');
  });
});

describe('the timeline', () => {
  it('is read often for a while after a change, since what is announced of it comes after it', () => {
    expect([timelinePauseMs(true, 0), timelinePauseMs(false, 9000)]).toEqual([2000, 2000]);
    expect([timelinePauseMs(false, 60_000), timelinePauseMs(true, 60_000)]).toEqual([10_000, 30_000]);
  });
});
