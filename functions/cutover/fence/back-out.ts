import { shown } from '../../migration/shown.ts';

/** Why a cutover is backed out, in a word that is counted by. docs/observability.md says what each of them is. */
export const BACK_OUT_CODES = [
  'drain-timeout',
  'earlier-try-died',
  'epoch-changed',
  'fence-taken-over',
  'foreign-fence',
  'no-time',
  'node-lost',
  'not-in-sync',
  'not-wanted',
  'source-changed',
  'source-not-fenceable',
  'still-written',
  'target-refused',
] as const;
export type BackOutCode = (typeof BACK_OUT_CODES)[number];

/**
 * Why a cutover is backed out, in words for a person. Never leaves the cutover: it becomes the reason that the operator is
 * told. Its code is no error's, and stands in no answer.
 */
export class BackOut extends Error {
  readonly code: BackOutCode;
  /** What was verified says nothing of what the target holds now. */
  readonly verifyAgain: boolean;
  /** The request for the next cutover can go on in spite of it, and it does not pass by itself: it is for a person. */
  readonly waivable: boolean;

  constructor(
    code: BackOutCode,
    reason: string,
    {
      verifyAgain = false,
      waivable = false,
      cause,
    }: { verifyAgain?: boolean; waivable?: boolean; cause?: unknown } = {},
  ) {
    super(shown(reason, 1000), { cause });
    this.code = code;
    this.verifyAgain = verifyAgain;
    this.waivable = waivable;
  }
}
