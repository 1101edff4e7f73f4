import fc from 'fast-check';
import { HOSTILE } from '../../functions/hostile/texts.ts';

/** What stands where something else should, or beyond a bound. */
const STRANGE: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e21, Number.MAX_SAFE_INTEGER + 2, 65_536, 101, 10_000_001],
  ...['', ' ', 'null', '6379', 'x'.repeat(1001), '🙂'.repeat(1001), '-', 'a--b', '127.0.0.1', '169.254.169.254', '::1'],
  ...[
    [],
    {},
    [[]],
    [null],
    { address: '10.0.0.5' },
    { length: 1 },
    { toString: 'x' },
    { constructor: { prototype: {} } },
  ],
  ...Object.values(HOSTILE),
];
const NAMES = [
  'more',
  '__proto__',
  'constructor',
  'toString',
  '',
  'Reason',
  'reason ',
  'auth',
  'a/b~c',
  ...Object.values(HOSTILE),
];

type Step = { kind: 'remove' | 'replace' | 'add' | 'repeat' | 'nudge'; at: number; strange: unknown; name: string };

const STEP: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind'][]>('remove', 'replace', 'add', 'repeat', 'nudge'),
  at: fc.nat(1000),
  strange: fc.constantFrom(...STRANGE),
  name: fc.constantFrom(...NAMES),
});

interface Place {
  holder: Record<string, unknown> | unknown[];
  key: string | number;
}

const placesIn = (value: unknown, found: Place[] = []): Place[] => {
  if (typeof value !== 'object' || value === null) return found;
  const entries = Array.isArray(value) ? value.map((one, index) => [index, one] as const) : Object.entries(value);
  for (const [key, one] of entries) {
    found.push({ holder: value as Place['holder'], key });
    placesIn(one, found);
  }
  return found;
};

/** An own field, also one that is named `__proto__`. */
const set = ({ holder, key }: Place, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
};

const nudged = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}x`;
  return typeof value === 'boolean' ? String(value) : [value];
};

/** One step away from what it was; it may still be as it should. */
const broken = (value: unknown, { kind, at, strange, name }: Step): unknown => {
  const copy = structuredClone(value);
  const places = placesIn(copy);
  const place = places[at % Math.max(1, places.length)];
  if (!place || kind === 'add') {
    const holders = [
      copy,
      ...places.map(({ holder, key }) => (holder as Record<string, unknown>)[key as string]),
    ].filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    const holder = holders[at % Math.max(1, holders.length)];
    if (!holder) return strange;
    set({ holder: holder as Record<string, unknown>, key: name }, strange);
    return copy;
  }
  const { holder, key } = place;
  const old = (holder as Record<string, unknown>)[key as string];
  if (kind === 'remove') {
    if (Array.isArray(holder)) holder.splice(key as number, 1);
    else delete holder[key as string];
  } else if (kind === 'repeat' && Array.isArray(holder)) holder.push(structuredClone(old));
  else set(place, kind === 'replace' ? structuredClone(strange) : nudged(old));
  return copy;
};

/** Values that were valid before one to three steps were taken. */
export const nearly = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(valid, fc.array(STEP, { minLength: 1, maxLength: 3 })).map(([value, steps]) => steps.reduce(broken, value));

/** Bodies that are no JSON, or too much of it. */
export const HOSTILE_BODIES: readonly string[] = [
  ...Object.values(HOSTILE),
  ...[
    '',
    ' ',
    'null',
    '0',
    '"x"',
    '[]',
    '{}',
    '{',
    '{"a":',
    '\ufeff{}',
    '{"reason":"a","reason":1}',
    'NaN',
    '1e999',
    "{'a':1}",
  ],
  '['.repeat(30_000),
  `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  JSON.stringify({ reason: 'x'.repeat(70_000) }),
  JSON.stringify({ customerNodeEndpointList: Array(1000).fill({}) }),
  JSON.stringify({ waivers: Array(1000).fill(1) }),
  JSON.stringify({ giveUp: Array(1000).fill({}) }),
  '{"reason":"\\ud800"}',
  '{"__proto__":{"reason":"x"}}',
];
