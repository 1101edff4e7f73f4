/** What an operator can ask for after the point of no return, or after the end. */
export type AskedAct = 'unfence' | 'rollback';

/** What the settlement machine is started for; without a word it settles. */
export type Act = 'settle' | 'liftFence' | AskedAct;

/** An act that was asked for and has not been carried out yet. Gone once it was, or was refused. */
export interface PendingAct {
  act: AskedAct;
  /** ISO 8601. */
  at: string;
}
