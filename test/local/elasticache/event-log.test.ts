import type { Event } from '@aws-sdk/client-elasticache';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../local/clock.ts';
import { EventLog } from '../../../local/elasticache/events.ts';

describe('the event log', () => {
  const MINUTE = 60_000;
  const DAY = 24 * 60 * MINUTE;
  let now = 100 * DAY;
  const log = new EventLog({ now: () => now, after: systemClock.after });
  for (const age of [15 * DAY, 13 * DAY, 2 * 60 * MINUTE, 30 * MINUTE, MINUTE]) {
    now = 100 * DAY - age;
    log.add('replication-group', 'test', `${age / MINUTE} minutes ago`);
  }
  const texts = (input: Parameters<EventLog['describe']>[0]) => {
    now = 100 * DAY;
    return log.describe(input, 0).items.map((event: Event) => event.Message);
  };

  it('tells of the last hour unless asked', () => {
    expect(texts({})).toEqual(['1 minutes ago', '30 minutes ago']);
  });

  it.each([
    ['a duration in minutes', { Duration: 10 }, ['1 minutes ago']],
    [
      'a start',
      { StartTime: new Date(100 * DAY - 3 * 60 * MINUTE) },
      ['1 minutes ago', '30 minutes ago', '120 minutes ago'],
    ],
    ['a start and a duration', { StartTime: new Date(100 * DAY - 3 * 60 * MINUTE), Duration: 90 }, ['120 minutes ago']],
    [
      'a start and an end',
      { StartTime: new Date(0), EndTime: new Date(100 * DAY - 2 * MINUTE) },
      ['30 minutes ago', '120 minutes ago', '18720 minutes ago'],
    ],
    ['an end: the hour before it', { EndTime: new Date(100 * DAY - 10 * MINUTE) }, ['30 minutes ago']],
  ])('takes %s', (_, input, expected) => {
    expect(texts(input)).toEqual(expected);
  });

  it('forgets after 14 days, and tells apart by source', () => {
    expect(texts({ StartTime: new Date(0) })).not.toContain('21600 minutes ago');
    expect(texts({ SourceIdentifier: 'other' })).toEqual([]);
    expect(texts({ SourceType: 'cache-cluster' })).toEqual([]);
  });
});
