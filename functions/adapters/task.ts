import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { MigratorError } from '../migration/error.ts';
import { TransientServiceError } from '../migration/errors.ts';
import { logger } from './logger.ts';
import { naming } from './transient.ts';

/**
 * A task of a state machine. Its error's name is what Retry and Catch match on, so a transient fault that no adapter
 * has named gets its name here.
 */
export const taskFunction = <Input extends { migrationId: string }, Output>(
  handle: (input: Input) => Promise<Output>,
) =>
  middy<Input, Output>({
    // Out of time is a fault that may pass: the state machine tries again, and the task finds what it had noted.
    timeoutEarlyResponse: () => {
      throw new TransientServiceError('Task', new Error('Lambda ran out of its time'));
    },
  })
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use({
      before({ event }) {
        logger.appendKeys({ migrationId: event.migrationId });
      },
      onError({ error }) {
        const code = error instanceof MigratorError ? error.code : 'internal-error';
        logger.error('task failed', { code, error: error as Error });
      },
    })
    .handler((input) => naming('Task', () => handle(input)));
