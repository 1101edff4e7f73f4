import { type Finding, PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';

/** A link to the form with the settings of this migration. */
export interface Again {
  href: string;
  text: string;
}

/** What can be asked for next with the same settings; none while the migration goes on, or when it is complete. */
export const againOf = ({ migrationId, outcome, dryRun, dryRunResult, preflight }: MigrationView): Again[] => {
  if (!outcome || outcome === 'completed') return [];
  const from = `/console/new?from=${encodeURIComponent(migrationId)}`;
  if (dryRun && dryRunResult?.verdict === 'wouldStart') return [{ href: from, text: 'Start it for real' }];
  const again = { href: from, text: dryRun ? 'Ask again' : 'Ask for it again' };
  const blocking = preflight?.verdict === 'failed' ? preflight.findings.filter(blocks) : [];
  const canWaive = blocking.length > 0 && blocking.every(({ id }) => PREFLIGHT_CHECKS[id]?.waivable === 'byName');
  const ids = blocking.map(({ id }) => id);
  return canWaive
    ? [again, { href: `${from}&waive=${ids.join(',')}`, text: `Ask again, waiving ${ids.join(', ')}` }]
    : [again];
};

const blocks = ({ severity, waived }: Finding): boolean => severity === 'blocking' && !waived;
