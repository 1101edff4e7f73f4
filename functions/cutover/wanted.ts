import type { MigrationRecord } from '../migration/record.ts';

export const NOT_WANTED = 'nobody asks for it any more: another try of it was backed out';

/** Whether a cutover is asked for: an automatic one is until an operator was handed it, any other by a request that stands. */
export const isWanted = ({ request, cutover, backOuts }: MigrationRecord, since?: MigrationRecord): boolean => {
  if (since && backOuts?.at(-1)?.at !== since.backOuts?.at(-1)?.at) return false;
  return request.cutover.mode === 'automatic' || cutover?.requestedAt !== undefined;
};
