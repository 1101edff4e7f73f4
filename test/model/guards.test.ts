import { describe, expect, it } from 'vitest';
import { BROKEN } from './broken.ts';
import { explore } from './explore.ts';
import { GUARDS, type Guard, without } from './guards.ts';
import { SCENARIOS, systemIn } from './scenarios.ts';

describe('without this guard something breaks:', () => {
  it.each(BROKEN.map((one) => ({ ...one, what: GUARDS[one.guard], broken: one.breaks.name })))(
    '$what (else not: $broken)',
    ({ guard, breaks, within, besides }) => {
      const missing: Guard[] = besides ? [guard, besides] : [guard];

      const { counterexample } = explore(systemIn(SCENARIOS[within], without(...missing)), [breaks], { rests: false });

      expect(counterexample?.invariant).toBe(breaks.name);
    },
  );

  it('every guard is needed', () => {
    const needed = new Set(BROKEN.map(({ guard }) => guard));

    expect(Object.keys(GUARDS).filter((guard) => !needed.has(guard as Guard))).toEqual([]);
  });

  it.each(BROKEN.filter(({ isSecond }) => isSecond))(
    'a second belt is one: without $besides alone, $guard keeps it from breaking',
    ({ breaks, within, besides }) => {
      const { counterexample } = explore(systemIn(SCENARIOS[within], without(besides as Guard)), [breaks], {
        rests: false,
      });

      expect(counterexample).toBeUndefined();
    },
  );
});
