import { describe, expect, it } from 'vitest';
import { findEnding } from '../../../functions/cutover/ending.ts';
import { CONTROL, HOSTILE } from '../hostile/texts.ts';
import { aRecord } from '../support/records.ts';

describe('How an execution ended', () => {
  it.each(Object.entries(HOSTILE))('is told in short, and printable, whatever stands there: %s', async (_, text) => {
    const stopped = { describe: async () => ({ status: 'ABORTED' as const, error: text, cause: text }) };
    const endings = [
      await findEnding(stopped, aRecord(), undefined),
      await findEnding(stopped, aRecord(), { error: text, cause: text }),
    ];

    expect(endings.map((ending) => ending?.outcome)).toEqual(['aborted', 'failed']);
    for (const one of endings) {
      const { error = '', cause = '' } = one?.failure ?? {};
      expect([CONTROL.test(error + cause), error.length <= 256, cause.length <= 4000]).toEqual([false, true, true]);
    }
  });
});
