import { MigratorError, type Violation } from './error.ts';

/** A body of 64 KiB can break the contract 40,000 times; the message goes into logs and answers besides the list. */
const TOLD_IN_WORDS = 5;

/** Of a list that is told; nobody reads more, and a body of 64 KiB made an answer of 5 MB (measured), near Lambda's limit of 6. */
const MOST_TOLD = 100;

/** The request breaks the contract; `violations` lists every breach at once, of very many the first hundred. */
export class InvalidRequestError extends MigratorError {
  override readonly name = 'InvalidRequestError';
  readonly code = 'invalid-request';
  readonly violations: Violation[];

  constructor(violations: Violation[]) {
    super(`The request has ${violations.length} violation(s): ${inWords(violations)}`);
    this.violations = violations.slice(0, MOST_TOLD);
  }
}

const inWords = (violations: readonly Violation[]): string => {
  const first = violations.slice(0, TOLD_IN_WORDS).map(describe).join('; ');
  return violations.length > TOLD_IN_WORDS ? `${first}; …` : first;
};

const describe = ({ pointer, parameter, header, detail }: Violation): string => {
  const place = pointer ?? (parameter ? `?${parameter}` : header);
  return place ? `${place} ${detail}` : detail;
};

/** The request asks for what a stack without a VPC cannot do; `violations` lists all of it, each with what to say instead. */
export class NotInReachError extends MigratorError {
  override readonly name = 'NotInReachError';
  readonly code = 'not-in-reach';
  readonly violations: Violation[];

  constructor(violations: Violation[]) {
    super(`This stack works in API-only mode, and cannot do what is asked: ${inWords(violations)}`);
    this.violations = violations;
  }
}

/** The deployment may not migrate into this replication group: its parameter ReplicationGroupIds names others. */
export class ReplicationGroupNotAllowedError extends MigratorError {
  override readonly name = 'ReplicationGroupNotAllowedError';
  readonly code = 'replication-group-not-allowed';

  constructor(replicationGroupId: string, allowed: string) {
    super(`Replication group ${replicationGroupId} is not one that this deployment may migrate into: ${allowed}`);
  }
}

/** The body is not JSON by its content type. */
export class UnsupportedMediaTypeError extends MigratorError {
  override readonly name = 'UnsupportedMediaTypeError';
  readonly code = 'unsupported-media-type';

  constructor(contentType: string | undefined) {
    super(`The content type must be application/json, not ${contentType?.slice(0, 100) ?? 'absent'}`);
  }
}

export class BodyTooLargeError extends MigratorError {
  override readonly name = 'BodyTooLargeError';
  readonly code = 'body-too-large';

  constructor(sizeBytes: number, limitBytes: number) {
    super(`The body has ${sizeBytes} bytes; at most ${limitBytes} are read`);
  }
}

/** An Idempotency-Key came back with another request behind it. */
export class IdempotencyKeyReusedError extends MigratorError {
  override readonly name = 'IdempotencyKeyReusedError';
  readonly code = 'idempotency-key-reused';

  constructor(migrationId: string) {
    super(`This Idempotency-Key belongs to migration ${migrationId}, which was asked for by another body`);
  }
}

export class MigrationNotFoundError extends MigratorError {
  override readonly name = 'MigrationNotFoundError';
  readonly code = 'migration-not-found';

  constructor(migrationId: string) {
    super(`There is no migration ${migrationId}`);
  }
}

/** The action is not among the view's `allowedActions` now. */
export class ActionNotAllowedError extends MigratorError {
  override readonly name = 'ActionNotAllowedError';
  readonly code = 'action-not-allowed';
  readonly allowedActions: string[];

  constructor(action: string, migrationId: string, why: string, allowedActions: string[]) {
    const left = allowedActions.length > 0 ? `what can be asked for: ${allowedActions.join(', ')}` : 'nothing can be';
    super(
      `${action} of migration ${migrationId} is not allowed now: ${/[.!?]$/.test(why) ? why : `${why}.`} Now ${left}.`,
    );
    this.allowedActions = allowedActions;
  }
}
