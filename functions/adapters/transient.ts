import { TransientServiceError } from '../migration/errors.ts';

/** Codes of AWS services that stand for "too often". APICallRateForCustomerExceeded is not retried by the SDK itself. */
const THROTTLING_NAMES = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'APICallRateForCustomerExceeded',
  'APICallRateForCustomerExceededFault',
  'ProvisionedThroughputExceededException',
]);

/** Codes that stand for "try again". */
const TRANSIENT_NAMES = new Set([
  ...THROTTLING_NAMES,
  'InternalFailure',
  'InternalServerError',
  'InternalError',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
  'AbortError',
  'RequestTimeout',
  'ExecutionLimitExceeded',
]);

const TRANSIENT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

interface ServiceFault {
  name?: string;
  code?: string;
  $fault?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Whether the call was refused because there are too many of them. */
export const isThrottling = (error: unknown): boolean => {
  const { name, $metadata } = (error ?? {}) as ServiceFault;
  return THROTTLING_NAMES.has(name ?? '') || $metadata?.httpStatusCode === 429;
};

/** Whether the same call may succeed later. */
export const isTransient = (error: unknown): boolean => {
  const { name, code, $fault, $metadata } = (error ?? {}) as ServiceFault;
  return (
    TRANSIENT_NAMES.has(name ?? '') ||
    TRANSIENT_CODES.has(code ?? '') ||
    $fault === 'server' ||
    ($metadata?.httpStatusCode ?? 0) >= 500 ||
    $metadata?.httpStatusCode === 429
  );
};

/**
 * Runs a call of a service and names its transient faults.
 *
 * @throws TransientServiceError for what may pass; every other error as it is
 */
export const naming = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw isTransient(error) ? new TransientServiceError(operation, error) : error;
  }
};
