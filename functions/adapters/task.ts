import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { MigratorError } from '../migration/error.ts';
import { TransientServiceError } from '../migration/errors.ts';
import { begin, operationOf, toldOf } from './invocation-log.ts';
import { logger } from './logger.ts';
import { tellFigures } from './metrics.ts';
import { naming } from './transient.ts';

/**
 * A task of a state machine. Its error's name is what Retry and Catch match on, so a transient fault that no adapter
 * has named gets its name here.
 *
 * @param tell what is to be measured of a result; a task that is repeated after its answer was lost tells it again
 */
export const taskFunction = <Input extends { migrationId: string }, Output>(
  handle: (input: Input) => Promise<Output>,
  tell: (result: Output, input: Input) => void = () => undefined,
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
        begin({ migrationId: event.migrationId, operation: operationOf(event) });
      },
      onError({ error }) {
        const code = error instanceof MigratorError ? error.code : 'internal-error';
        if (code === 'internal-error') tellFigures({ InternalErrors: 1 });
        logger.error('task failed', { code, error: error as Error });
      },
    })
    .handler(async (input) => {
      const result = await naming('Task', () => handle(input));
      logger.info('task done', toldOf(result));
      tell(result, input);
      return result;
    });
