import { ApiProblemError, ClientError, GatewayRefusedError } from '../client/errors.ts';
import type { Violation } from '../functions/migration/error.ts';
import { UsageError as VerifyUsageError } from '../verify/arguments.ts';
import { ServersAwayError } from '../verify/errors.ts';
import { CommandError, InterruptedError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Caller } from './tell/next.ts';
import { tokenAdvice } from './token-advice.ts';

/** What went wrong, as it is told. Texts are foreign. */
export interface Failure {
  exitCode: ExitCode;
  /** Stable: of docs/errors.md, or `usage`, `interrupted`, `crash` and their like of docs/cli.md. */
  code: string;
  problems: readonly string[];
  /** Commands that can be pasted as they stand, and at last where it is explained: `docs/errors.md#…`. */
  next: readonly string[];
}

const UNSIGNED = '. An endpoint is asked without a signature: name a deployed stack by --stack NAME.';
const NOT_LET_IN = '. A token was sent, and is not let in.';
const REFUSED = [
  'api-access-denied',
  'stack-access-denied',
  'credentials-refused',
  'stack-not-found',
  'token-refused',
  'scope-missing',
];
const ASKED_WRONGLY = ['path-refused', 'region-missing', 'token-in-clear', 'token-not-taken'];
/** Which option says what stands at this place of a request. */
const OPTIONS: [pointer: RegExp, option: string][] = [
  [/^\/replicationGroupId/, '--replication-group-id'],
  [/^\/customerNodeEndpointList/, '--source'],
  [/^\/cutover\/mode/, '--cutover'],
  [/^\/cutover\/fence/, '--fence'],
  [/^\/cutover\/drainBudgetMs/, '--drain-budget-ms'],
  [/^\/cutover\/promotionBudgetSeconds/, '--promotion-budget-seconds'],
  [/^\/cutover\/quietSeconds/, '--quiet-seconds'],
  [/^\/verification\/mode/, '--verification'],
  [/^\/verification\/sampleKeys/, '--sample-keys'],
  [/^\/verification\/maxKeysPerSecond/, '--max-keys-per-second'],
  [/^\/verification\/freshForMinutes/, '--fresh-for-minutes'],
  [/^\/verification\/ttlToleranceMs/, '--ttl-tolerance-ms'],
  [/^\/waivers/, '--waive'],
  [/^\/reason/, '--reason'],
];

const violationText = ({ pointer, parameter, header, detail }: Violation & { header?: string }): string => {
  const option = OPTIONS.find(([place]) => pointer !== undefined && place.test(pointer))?.[1];
  const place = pointer === undefined ? (parameter ?? header ?? '') : pointer || 'the request';
  return `${option ? `${option} (${place})` : place} ${detail}`.trim();
};

const ofProblem = ({ problem }: ApiProblemError, { me, options }: Caller): Failure => {
  const { status, code, detail, violations = [], allowedActions, requestId } = problem;
  const exitCode = status >= 500 || status === 429 ? EXIT.unknown : status === 400 ? EXIT.usage : EXIT.refused;
  const problems = violations.length > 0 ? violations.map(violationText) : [detail];
  if (allowedActions)
    problems.push(
      allowedActions.length > 0
        ? `What is allowed now: ${allowedActions.join(', ')}.`
        : 'Nothing can be asked of it now.',
    );
  if (status >= 500) problems.push(`The request id is ${requestId}; the logs have it.`);
  const next = code === 'migration-not-found' ? [`${me} list${options}`] : [];
  return { exitCode, code, problems, next: [...next, ...(isCode(code) ? [`docs/errors.md#${code}`] : [])] };
};

const isCode = (code: unknown): code is string => typeof code === 'string' && /^[a-z]+(-[a-z]+)*$/.test(code);

/** @param caller for commands to type */
export const toFailure = (error: unknown, caller: Caller): Failure => {
  if (error instanceof CommandError) return error;
  if (error instanceof InterruptedError)
    return { exitCode: error.exitCode, code: 'interrupted', problems: [error.message], next: [] };
  if (error instanceof ApiProblemError) return ofProblem(error, caller);
  if (error instanceof VerifyUsageError)
    return { exitCode: EXIT.usage, code: 'usage', problems: error.problems, next: [] };
  if (error instanceof ServersAwayError)
    return {
      exitCode: EXIT.unknown,
      code: error.code,
      problems: error.problems,
      next: [`docs/errors.md#${error.code}`],
    };
  if (error instanceof ClientError) {
    const isRefused =
      REFUSED.includes(error.code) ||
      (error instanceof GatewayRefusedError && error.status < 500 && error.status !== 429);
    const isForbidden = error instanceof GatewayRefusedError && error.status === 403;
    const { say, see } = tokenAdvice(error, isForbidden && caller.hasToken === true);
    const doctor = error.code === 'path-refused' ? [] : [`${caller.me} doctor${caller.options}`];
    return {
      exitCode: ASKED_WRONGLY.includes(error.code) ? EXIT.usage : isRefused ? EXIT.refused : EXIT.unknown,
      code: error.code,
      problems: [`${error.message}${isForbidden ? (caller.hasToken ? NOT_LET_IN : UNSIGNED) : ''}`, ...say],
      next: [...doctor, ...see, `docs/errors.md#${error.code}`],
    };
  }
  return ofOther(error);
};

/** Of our own family, by its code; anything else is a fault of this command. */
const ofOther = (error: unknown): Failure => {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  return isCode(code)
    ? { exitCode: EXIT.unknown, code, problems: [text], next: [`docs/errors.md#${code}`] }
    : { exitCode: EXIT.unknown, code: 'crash', problems: [`Something went wrong in this command: ${text}`], next: [] };
};
