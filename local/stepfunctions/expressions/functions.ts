import { createHash, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import type { Clock } from '../../clock.ts';

const HASHES: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Elements that `$range` may make. */
const LONGEST_RANGE = 360_145;

const refuse = (what: string): never => {
  throw new Error(what);
};

const whole = (value: unknown, what: string): number =>
  typeof value === 'number' ? Math.trunc(value) : refuse(`${what} must be a number`);

const partition = (items: unknown, size: unknown): unknown => {
  if (items === undefined || size === undefined) return undefined;
  const list = Array.isArray(items) ? items : [items];
  const chunk = whole(size, 'The chunk size of $partition');
  if (chunk <= 0 || list.length === 0) return undefined;
  return Array.from({ length: Math.ceil(list.length / chunk) }, (_, i) => list.slice(i * chunk, (i + 1) * chunk));
};

const range = (first: unknown, last: unknown, step: unknown): unknown => {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const from = whole(first, 'The start of $range');
  const to = whole(last, 'The end of $range');
  const by = whole(step, 'The step of $range');
  if (by === 0 || (to - from) * by < 0) return undefined;
  const length = Math.floor((to - from) / by) + 1;
  if (length > LONGEST_RANGE) refuse('Expression evaluation memory limit exceeded');
  const numbers = Array.from({ length }, (_, i) => from + i * by);
  return numbers.length === 1 ? numbers[0] : numbers;
};

const hash = (text: unknown, algorithm: unknown): unknown => {
  if (text === undefined || algorithm === undefined) return undefined;
  if (typeof text !== 'string') return refuse('$hash takes a string');
  const name = HASHES[String(algorithm)] ?? refuse(`$hash knows ${Object.keys(HASHES).join(', ')}, not ${algorithm}`);
  return createHash(name).update(text).digest('hex');
};

const parse = (text: unknown): unknown => {
  if (text === undefined) return undefined;
  return typeof text === 'string' ? JSON.parse(text) : refuse('$parse takes a string');
};

/** mulberry32: small, and the same sequence for the same seed is all that `$random(seed)` promises. */
const seeded = (seed: number): number => {
  let state = (seed + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
};

/**
 * The functions that Step Functions adds to JSONata, and those that must ask the embedded clock instead of the system's.
 * An argument that is undefined or makes no sense (a chunk size of 0, a step in the wrong direction) gives undefined, which
 * the field that asked refuses. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const stepFunctionsLibrary = (
  clock: Clock,
  random: () => number,
): Record<string, (...args: unknown[]) => unknown> => {
  const format = jsonata('$fromMillis($millisNow, $picture, $timezone)');
  return {
    partition,
    range,
    hash,
    parse,
    uuid: () => randomUUID(),
    random: (seed) => (seed === undefined ? random() : seeded(whole(seed, 'The seed of $random'))),
    millis: () => clock.now(),
    now: (picture, timezone) =>
      picture === undefined
        ? new Date(clock.now()).toISOString()
        : format.evaluate(undefined, { millisNow: clock.now(), picture, timezone }),
    eval: () => refuse('$eval is not available in Step Functions: use $parse'),
  };
};
