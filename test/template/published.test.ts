import { describe, expect, it } from 'vitest';
import { machines } from './machine.ts';
import { functionsOf, publishedFunctions } from './published.ts';
import { functions } from './support.ts';

const there = functions.map(([name]) => name);

describe('functions that executions may call which began before a deployment', () => {
  it.each(machines)('of the $file machine are in the template: their versions would leave it with them', (machine) => {
    const published = publishedFunctions(machine.file);

    expect(published.length).toBeGreaterThan(5);
    expect(published.filter((name) => !there.includes(name))).toEqual([]);
  });

  it.each(machines)('of the $file machine are written down, with every function that it calls now', (machine) => {
    // With a release: WRITE_PUBLISHED=1 npx vitest run test/template/published.test.ts
    const published = publishedFunctions(machine.file);

    expect(functionsOf(machine).filter((name) => !published.includes(name))).toEqual([]);
  });

  it('are those of this release and of the one before it', () => {
    const releases = {
      '0.9.0': { migration: ['A'], settlement: [] },
      '0.10.0': { migration: ['B'], settlement: [] },
      '0.11.0': { migration: ['C'], settlement: [] },
    };

    expect(publishedFunctions('migration', releases, '0.11.0')).toEqual(['B', 'C']);
    expect(publishedFunctions('migration', releases, '0.12.0')).toEqual(['C']);
    expect(publishedFunctions('migration', releases, '0.10.0')).toEqual(['A', 'B']);
  });
});
