import type { MigrationView } from '../../../functions/migration/view.ts';
import { type GivenUp, readGivenUp } from './give-up.ts';
import { needsWaiver } from './waivable.ts';

/** What is typed into the dialog of an act. */
export interface Fields {
  group: string;
  reason: string;
  waive: boolean;
  /** Of an unfence. */
  gone: GivenUp;
}

/** What is sent. A waiver goes along only where the dialog shows it: what it was ticked for may be over. */
export const actBody = (act: string, { reason, waive, gone }: Fields, view: MigrationView): Record<string, unknown> => {
  const nodes = act === 'unfence' ? readGivenUp(gone) : undefined;
  return {
    reason: reason.trim(),
    ...(waive && needsWaiver(act, view) && { waivers: ['verification-differences'] }),
    ...(nodes && 'giveUp' in nodes && nodes.giveUp.length > 0 && { giveUp: nodes.giveUp }),
  };
};
