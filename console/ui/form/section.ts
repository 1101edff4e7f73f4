import type { Values } from './values.ts';

/** What a part of the form is given. */
export interface Section {
  values: Values;
  /** @param pointer of the field that was changed: what was wrong with it may be right now */
  change(pointer: string, change: Partial<Values>): void;
}
