import { type Flat, flatten, type Placed, type Resolve } from './flat.ts';

/** Whose values they are: `taken` from clients, who must be able to go on sending them, or `given` to consumers. */
export type Direction = 'taken' | 'given';

/** One version of a schema, with what its references mean in that version. */
export interface Version {
  placed: Placed[];
  resolve: Resolve;
}

const missingFrom = <T>(list: Iterable<T>, other: { has(value: T): boolean } | undefined): T[] =>
  [...list].filter((one) => other && !other.has(one));
const isLeast = (name: string): boolean => name.startsWith('min') || name === 'exclusiveMinimum';

/** `integer` stands for itself; `number` for itself and `integer`. */
const withIntegers = (types: Flat['types']): Flat['types'] =>
  types?.has('number') ? new Set([...types, 'integer']) : types;

/**
 * What of a change breaks whoever kept to the old version, one line each.
 *
 * Of what is taken: whatever was taken still is, and means the same. Of what is given: nothing is missing, and nothing comes
 * that could not come before, but for new fields, and new values of a list that says that it is open.
 */
export const breaksIn = (before: Version, after: Version, direction: Direction, at = ''): string[] => {
  const [old, now] = [flatten(before.placed, before.resolve), flatten(after.placed, after.resolve)];
  const told: string[] = [];
  const say = (what: string) => told.push(`${at || '/'} ${what}`);
  const isTaken = direction === 'taken';
  // Every value of the narrow side must be one of the wide side.
  const [narrow, wide] = isTaken ? [old, now] : [now, old];

  const [narrowTypes, wideTypes] = [narrow.types, withIntegers(wide.types)];
  if (wideTypes && (!narrowTypes || missingFrom(narrowTypes, wideTypes).length > 0)) {
    say(`was ${[...(old.types ?? ['anything'])]}, is ${[...(now.types ?? ['anything'])]}`);
  }
  if (old.values && !now.values && !isTaken) say('was one of some values, is anything');
  if (!old.values && now.values && isTaken) say(`was anything, is one of ${[...now.values]}`);
  if (old.values && now.isOpen && !old.isOpen && !isTaken) say('was a closed list, is open');
  if (old.values && now.values) {
    for (const value of missingFrom(old.values, now.values)) say(`no longer knows ${value}`);
    if (!isTaken && !old.isOpen)
      for (const value of missingFrom(now.values, old.values)) say(`has the new value ${value}`);
  }

  for (const name of old.properties.keys()) if (!now.properties.has(name)) say(`no longer has ${name}`);
  if (isTaken) for (const name of missingFrom(now.required, old.required)) say(`newly requires ${name}`);
  else for (const name of missingFrom(old.required, now.required)) say(`no longer always has ${name}`);
  if (isTaken && now.isClosed && !old.isClosed) say('no longer takes other fields');

  for (const [name, bound] of wide.bounds) {
    const other = narrow.bounds.get(name);
    const isInside = other !== undefined && (isLeast(name) ? other >= bound : other <= bound);
    if (!isInside) say(`has ${name} ${now.bounds.get(name) ?? 'no more'}, and had ${old.bounds.get(name) ?? 'none'}`);
  }
  for (const other of missingFrom(wide.others, narrow.others))
    say(`${isTaken ? 'newly demands' : 'no longer keeps'} ${other}`);
  if (isTaken && old.default !== now.default) say(`takes ${now.default} by default, and took ${old.default}`);

  const go = (one: Placed[], other: Placed[], place: string) =>
    told.push(...breaksIn({ ...before, placed: one }, { ...after, placed: other }, direction, place));
  for (const [name, schemas] of old.properties) {
    const others = now.properties.get(name);
    if (others) go(schemas, others, `${at}/${name}`);
  }
  if (old.items.length > 0 || now.items.length > 0) go(old.items, now.items, `${at}[]`);
  if (old.anyOf.length !== now.anyOf.length) say('has other lists of alternatives');
  else
    old.anyOf.forEach((alternatives, index) => {
      const others = now.anyOf[index] ?? [];
      const isFewer = isTaken ? others.length < alternatives.length : others.length > alternatives.length;
      if (isFewer) say(`has ${others.length} alternatives, and had ${alternatives.length}`);
      alternatives.forEach((one, nth) => {
        const other = others[nth];
        if (other) go([one], [other], `${at}(${nth + 1})`);
      });
    });
  return told;
};
