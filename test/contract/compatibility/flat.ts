import type { Schema } from '../schemas.ts';

/** Finds what a `$ref` means, from the document that it stands in. */
export type Resolve = (ref: string, from: string) => Placed;

/** A schema, and the document that its references are relative to. */
export interface Placed {
  schema: Schema | boolean;
  from: string;
}

/** What several schemas that must hold together say, keyword by keyword. */
export interface Flat {
  types: ReadonlySet<string> | undefined;
  /** By `enum` or `const`: their JSON. */
  values: ReadonlySet<string> | undefined;
  /** `x-open`: values may be added to it. */
  isOpen: boolean;
  properties: ReadonlyMap<string, Placed[]>;
  required: ReadonlySet<string>;
  /** Takes no other property. */
  isClosed: boolean;
  items: Placed[];
  /** Each list of alternatives. */
  anyOf: Placed[][];
  /** The tightest of each: `minimum`, `maxLength` … */
  bounds: ReadonlyMap<string, number>;
  /** What can only be equal or not: patterns, `oneOf` (one alternative more takes away what fits two), formats, conditions. Their JSON, references resolved. */
  others: ReadonlySet<string>;
  default: string | undefined;
}

const LEAST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const MOST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
/** Says nothing of a value. */
const ANNOTATIONS = ['$schema', '$id', '$defs', 'title', 'description', 'examples', 'example', 'deprecated', 'x-open'];
const CONDITION = ['if', 'then', 'else'];

const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const inBoth = (one: ReadonlySet<string> | undefined, other: Iterable<string>): ReadonlySet<string> =>
  new Set([...other].filter((value) => !one || one.has(value)));

/** A part with every reference in it resolved and every annotation left out, as text that compares. */
const textOf = (part: unknown, from: string, resolve: Resolve): string => {
  const plain = (value: unknown, place: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => plain(one, place));
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value as Schema;
    const own = Object.entries(rest)
      .filter(([name]) => !ANNOTATIONS.includes(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, plain(one, place)]);
    if (typeof $ref !== 'string') return Object.fromEntries(own);
    const target = resolve($ref, place);
    return [plain(target.schema, target.from), Object.fromEntries(own)];
  };
  return JSON.stringify(plain(part, from));
};

/** @throws Error for a keyword that nobody here can judge */
export const flatten = (placed: readonly Placed[], resolve: Resolve): Flat => {
  let types: Flat['types'];
  let values: Flat['values'];
  let isOpen = false;
  let isClosed = false;
  let byDefault: string | undefined;
  const properties = new Map<string, Placed[]>();
  const required = new Set<string>();
  const items: Placed[] = [];
  const anyOf: Placed[][] = [];
  const bounds = new Map<string, number>();
  const others = new Set<string>();

  const add = ({ schema, from }: Placed): void => {
    if (schema === true) return;
    if (schema === false) {
      others.add('false');
      return;
    }
    isOpen ||= schema['x-open'] === true;
    for (const [name, value] of Object.entries(schema)) {
      if (ANNOTATIONS.includes(name)) continue;
      if (name === '$ref') add(resolve(value as string, from));
      else if (name === 'allOf') for (const one of value as Schema[]) add({ schema: one, from });
      else if (name === 'type') types = inBoth(types, listed(value as string));
      else if (name === 'enum')
        values = inBoth(
          values,
          (value as unknown[]).map((one) => JSON.stringify(one)),
        );
      else if (name === 'const') values = inBoth(values, [JSON.stringify(value)]);
      else if (name === 'required') for (const one of value as string[]) required.add(one);
      else if (name === 'items') items.push({ schema: value as Schema, from });
      else if (name === 'anyOf') anyOf.push((value as Schema[]).map((one) => ({ schema: one, from })));
      else if (name === 'default') byDefault = JSON.stringify(value);
      else if (name === 'additionalProperties' || name === 'unevaluatedProperties') {
        if (value === false) isClosed = true;
        else others.add(`${name} ${textOf(value, from, resolve)}`);
      } else if (name === 'properties') {
        for (const [property, one] of Object.entries(value as Record<string, Schema>))
          properties.set(property, [...(properties.get(property) ?? []), { schema: one, from }]);
      } else if (LEAST.includes(name)) bounds.set(name, Math.max(value as number, bounds.get(name) ?? -Infinity));
      else if (MOST.includes(name)) bounds.set(name, Math.min(value as number, bounds.get(name) ?? Infinity));
      else if (!CONDITION.includes(name)) others.add(`${name} ${textOf(value, from, resolve)}`);
    }
    if (schema.if !== undefined) {
      others.add(
        `if ${textOf(
          CONDITION.map((part) => schema[part] ?? true),
          from,
          resolve,
        )}`,
      );
    }
  };
  for (const one of placed) add(one);
  return { types, values, isOpen, properties, required, isClosed, items, anyOf, bounds, others, default: byDefault };
};
