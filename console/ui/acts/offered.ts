import type { MigrationView } from '../../../functions/migration/view.ts';
import { lackingMode } from '../parts/guarantees.ts';
import { isUnfencePending } from './give-up.ts';

/** What can be asked for now: what the API allows, and an unfence that waits for a node, again with the name of that node. */
export const offeredActs = (view: MigrationView): string[] => {
  const allowed: string[] = [...view.allowedActions];
  return isUnfencePending(view) && lackingMode(view) === undefined && !allowed.includes('unfence')
    ? [...allowed, 'unfence']
    : allowed;
};
