import type { KeyReader } from '../../../functions/verification/ports.ts';

/** A reader that counts, and that can be made to fail in the middle of a call, as a killed process does. */
export interface CountingReader extends KeyReader {
  /** Keys that were read to be compared, or to be looked for. */
  readonly keysRead: number;
  /** The call after so many more fails, and every one after it. */
  failAfter(calls: number): void;
}

export class Killed extends Error {}

const BATCHES = ['walk', 'scan'];

export const counting = (reader: KeyReader): CountingReader => {
  let keysRead = 0;
  let callsLeft = Number.POSITIVE_INFINITY;
  const proxy = new Proxy(reader, {
    get(target, property, receiver) {
      if (property === 'keysRead') return keysRead;
      if (property === 'failAfter') {
        return (calls: number) => {
          callsLeft = calls;
        };
      }
      const member = Reflect.get(target, property, receiver) as unknown;
      if (typeof member !== 'function' || property === 'close') return member;
      return async (...args: unknown[]) => {
        if (callsLeft-- <= 0) throw new Killed();
        const answer = await member.apply(target, args);
        if (BATCHES.includes(String(property))) keysRead += (answer as { keys: { count: number } }).keys.count;
        return answer;
      };
    },
  });
  return proxy as CountingReader;
};
