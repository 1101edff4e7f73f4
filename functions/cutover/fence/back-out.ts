import { shown } from '../../migration/shown.ts';

/**
 * Why a cutover is backed out, in words for a person. Never leaves the cutover, so it has no code: it becomes the reason
 * that the operator is told.
 */
export class BackOut extends Error {
  /** What was verified says nothing of what the target holds now. */
  readonly verifyAgain: boolean;

  constructor(reason: string, { verifyAgain = false, cause }: { verifyAgain?: boolean; cause?: unknown } = {}) {
    super(shown(reason, 1000), { cause });
    this.verifyAgain = verifyAgain;
  }
}
