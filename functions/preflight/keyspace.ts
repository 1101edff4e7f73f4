import type { Info } from '../replication/info.ts';
import type { FactName } from './facts.ts';
import { shown } from './text.ts';
import { UnreadableFieldError } from './unreadable.ts';

export interface Keyspace {
  database: number;
  keys: number;
  /** How many of them expire. */
  expires: number;
}

/**
 * The databases that have keys, by INFO's `dbN:keys=…,expires=…` lines, in their order.
 * @throws {UnreadableFieldError} a line is of another form, or its numbers are absurd
 */
export const keyspaceOf = (info: Info, fact: FactName): Keyspace[] =>
  [...info]
    .filter(([name]) => /^db\d+$/.test(name))
    .map(([name, value]) => {
      const [, keys, expires] = /^keys=(\d+),expires=(\d+)/.exec(value) ?? [];
      const numbers = [name.slice(2), keys, expires].map(Number) as [number, number, number];
      if (!numbers.every(Number.isSafeInteger))
        throw new UnreadableFieldError(fact, `its ${name.slice(0, 20)} is ${JSON.stringify(shown(value, 40))}`);
      return { database: numbers[0], keys: numbers[1], expires: numbers[2] };
    })
    .sort((one, other) => one.database - other.database);

export const keysIn = (databases: readonly Keyspace[]): number => databases.reduce((sum, { keys }) => sum + keys, 0);
