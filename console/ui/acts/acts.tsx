import type { MigrationView } from '../../../functions/migration/view.ts';

/** A button and a dialog for each act that the migration allows now. */
export const Acts = (_: { view: MigrationView; onChanged(view: MigrationView): void }) => null;
