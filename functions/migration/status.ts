/**
 * Where a migration stands. `status` is what an operator filters by; `phase` is the step inside it.
 * Both always travel with a reason.
 */
export const STATUSES = [
  'accepted',
  'checking',
  'testing',
  'starting',
  'syncing',
  'verifying',
  'awaitingCutover',
  'cuttingOver',
  'promoted',
  'completed',
  'dryRunCompleted',
  'failed',
  'aborted',
  'timedOut',
] as const;
export type Status = (typeof STATUSES)[number];

/** How a migration can end. Exactly one of these is ever recorded for one migration. */
export const OUTCOMES = ['completed', 'dryRunCompleted', 'failed', 'aborted', 'timedOut'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const PHASES = [
  'queued',
  'claiming',
  'preflight',
  'testing',
  'starting',
  'connecting',
  'copying',
  'loading',
  'catchingUp',
  'inSync',
  'linkLost',
  'verifying',
  'stopping',
  'awaitingCutover',
  'completing',
  'draining',
  'fencing',
  'promoting',
  'promotionInDoubt',
  'closing',
  'ended',
] as const;
export type Phase = (typeof PHASES)[number];

export const isStatus = (value: unknown): value is Status => STATUSES.includes(value as Status);

export const isOutcome = (status: Status): status is Outcome => OUTCOMES.includes(status as Outcome);
