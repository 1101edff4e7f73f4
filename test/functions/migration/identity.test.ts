import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  fingerprint,
  hashIdempotencyKey,
  isMigrationId,
  newMigrationId,
} from '../../../functions/migration/identity.ts';

describe('a migration id', () => {
  it('is fit to be an execution name, also for the longest group id', () => {
    const id = newMigrationId('z'.repeat(40));

    expect(id).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
    expect(isMigrationId(id)).toBe(true);
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newMigrationId('test'))).size).toBe(1000);
  });

  it.each(['', 'test', 'test-0123456789AB', 'Test-0123456789ab', '-0123456789ab', 'test-0123456789ab\n', '../x'])(
    'is not %j',
    (text) => {
      expect(isMigrationId(text)).toBe(false);
    },
  );
});

describe('fingerprints', () => {
  it('do not depend on the order in which keys were written', () => {
    expect(fingerprint({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      fingerprint({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  it('depend on values, and on the order in lists', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
    expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: '1' }));
  });
});

describe('idempotency keys', () => {
  it('of HTTP and of the bus never meet', () => {
    expect(hashIdempotencyKey('http', 'k')).not.toBe(hashIdempotencyKey('bus', 'k'));
  });

  it('are kept as hashes of one length', () => {
    expect(hashIdempotencyKey('http', 'x'.repeat(10_000))).toMatch(/^[0-9a-f]{64}$/);
  });
});
