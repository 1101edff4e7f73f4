import { MigratorError, type Violation } from '../migration/error.ts';
import { TransientServiceError } from '../migration/errors.ts';
import { ActionNotAllowedError, InvalidRequestError, NotInReachError } from '../migration/request-errors.ts';

/** Relative, as RFC 9457 allows: a page of this repository, wherever it is kept. */
const DOCUMENTATION = 'docs/errors.md';

/** RFC 9457. `violations` lists every problem at once. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  violations?: Violation[];
  allowedActions?: string[];
}

/** The one place where an error of the API gets its HTTP status. docs/errors.md has a heading for each code. */
export const PROBLEMS: Readonly<Record<string, { status: number; title: string }>> = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'migration-not-found': { status: 404, title: 'There is no such migration' },
  'action-not-allowed': { status: 409, title: 'The action is not allowed now' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not JSON' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'replication-group-not-allowed': {
    status: 422,
    title: 'This deployment may not migrate into that replication group',
  },
  'not-in-reach': { status: 422, title: 'A stack without a VPC cannot do that' },
  'transient-service-fault': { status: 503, title: 'A service that is needed does not answer now' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
};

const INTERNAL = { status: 500, title: 'Something went wrong here' };

/** Turns an error into its answer. What is not of our own family says nothing of itself to the client. */
export const toProblem = (error: unknown, requestId: string): Problem => {
  const known = error instanceof MigratorError && PROBLEMS[error.code] ? error : undefined;
  const code = known?.code ?? 'internal-error';
  const { status, title } = PROBLEMS[code] ?? INTERNAL;
  const tellable = known && !(known instanceof TransientServiceError);
  return {
    type: `${DOCUMENTATION}#${code}`,
    title,
    status,
    detail: tellable ? known.message : `${title}. The logs have the request id.`,
    code,
    requestId,
    ...((error instanceof InvalidRequestError || error instanceof NotInReachError) && { violations: error.violations }),
    ...(error instanceof ActionNotAllowedError && { allowedActions: error.allowedActions }),
  };
};
