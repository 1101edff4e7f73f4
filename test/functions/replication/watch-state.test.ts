import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../../functions/replication/link-state.ts';
import { decileToAnnounce, freshMemory, overallPhase } from '../../../functions/replication/watch-state.ts';

const states = (...phases: LinkState['phase'][]) =>
  phases.map((phase): LinkState => ({ phase, why: `it is ${phase}`, following: true }));

describe('the phase of all links together', () => {
  it.each([
    [['inSync', 'inSync'], 'inSync'],
    [['inSync', 'catchingUp'], 'catchingUp'],
    [['catchingUp', 'loading'], 'loading'],
    [['loading', 'copying'], 'copying'],
    [['copying', 'connecting'], 'connecting'],
    [['inSync', 'linkLost'], 'linkLost'],
  ] as const)('of %j is that of the worst: %s', (phases, phase) => {
    expect(overallPhase(states(...phases), true)).toMatchObject({ phase, why: `it is ${phase}` });
  });

  it('is not a lost link as long as there never was one', () => {
    expect(overallPhase(states('linkLost'), false)).toEqual({ phase: 'connecting', why: 'it is linkLost' });
  });

  it('of no link at all is no sync', () => {
    expect(overallPhase([], true).phase).toBe('connecting');
  });
});

describe('the decile to announce', () => {
  const memory = (change: object) => ({ ...freshMemory, ...change });

  it.each([
    [undefined, undefined],
    [0, undefined],
    [9.9, undefined],
    [10, 1],
    [47.3, 4],
    [99.9, 9],
    [100, undefined],
  ])('at %s percent is %s', (percent, decile) => {
    expect(decileToAnnounce(freshMemory, percent, 0)).toBe(decile);
  });

  it('is none twice, nor one behind the last, when the copy began anew', () => {
    expect(decileToAnnounce(memory({ decile: 5, announced: 1 }), 55, 1e9)).toBeUndefined();
    expect(decileToAnnounce(memory({ decile: 5, announced: 1 }), 12, 1e9)).toBeUndefined();
    expect(decileToAnnounce(memory({ decile: 5, announced: 1 }), 60, 1e9)).toBe(6);
  });

  it('comes at once twice, and then a minute apart', () => {
    const second = memory({ decile: 1, announced: 1, announcedAtMs: 1000 });
    const third = memory({ decile: 2, announced: 2, announcedAtMs: 1000 });

    expect(decileToAnnounce(second, 20, 1001)).toBe(2);
    expect(decileToAnnounce(third, 40, 60_999)).toBeUndefined();
    expect(decileToAnnounce(third, 70, 61_000)).toBe(7);
  });
});
