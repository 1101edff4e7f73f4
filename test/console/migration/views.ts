import type { PhaseChange } from '../../../functions/migration/record.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { toView } from '../../../functions/migration/view.ts';
import { aRecord } from '../../functions/support/records.ts';

export const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
export const at = (seconds: number): string => new Date(START_MS + seconds * 1000).toISOString();

/** A view of a migration with verification and a manual cutover, as the API shows it. */
export const aView = (change: Partial<MigrationView> = {}): MigrationView => ({
  ...toView(aRecord({ acceptedAt: at(0) })),
  verification: { mode: 'full' },
  cutover: { mode: 'manual' },
  ...change,
});

/** `queued 0, copying 5`: phases with the second in which each began. */
export const phases = (text: string): PhaseChange[] =>
  text.split(', ').map((one) => {
    const [phase = '', second] = one.split(' ');
    return { phase: phase as PhaseChange['phase'], at: at(Number(second)) };
  });
