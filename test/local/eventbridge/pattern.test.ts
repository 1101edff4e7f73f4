import { describe, expect, it } from 'vitest';
import { compilePattern, EventPatternError } from '../../../local/eventbridge/pattern.ts';

const event = {
  source: 'elasticache-migrator',
  'detail-type': 'MigrationStarted',
  resources: ['arn:one', 'arn:two'],
  detail: {
    status: 'SUCCEEDED',
    count: 5,
    ratio: -1.5,
    flag: true,
    gone: null,
    empty: [],
    path: 'a/b/c.png',
    nested: { deep: 'x' },
    list: [{ a: 1, b: 2 }, { a: 3 }],
  },
};

describe('event patterns', () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['exact', { source: ['elasticache-migrator'] }, true],
    ['exact, one of several', { source: ['other', 'elasticache-migrator'] }, true],
    ['exact, none', { source: ['other'] }, false],
    ['all fields must match', { source: ['elasticache-migrator'], 'detail-type': ['Other'] }, false],
    ['number', { detail: { count: [5] } }, true],
    ['number is not text', { detail: { count: ['5'] } }, false],
    ['boolean', { detail: { flag: [true] } }, true],
    ['null', { detail: { gone: [null] } }, true],
    ['null is not absence', { detail: { missing: [null] } }, false],
    ['an element of a list', { resources: ['arn:two'] }, true],
    ['no element of a list', { resources: ['arn:three'] }, false],
    ['nested', { detail: { nested: { deep: ['x'] } } }, true],
    ['objects in a list, in one element', { detail: { list: { a: [1], b: [2] } } }, true],
    ['objects in a list, not across elements', { detail: { list: { a: [3], b: [2] } } }, false],
    ['prefix', { detail: { path: [{ prefix: 'a/' }] } }, true],
    ['prefix of another', { detail: { path: [{ prefix: 'b/' }] } }, false],
    ['prefix of a number', { detail: { count: [{ prefix: '5' }] } }, false],
    ['prefix without case', { detail: { path: [{ prefix: { 'equals-ignore-case': 'A/B' } }] } }, true],
    ['suffix', { detail: { path: [{ suffix: '.png' }] } }, true],
    ['suffix without case', { detail: { path: [{ suffix: { 'equals-ignore-case': '.PNG' } }] } }, true],
    ['equals-ignore-case', { detail: { status: [{ 'equals-ignore-case': 'succeeded' }] } }, true],
    ['anything-but', { detail: { status: [{ 'anything-but': 'FAILED' }] } }, true],
    ['anything-but, the very thing', { detail: { status: [{ 'anything-but': 'SUCCEEDED' }] } }, false],
    ['anything-but a list', { detail: { status: [{ 'anything-but': ['FAILED', 'SUCCEEDED'] }] } }, false],
    ['anything-but a number', { detail: { count: [{ 'anything-but': [1, 2] }] } }, true],
    ['anything-but of a missing field', { detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    ['anything-but prefix', { detail: { path: [{ 'anything-but': { prefix: 'a/' } }] } }, false],
    ['anything-but suffixes', { detail: { path: [{ 'anything-but': { suffix: ['.gif', '.jpg'] } }] } }, true],
    ['anything-but wildcard', { detail: { path: [{ 'anything-but': { wildcard: '*.png' } }] } }, false],
    ['exists', { detail: { status: [{ exists: true }] } }, true],
    ['exists, not', { detail: { missing: [{ exists: false }] } }, true],
    ['exists, wrongly not', { detail: { status: [{ exists: false }] } }, false],
    ['exists at the top', { 'replay-name': [{ exists: false }] }, true],
    ['exists below what is missing', { detail: { missing: { deeper: [{ exists: false }] } } }, true],
    ['an empty list counts as absent', { detail: { empty: [{ exists: true }] } }, false],
    ['numeric', { detail: { count: [{ numeric: ['>', 0, '<=', 5] }] } }, true],
    ['numeric, outside', { detail: { count: [{ numeric: ['<', 5] }] } }, false],
    ['numeric, equal', { detail: { ratio: [{ numeric: ['=', -1.5] }] } }, true],
    ['numeric of text', { detail: { status: [{ numeric: ['>', 0] }] } }, false],
    ['wildcard', { detail: { path: [{ wildcard: 'a/*/*.png' }] } }, true],
    ['wildcard, a dot is a dot', { detail: { path: [{ wildcard: 'a/b/c?png' }] } }, false],
    ['wildcard, escaped', { detail: { path: [{ wildcard: 'a/\\*' }] } }, false],
    ['$or at the top', { $or: [{ source: ['other'] }, { detail: { count: [5] } }] }, true],
    ['$or, none', { detail: { $or: [{ count: [1] }, { status: ['FAILED'] }] } }, false],
    [
      '$or beside another field',
      { source: ['other'], $or: [{ detail: { count: [5] } }, { detail: { flag: [true] } }] },
      false,
    ],
  ])('%s', (_, pattern, matches) => {
    expect(compilePattern(pattern)(event)).toBe(matches);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a value outside of a list', { source: 'x' }],
    ['an empty pattern', {}],
    ['an empty list', { source: [] }],
    ['an unknown operator', { source: [{ contains: 'x' }] }],
    ['cidr, which is not played', { source: [{ cidr: '10.0.0.0/8' }] }],
    ['two operators at once', { source: [{ prefix: 'a', suffix: 'b' }] }],
    ['a broken range', { source: [{ numeric: ['>'] }] }],
    ['a strange comparison', { source: [{ numeric: ['~', 1] }] }],
    ['an $or of one', { $or: [{ source: ['x'] }] }],
  ])('refuses %s', (_, pattern) => {
    expect(() => compilePattern(pattern)).toThrow(EventPatternError);
  });
});
