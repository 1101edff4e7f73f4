import type { MigrationRecord } from './record.ts';

/**
 * When an operator has unfenced the source for good: ISO 8601. Undefined where a cutover has set up a fence since: ElastiCache
 * had refused the promotion that was in doubt then, and the migration went on.
 */
export const unfencedSince = ({
  unfencedAt,
  fence,
}: Pick<MigrationRecord, 'unfencedAt' | 'fence'>): string | undefined =>
  unfencedAt !== undefined && fence !== undefined && unfencedAt < fence.openedAt ? undefined : unfencedAt;
