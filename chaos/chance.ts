import { createHash } from 'node:crypto';
import { Random } from '../test/verification/support/random.ts';

/** Chance that a seed gives again. */
export class Chance extends Random {
  /** Each name has a course of its own: what one cell draws moves no other. */
  static of(seed: number, name: string): Chance {
    return new Chance(createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE(0));
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}
