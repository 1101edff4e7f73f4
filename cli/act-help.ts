import type { Action } from '../functions/migration/actions.ts';

interface ActHelp {
  description: string;
  /** It can be asked for in spite of something. */
  waivers?: true;
  /** Nodes of the source can be given up with it. */
  givesUp?: true;
}

/** In the order in which a migration allows them. */
export const ACTS: Record<Action, ActHelp> = {
  cutover: { description: 'freeze the source, and promote the target', waivers: true },
  abort: { description: 'stop it before its promotion; the source goes on as before' },
  confirm: { description: 'say that a promotion in doubt did happen' },
  rollback: { description: 'return to the source, while nothing was written to the target' },
  unfence: { description: 'let the source take writes again, whatever the target does', givesUp: true },
  close: { description: 'end it although clients still turn to the source' },
};
