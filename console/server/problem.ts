import { ClientError, GatewayRefusedError } from '../../client/errors.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { ConsoleError, MethodRefusedError } from './errors.ts';

/** How the console answers where the API could not be asked, or answered what is not for showing. */
export const UPSTREAM_PROBLEMS: Readonly<Record<string, { status: number; title: string }>> = {
  'path-refused': { status: 404, title: 'There is nothing here' },
  'api-access-denied': { status: 403, title: 'The API does not let this identity in' },
  'credentials-missing': { status: 401, title: 'There are no AWS credentials' },
  'credentials-expired': { status: 401, title: 'The AWS credentials have expired' },
  'credentials-refused': { status: 401, title: 'AWS does not accept the credentials' },
  'token-missing': { status: 401, title: 'The API wants a token' },
  'token-unreadable': { status: 401, title: 'There is no token where it was' },
  'token-expired': { status: 401, title: 'The token has expired' },
  'token-refused': { status: 401, title: 'The API does not take the token' },
  'scope-missing': { status: 403, title: 'The token lacks a scope' },
  'aws-unreachable': { status: 502, title: 'AWS does not answer' },
  'api-unreachable': { status: 502, title: 'The API cannot be reached' },
  'api-answer-unreadable': { status: 502, title: 'What answers is not the API' },
  'api-timeout': { status: 504, title: 'The API has not answered in time' },
};

const UNKNOWN = { status: 500, title: 'Something went wrong in the console' };

const describe = (error: unknown): { code: string; status: number; title: string; detail: string } => {
  if (error instanceof ConsoleError) {
    const { code, status, title, message } = error;
    return { code, status, title, detail: message };
  }
  if (error instanceof GatewayRefusedError) {
    const { code, status, message } = error;
    return { code, status, title: 'API Gateway has answered in the place of the API', detail: message };
  }
  if (error instanceof ClientError) {
    return { code: error.code, detail: error.message, ...(UPSTREAM_PROBLEMS[error.code] ?? UNKNOWN) };
  }
  return { code: 'internal-error', detail: 'The command that serves the console has printed what it was.', ...UNKNOWN };
};

/** RFC 9457, in the form of the API's own problems. */
export const problemAnswer = (error: unknown): Answer => {
  const { code, status, title, detail } = describe(error);
  const body = { type: `docs/errors.md#${code}`, title, status, detail, code };
  const answer = jsonAnswer(body, status, 'application/problem+json');
  const allow = error instanceof MethodRefusedError ? { allow: error.allow } : {};
  return { ...answer, headers: { ...answer.headers, ...allow } };
};

/** Is it a fault of the console's own, that whoever runs it has to hear of? */
export const isOwnFault = (error: unknown): boolean => !(error instanceof ConsoleError || error instanceof ClientError);
