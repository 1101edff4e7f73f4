import { describe, expect, it } from 'vitest';
import { type CheckId, PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import { fitting } from '../../../functions/preflight/fitting.ts';
import { aFinding } from '../support/preflight.ts';

/** A finding of every check, as long as judge lets it be, with so many remedies of 600 characters. */
const all = (remedies: number) =>
  (Object.keys(PREFLIGHT_CHECKS) as CheckId[]).map((id) =>
    aFinding({ id, found: 'f'.repeat(600), remedy: Array.from({ length: remedies }, () => 'r'.repeat(600)) }),
  );
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('findings', () => {
  it('that fit are as they were', () => {
    expect(fitting(all(0))).toEqual(all(0));
    expect(fitting([])).toEqual([]);
  });

  it('that do not fit lose the remedies of the last ones, and nothing else', () => {
    const [first, ...rest] = fitting(all(12));

    expect(bytesOf([first, ...rest])).toBeLessThan(120_000);
    expect(first).toEqual(all(12)[0]);
    expect(rest.at(-1)).toEqual({ ...all(12).at(-1), remedy: [] });
    expect(rest).toHaveLength(all(12).length - 1);
  });
});
