import { createHash, randomBytes } from 'node:crypto';

const MIGRATION_ID = /^[a-z][a-z0-9-]{0,39}-[0-9a-f]{12}$/;

/**
 * A new migration id: `<replicationGroupId>-<12 hex digits>`, at most 53 characters. It is the execution's name too, so
 * it keeps to what Step Functions allows there (1-80 characters of [0-9A-Za-z_-]).
 */
export const newMigrationId = (replicationGroupId: string): string =>
  `${replicationGroupId}-${randomBytes(6).toString('hex')}`;

export const isMigrationId = (value: string): boolean => MIGRATION_ID.test(value);

/** The same value gives the same text, in whatever order its keys were written. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** 64 hex digits that stand for a request's meaning: equal requests have equal fingerprints. */
export const fingerprint = (request: unknown): string => sha256(canonicalJson(request));

/** Idempotency keys are the clients' own text, and of any length: the table holds their hash. */
export const hashIdempotencyKey = (origin: 'http' | 'bus', key: string): string => sha256(`${origin}:${key}`);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
