import { shown } from './shown.ts';

/** One thing that is wrong with a request, with the place it was found in. */
export interface Violation {
  /** JSON pointer into the body (RFC 6901); '' is the whole body. */
  pointer?: string;
  /** Name of the query parameter, where the fault is there. */
  parameter?: string;
  /** Name of the header, where the fault is there. */
  header?: string;
  detail: string;
}

/** Messages stand in logs, views, events and executions' causes, and may repeat what a server or a request said. */
const LONGEST_MESSAGE = 2000;

/**
 * What every error of this service has: a name (Step Functions matches Retry and Catch on it), a stable code
 * (docs/errors.md has a heading for each) and a message that names the operation and its subject.
 * Not in this family: programming errors, and the faults of libraries that no adapter has translated.
 */
export abstract class MigratorError extends Error {
  abstract override readonly name: string;
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(shown(message, LONGEST_MESSAGE), options);
  }
}
