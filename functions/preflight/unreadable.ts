import type { FactName } from './facts.ts';
import { shown } from './text.ts';

/**
 * A field of a fact that every supported version has is missing, or holds what cannot be true. judge turns it into the
 * fact's own finding; it never leaves the preflight, so it has no code.
 */
export class UnreadableFieldError extends Error {
  readonly fact: FactName;
  /** In words: what of the fact was not as it has to be. */
  readonly detail: string;

  constructor(fact: FactName, detail: string) {
    super(`${fact}: ${detail}`);
    this.fact = fact;
    this.detail = detail;
  }
}

type Fields = ReadonlyMap<string, string>;

/**
 * A field that counts something: zero or more, at most 2^53.
 * @throws {UnreadableFieldError} it is absent, no such number, negative or larger
 */
export const numberField = (fields: Fields, field: string, fact: FactName): number => {
  const value = optionalNumberField(fields, field, fact);
  if (value === undefined) throw new UnreadableFieldError(fact, `it has no ${field}`);
  return value;
};

/** As {@link numberField}, for a field that not every version has. @throws {UnreadableFieldError} it is there, and absurd */
export const optionalNumberField = (fields: Fields, field: string, fact: FactName): number | undefined => {
  const text = fields.get(field);
  if (text === undefined) return undefined;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  throw new UnreadableFieldError(fact, `its ${field} is ${JSON.stringify(shown(text, 40))}`);
};

/** @throws {UnreadableFieldError} it is absent or empty */
export const textField = (fields: Fields, field: string, fact: FactName): string => {
  const text = fields.get(field);
  if (text === undefined || text === '') throw new UnreadableFieldError(fact, `it has no ${field}`);
  return text;
};
