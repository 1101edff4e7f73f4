import type { ErrorPayload } from './messages.ts';

/**
 * How an invocation ended. `error` is the error's type as Lambda's answer names it (for Node.js the thrown error's
 * name), `cause` the JSON text of `{errorType, errorMessage, trace}`. `unhandled` is true where the function did not
 * answer at all: it ran into its timeout (`Sandbox.Timedout`) or its process ended (`Runtime.ExitError`).
 */
export type InvocationResult =
  | { ok: true; payload: unknown; requestId: string; executedVersion: string }
  | { ok: false; error: string; cause: string; unhandled: boolean; requestId: string; executedVersion: string };

/** No such function, version or alias: Lambda's ResourceNotFoundException. */
export class FunctionNotFoundError extends Error {
  override readonly name = 'FunctionNotFoundError' as const;

  constructor(arn: string) {
    super(`Function not found: ${arn}`);
  }
}

/** The embedded Lambda has been closed. */
export class LambdaEndedError extends Error {
  override readonly name = 'LambdaEndedError' as const;

  constructor() {
    super('The embedded Lambda has ended');
  }
}

/** Lambda's RequestTooLargeException (413): more than 6 MB synchronously, more than 1 MB asynchronously. */
export class PayloadTooLargeError extends Error {
  override readonly name = 'PayloadTooLargeError' as const;

  constructor(limitBytes: number) {
    super(`Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`);
  }
}

/** No concurrency is left, the function's own or the account's: Lambda's TooManyRequestsException (429). */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError' as const;

  constructor() {
    super('Rate Exceeded.');
  }
}

/** Lambda's quotas on the payload of a synchronous invocation, both ways, and of an asynchronous one. */
export const SYNC_PAYLOAD_BYTES = 6 * 1024 * 1024;
export const ASYNC_PAYLOAD_BYTES = 1024 * 1024;

/** The error of a function, before it is known which invocation and version it is of. */
export interface Failure {
  payload: ErrorPayload;
  unhandled: boolean;
}

export const functionError = (payload: ErrorPayload): Failure => ({ payload, unhandled: false });

export const timedOut = (requestId: string, timeoutMs: number): Failure => ({
  payload: {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`,
  },
  unhandled: true,
});

export const processEnded = (requestId: string, code: number | null, signal: NodeJS.Signals | null): Failure => {
  const reason = signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`;
  const words = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${reason}`;
  return {
    payload: { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${words}` },
    unhandled: true,
  };
};

export const answerTooLarge = (): Failure => ({
  payload: {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${SYNC_PAYLOAD_BYTES} bytes).`,
  },
  unhandled: false,
});
