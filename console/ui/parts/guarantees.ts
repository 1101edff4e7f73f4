import type { ListedMigration, MigrationView } from '../../../functions/migration/view.ts';

/** A service that is older than this console tells none: it had none to lack. */
type Guaranteed = Partial<Pick<MigrationView | ListedMigration, 'guarantees'>>;

/** `API-only`, or how a newer service calls what it lacks guarantees by; undefined where nothing lacks. */
export const lackingMode = ({ guarantees }: Guaranteed): string | undefined => {
  const mode: string = guarantees?.mode ?? 'full';
  return mode === 'full' ? undefined : mode === 'api-only' ? 'API-only' : mode;
};

/** What lacks, in sentences; none where nothing does. */
export const lacksOf = ({ guarantees }: Partial<Pick<MigrationView, 'guarantees'>>): readonly string[] =>
  guarantees?.lacks ?? [];

/** Of an API-only migration, where there is room for a line. */
export const LACKS_IN_SHORT = 'no fence, no comparison, no proof: this stack reaches no Redis server';
