import { describe, expect, it } from 'vitest';
import { PROBLEMS, toProblem } from '../../../functions/adapters/problem.ts';
import { TargetNotFoundError, TransientServiceError } from '../../../functions/migration/errors.ts';
import {
  ActionNotAllowedError,
  BodyTooLargeError,
  IdempotencyKeyReusedError,
  InvalidRequestError,
  MigrationNotFoundError,
  UnsupportedMediaTypeError,
} from '../../../functions/migration/request-errors.ts';

describe('the problem that a client is told', () => {
  it.each([
    [new InvalidRequestError([{ pointer: '/port', detail: 'is wrong' }]), 400, 'invalid-request'],
    [new MigrationNotFoundError('test-0123456789ab'), 404, 'migration-not-found'],
    [new ActionNotAllowedError('Cutover', 'm', 'why', []), 409, 'action-not-allowed'],
    [new BodyTooLargeError(70_000, 65_536), 413, 'body-too-large'],
    [new UnsupportedMediaTypeError('text/plain'), 415, 'unsupported-media-type'],
    [new IdempotencyKeyReusedError('m'), 422, 'idempotency-key-reused'],
    [new TransientServiceError('Write migration', new Error('secret endpoint')), 503, 'transient-service-fault'],
    [new TargetNotFoundError('test'), 500, 'internal-error'],
    [new TypeError('secret is not a function'), 500, 'internal-error'],
    ['a string', 500, 'internal-error'],
    [undefined, 500, 'internal-error'],
  ])('of %s', (error, status, code) => {
    const problem = toProblem(error, 'request-1');

    expect(problem).toMatchObject({ status, code, requestId: 'request-1', title: PROBLEMS[code]?.title });
    expect(problem.type).toMatch(new RegExp(`docs/errors\\.md#${code}$`));
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('has every violation, and the actions that are allowed', () => {
    const violations = [
      { pointer: '/a', detail: 'x' },
      { header: 'Idempotency-Key', detail: 'y' },
    ];

    expect(toProblem(new InvalidRequestError(violations), 'r').violations).toEqual(violations);
    expect(toProblem(new ActionNotAllowedError('Cutover', 'm', 'why', ['abort']), 'r').allowedActions).toEqual([
      'abort',
    ]);
    expect(toProblem(new MigrationNotFoundError('m'), 'r')).not.toHaveProperty('violations');
  });
});
