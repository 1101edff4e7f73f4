import type { MigrationView } from '../../../functions/migration/view.ts';

/** Whether the request may say that it goes on in spite of differences: only a verdict that hinders it needs that. */
export const needsWaiver = (act: string, { verification: { report }, waivers }: MigrationView): boolean =>
  act === 'cutover' &&
  report !== undefined &&
  report.verdict !== 'same' &&
  !waivers.includes('verification-differences');
