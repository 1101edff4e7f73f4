import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { without } from './guards.ts';
import { INVARIANTS } from './invariants.ts';
import { SCENARIOS, systemIn } from './scenarios.ts';

describe('the cutover, with all its guards, holds in every reachable state of', () => {
  it.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
    const { counterexample, atRest } = explore(systemIn(scenario, without()), INVARIANTS);

    expect(counterexample).toBeUndefined();
    expect(atRest).toBeGreaterThan(0);
  });
});
