import type { Process } from './engine.ts';
import type { Result } from './machine.ts';
import type { World } from './world.ts';

/** A task that is quick: so many calls that describe, and calls that act, and writes of the record. */
export const quick = (world: World, ms: number, looks = 0, acts = 0) =>
  function* work(): Process<Result<true>> {
    for (let look = 0; look < looks; look++) {
      if (!(yield* world.account.call('elasticache', 4))) return { failed: 'TransientServiceError' };
    }
    // A call that acts is sent once: the machine repeats it, which knows that it is a repeat.
    for (let act = 0; act < acts; act++) {
      if (!(yield* world.account.call('elasticache-acting', 1))) return { failed: 'TransientServiceError' };
    }
    yield ms;
    return world.account.writesRecord() ? { ok: true } : { failed: 'TransientServiceError' };
  };
