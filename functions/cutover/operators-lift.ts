import type { GivesUp } from './fence/identify.ts';

/**
 * Takes a fence down by an operator's word, although CompleteMigration was sent: on every node of the source, until nothing
 * of it is left. Can be repeated; one that is lifted already stays so.
 *
 * @throws TransientServiceError while a node is not done
 */
export type OperatorsLift = (input: {
  migrationId: string;
  /** One sentence. */
  because: string;
  /** Which nodes are given up, and for what: what stood on them stays there, or in their file. */
  givesUp?: GivesUp;
}) => Promise<unknown>;
