import { describe, expect, it } from 'vitest';
import type { Entry, Log } from './entries.ts';
import { type Contents, type Course, isClean, judge } from './judge.ts';

const write = (change: Partial<Entry> = {}): Entry => ({
  writer: 'set-0-0',
  kind: 'set',
  act: 'set',
  shard: 0,
  key: 'key',
  value: 'value',
  side: 'source',
  sentMs: 10,
  ackedMs: 11,
  ...change,
});
const push = (value: string) => write({ kind: 'push', act: 'push', key: 'queue', value });
const pop = (value: string) => write({ kind: 'pop', act: 'pop', key: 'queue', value });

const COURSE: Course = { primary: 'target', sealedMs: 100, promotedMs: [200] };

const judged = (
  entries: Entry[],
  holds: { values?: Record<string, string>; queue?: string[] } = {},
  { unanswered = 0, course = COURSE }: { unanswered?: number; course?: Course } = {},
) => {
  const log: Log = { entries, unansweredPops: new Map([['queue', unanswered]]), refused: { source: 0, target: 0 } };
  const contents: Contents = {
    values: new Map(Object.entries(holds.values ?? {})),
    lists: new Map([['queue', holds.queue ?? []]]),
  };
  return judge(log, [contents], course);
};

describe('the judge of a ledger', () => {
  it('finds nothing when all that was acknowledged is there', () => {
    const verdict = judged([write(), push('a'), push('b'), pop('a')], { values: { key: 'value' }, queue: ['b'] });

    expect(isClean(verdict)).toBe(true);
    expect(verdict).toMatchObject({ total: 4, acknowledged: { set: 1, push: 2, pop: 1 } });
  });

  it.each([
    ['a key that is not there', [write()], {}],
    ['a key with another value', [write()], { values: { key: 'older' } }],
    ['a pushed item that nobody got', [push('a')], {}],
    ['an item that was given out and is there again', [push('a'), pop('a')], { queue: ['a'] }],
  ])('counts %s as lost', (_, entries, holds) => {
    expect(judged(entries, holds).lost).toBe(1);
  });

  it('lets one item go with each BLPOP that was never answered, and no more', () => {
    expect(judged([push('a')], {}, { unanswered: 1 }).lost).toBe(0);
    expect(judged([push('a'), push('b')], {}, { unanswered: 1 }).lost).toBe(1);
  });

  it('counts an item that both sides gave out', () => {
    expect(judged([push('a'), pop('a'), pop('a')])).toMatchObject({ twice: 1 });
  });

  it('counts what the source took under its fence, and what the target took before its promotion', () => {
    const holds = { values: { key: 'value' } };

    expect(judged([write({ sentMs: 101 })], holds).late).toBe(1);
    expect(judged([write({ sentMs: 99, ackedMs: 101 })], holds).late).toBe(0);
    expect(judged([write({ side: 'target', ackedMs: 199 })], holds).early).toBe(1);
    expect(judged([write({ side: 'target', sentMs: 199, ackedMs: 201 })], holds).early).toBe(0);
    expect(judged([write({ side: 'target' })], holds, { course: { ...COURSE, promotedMs: [undefined] } }).early).toBe(
      1,
    );
  });
});
