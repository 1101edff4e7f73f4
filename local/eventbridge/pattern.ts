import { isObject } from '../template/properties.ts';

/** EventBridge's InvalidEventPatternException: the pattern asks for something that is not played here, or for nothing. */
export class EventPatternError extends Error {
  override readonly name = 'EventPatternError' as const;
}

/** Tells whether a value at some place of the event is what the pattern wants; `undefined` is absence. */
type Matcher = (value: unknown) => boolean;

const refuse = (what: string, pattern: unknown): never => {
  throw new EventPatternError(`Event pattern is not valid. Reason: ${what}: ${JSON.stringify(pattern)}`);
};

const text = (value: unknown, of: string): string =>
  typeof value === 'string' ? value : refuse(`${of} takes text`, value);

/** `*` stands for any characters; `\*` and `\\` for themselves. */
const wildcard = (pattern: string): RegExp => {
  const parts = pattern.match(/\\[*\\]|[\s\S]/g) ?? [];
  const source = parts.map((part) =>
    part === '*' ? '.*' : (part.at(-1) as string).replace(/[\\^$.*+?()[\]{}|]/, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 's');
};

const onText =
  (test: (value: string) => boolean): Matcher =>
  (value) =>
    typeof value === 'string' && test(value);

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `[">", 0, "<=", 5]` */
const numeric = (range: unknown): Matcher => {
  if (!Array.isArray(range) || range.length === 0 || range.length % 2 !== 0)
    return refuse('numeric takes pairs', range);
  const tests = Array.from({ length: range.length / 2 }, (_, index) => {
    const [operator, bound] = range.slice(index * 2, index * 2 + 2);
    const compare = COMPARISONS[operator as string];
    return compare && typeof bound === 'number'
      ? { compare, bound }
      : refuse('numeric takes an operator and a number', range);
  });
  return (value) => typeof value === 'number' && tests.every(({ compare, bound }) => compare(value, bound));
};

const equalsIgnoreCase = (wanted: unknown): Matcher => {
  const lower = text(wanted, 'equals-ignore-case').toLowerCase();
  return onText((value) => value.toLowerCase() === lower);
};

/** prefix and suffix, of which both may be `{"equals-ignore-case": …}`. */
const affix = (name: 'prefix' | 'suffix', wanted: unknown): Matcher => {
  const has = name === 'prefix' ? 'startsWith' : 'endsWith';
  if (!isObject(wanted)) {
    const part = text(wanted, name);
    return onText((value) => value[has](part));
  }
  const part = text(wanted['equals-ignore-case'], name).toLowerCase();
  return onText((value) => value.toLowerCase()[has](part));
};

/** A list of values, or one of the text matchers over one or more values. A missing field is not anything, so no match. */
const anythingBut = (excluded: unknown): Matcher => {
  if (!isObject(excluded)) {
    const values = [excluded].flat();
    return (value) => value !== undefined && !values.includes(value);
  }
  const [name = '', given] = Object.entries(excluded)[0] ?? [];
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)) return refuse('anything-but', excluded);
  const matchers = [given].flat().map((one) => contentMatcher({ [name]: one }));
  return (value) => value !== undefined && !matchers.some((matches) => matches(value));
};

const exists = (wanted: unknown): Matcher => {
  if (typeof wanted !== 'boolean') return refuse('exists takes true or false', wanted);
  return (value) => (value !== undefined) === wanted;
};

const contentMatcher = (filter: Record<string, unknown>): Matcher => {
  const [[name, argument] = ['', undefined], ...others] = Object.entries(filter);
  if (others.length > 0) return refuse('one operator at a time', filter);
  if (name === 'prefix' || name === 'suffix') return affix(name, argument);
  if (name === 'equals-ignore-case') return equalsIgnoreCase(argument);
  if (name === 'anything-but') return anythingBut(argument);
  if (name === 'numeric') return numeric(argument);
  if (name === 'exists') return exists(argument);
  if (name === 'wildcard') {
    const expression = wildcard(text(argument, name));
    return onText((value) => expression.test(value));
  }
  return refuse('unrecognized match type', filter);
};

const oneOf = (wanted: unknown[]): Matcher => {
  if (wanted.length === 0) return refuse('empty arrays are not allowed', wanted);
  const matchers = wanted.map((one) => (isObject(one) ? contentMatcher(one) : (value: unknown) => value === one));
  return (value) => {
    // A list in the event matches when one of its elements does; an empty one counts as absent.
    const values = Array.isArray(value) ? (value.length === 0 ? [undefined] : value) : [value];
    return values.some((each) => !isObject(each) && matchers.some((matches) => matches(each)));
  };
};

const fieldMatcher = (wanted: unknown): Matcher => {
  if (Array.isArray(wanted)) return oneOf(wanted);
  return isObject(wanted) ? objectMatcher(wanted) : refuse('a value must be an array or an object', wanted);
};

const objectMatcher = (pattern: Record<string, unknown>): Matcher => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) return refuse('empty objects are not allowed', pattern);
  const tests = entries.map(([name, wanted]): Matcher => {
    if (name === '$or') {
      if (!Array.isArray(wanted) || wanted.length < 2) return refuse('$or takes at least two patterns', wanted);
      const alternatives = wanted.map(fieldMatcher);
      return (value) => alternatives.some((matches) => matches(value));
    }
    const matches = fieldMatcher(wanted);
    return (value) => matches(isObject(value) ? value[name] : undefined);
  });
  return (value) => {
    const candidates = Array.isArray(value) ? value : [value];
    return candidates.some((candidate) => tests.every((matches) => matches(candidate)));
  };
};

/**
 * The test that an event pattern stands for:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @throws EventPatternError for an operator that is not played (cidr) and for one that does not exist
 */
export const compilePattern = (pattern: Record<string, unknown>): ((event: unknown) => boolean) =>
  objectMatcher(pattern);
