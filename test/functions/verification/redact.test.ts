import { describe, expect, it } from 'vitest';
import type { Redaction } from '../../../functions/migration/key-name.ts';
import type { VerificationReport } from '../../../functions/migration/verification.ts';
import { redacted } from '../../../functions/verification/redact.ts';

const hide: Redaction = (name) => `key-${name.length}`;

const REPORT: VerificationReport = {
  verdict: 'different',
  why: '1 key differs: 1 of another value.',
  mode: 'full',
  startedAt: '2026-01-01T00:00:00.000Z',
  verifiedAt: '2026-01-01T00:01:00.000Z',
  differences: [
    {
      database: 3,
      key: 'session:anna',
      keyBase64: 'c2Vzc2lvbjphbm5h',
      kind: 'value',
      source: { type: 'string', digest: '86f7e437faa5a7fc', length: 1, expiresAtMs: 5 },
      target: { type: 'string', digest: 'e9d71f5ee7c92d6d', length: 1 },
      note: 'the field anna differs',
    },
  ],
  untold: ['session:anna in database 3: changed faster', 'a in database 1: b in database 2: too big', 'session:otto'],
  notes: [],
};

describe('A report without names', () => {
  it('has what stands for them, and nothing that a value could be guessed by', () => {
    const report = redacted(REPORT, hide);

    expect(report).toEqual({
      ...REPORT,
      differences: [
        {
          database: 3,
          key: 'key-12',
          kind: 'value',
          source: { type: 'string', length: 1, expiresAtMs: 5 },
          target: { type: 'string', length: 1 },
        },
      ],
      untold: ['key-12 in database 3: changed faster', 'key-18 in database 2: too big', 'key-12'],
    });
    expect(JSON.stringify(report)).not.toMatch(/anna|otto|c2Vzc/);
  });

  it('is the report where names are told as they are', () => {
    expect(redacted(REPORT, undefined)).toBe(REPORT);
  });
});
