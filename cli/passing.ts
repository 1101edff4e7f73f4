import {
  ApiProblemError,
  ApiTimeoutError,
  ApiUnreachableError,
  BAD_PORT,
  GatewayRefusedError,
} from '../client/errors.ts';
import { CommandError } from './errors.ts';

const PASSING_CODES = [
  'api-unreachable',
  'aws-unreachable',
  'credentials-expired',
  'api-answer-unreadable',
  // Another program renews the file, and may be found while it writes.
  'token-expired',
  'token-unreadable',
];

/** Whether asking again may help: the API is away, overwhelmed or being deployed; credentials can be renewed meanwhile. */
export const isPassing = (error: unknown): boolean => {
  if (hasBadPort(error)) return false;
  if (error instanceof ApiUnreachableError || error instanceof ApiTimeoutError) return true;
  if (error instanceof ApiProblemError) return error.problem.status >= 500 || error.problem.status === 429;
  if (error instanceof GatewayRefusedError) return error.status >= 500 || error.status === 429;
  if (error instanceof CommandError) return error.code === 'api-unreachable';
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && PASSING_CODES.includes(code);
};

const hasBadPort = (error: unknown): boolean =>
  error instanceof Error && (error.message === BAD_PORT || hasBadPort(error.cause));

/** Before these nothing has gone out: there was nobody to connect to, or nothing to sign or to sign in with. */
const UNSENT_CODES = ['aws-unreachable', 'credentials-expired', 'token-expired', 'token-unreadable'];
const UNCONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Whether a request has surely not arrived, or has surely been turned away before it could do anything. */
export const isUnsent = (error: unknown): boolean => {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (hasBadPort(error)) return true;
  if (typeof code === 'string' && (UNSENT_CODES.includes(code) || UNCONNECTED.includes(code))) return true;
  return cause instanceof Error && isUnsent(cause);
};
