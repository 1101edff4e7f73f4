import { MigratorError } from '../migration/error.ts';

/** Something that verification has to read cannot be read, and no repetition will change that. */
export class VerificationImpossibleError extends MigratorError {
  override readonly name = 'VerificationImpossibleError';
  readonly code = 'verification-impossible';

  constructor(server: string, what: string) {
    super(`Verification cannot read ${server}: ${what}`);
  }
}
