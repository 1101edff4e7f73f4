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

const partition = (items?: unknown[], size?: number): unknown => {
  if (items === undefined || size === undefined) return undefined;
  const chunk = Math.trunc(size);
  if (chunk <= 0 || items.length === 0) return undefined;
  return Array.from({ length: Math.ceil(items.length / chunk) }, (_, i) => items.slice(i * chunk, (i + 1) * chunk));
};

const range = (first?: number, last?: number, step?: number): unknown => {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const [from, to, by] = [Math.trunc(first), Math.trunc(last), Math.trunc(step)];
  if (by === 0 || (to - from) * by < 0) return undefined;
  const length = Math.floor((to - from) / by) + 1;
  if (length > LONGEST_RANGE) refuse('Expression evaluation memory limit exceeded');
  const numbers = Array.from({ length }, (_, i) => from + i * by);
  return numbers.length === 1 ? numbers[0] : numbers;
};

const hash = (text?: string, algorithm?: string): unknown => {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = HASHES[algorithm] ?? refuse(`$hash knows ${Object.keys(HASHES).join(', ')}, not ${algorithm}`);
  return createHash(name).update(text).digest('hex');
};

const parse = (text?: string): unknown => (text === undefined ? undefined : JSON.parse(text));

/** mulberry32: small, and the same sequence for the same seed is all that `$random(seed)` promises. */
const seeded = (seed: number): number => {
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
};

export interface LibraryFunction {
  /** Takes what the signature lets through, and undefined for what is missing. */
  run: (...args: never[]) => unknown;
  /** JSONata's notation, by which the engine checks the arguments: https://docs.jsonata.org/embedding-extending */
  signature: string;
}

/**
 * The functions that Step Functions adds to JSONata, and those that must ask the embedded clock instead of the system's.
 * An argument that is undefined or makes no sense (a chunk size of 0, a step in the wrong direction) gives undefined, which
 * the field that asked refuses. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const stepFunctionsLibrary = (clock: Clock, random: () => number): Record<string, LibraryFunction> => {
  const format = jsonata('$fromMillis($millisNow, $picture, $timezone)');
  const now = (picture?: string, timezone?: string): unknown =>
    picture === undefined
      ? new Date(clock.now()).toISOString()
      : format.evaluate(undefined, { millisNow: clock.now(), picture, timezone });
  return {
    partition: { run: partition, signature: '<an?:a>' },
    range: { run: range, signature: '<nn?n?:a>' },
    hash: { run: hash, signature: '<ss?:s>' },
    parse: { run: parse, signature: '<s:x>' },
    uuid: { run: () => randomUUID(), signature: '<:s>' },
    random: { run: (seed?: number) => (seed === undefined ? random() : seeded(seed)), signature: '<n?:n>' },
    millis: { run: () => clock.now(), signature: '<:n>' },
    now: { run: now, signature: '<s?s?:s>' },
    // Refused when the machine is created; this is for whoever reaches it by another name.
    eval: { run: () => refuse('$eval is not available in Step Functions: use $parse'), signature: '<x-:x>' },
  };
};
