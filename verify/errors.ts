import { MigratorError } from '../functions/migration/error.ts';

/** One of the two servers, or both, cannot be reached. */
export class ServersAwayError extends MigratorError {
  override readonly name = 'ServersAwayError';
  readonly code = 'servers-away';
  /** A sentence for each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('; '), options);
    this.problems = problems;
  }
}
