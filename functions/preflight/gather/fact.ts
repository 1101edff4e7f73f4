import type { Fact } from '../facts.ts';
import { Unread } from '../ports.ts';
import { shown } from '../text.ts';
import { UnreadableFieldError } from '../unreadable.ts';

export const MOOT = { moot: true } as const;
export const BEYOND = { outOfReach: true } as const;

/** Cut to what a person reads, whoever said it. */
export const unreadable = (why: string): { unreadable: string } => ({ unreadable: shown(why, 300) });

/** What `read` gives as a fact. What could not be read is told in its words; any other error is a fault of ours. */
export const factOf = async <T>(read: () => Promise<T | typeof MOOT> | T | typeof MOOT): Promise<Fact<T>> => {
  try {
    const value = await read();
    return value === MOOT ? MOOT : { value: value as T };
  } catch (error) {
    if (error instanceof Unread) return unreadable(error.message);
    if (error instanceof UnreadableFieldError) return unreadable(`INFO is not as it should be: ${error.detail}`);
    throw error;
  }
};

export const valueIn = <T>(fact: Fact<T>): T | undefined => ('value' in fact ? fact.value : undefined);
