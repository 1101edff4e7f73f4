import type { Design } from './machine.ts';

/** What the service does about quotas. */
export interface Adaptation extends Design {
  /** Whoever watches asks ElastiCache less often while it refuses, and goes on with what it was last told. */
  asksLess: boolean;
  /** Figures that the table does not take now come later, and the more migrations are at work, the more seldom. */
  writesLess: boolean;
  /** A watch of a long full sync rests with nothing running where many migrations are at work. 0: never. */
  watchersAtOnce: number;
  /** So many migrations begin in a minute, and so many at once; others wait with nothing running. 0: all at once. */
  startsPerMinute: number;
  startsAtOnce: number;
}

/** Before any of it was built. */
export const BEFORE: Adaptation = {
  countsPlacesApart: false,
  attempts: { Preflight: 6, TestReplication: 6, StartReplication: 6 },
  asksLess: false,
  writesLess: false,
  watchersAtOnce: 0,
  startsPerMinute: 0,
  startsAtOnce: 0,
};

/** As it is built. @param watchersAtOnce as the template has it */
export const adapted = (watchersAtOnce: number, startsPerMinute: number, startsAtOnce = 20): Adaptation => ({
  countsPlacesApart: true,
  asksLess: true,
  writesLess: true,
  watchersAtOnce,
  startsPerMinute,
  startsAtOnce,
});
