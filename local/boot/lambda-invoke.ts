import type { InvocationResult } from '../lambda/invocation.ts';
import { FunctionNotFoundError, PayloadTooLargeError, TooManyRequestsError } from '../lambda/invocation.ts';
import type { LambdaService } from '../lambda/service.ts';
import { type Integration, TaskError } from '../stepfunctions/service.ts';
import { Properties } from '../template/properties.ts';
import { sdkMetadata, serviceCause } from './service-errors.ts';

/**
 * What Step Functions names the error of a function that did not answer: timed out, out of memory, or crashed.
 * `documented`: Lambda.Unknown (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html).
 * `reported`: the error type of Lambda's own answer, `Sandbox.Timedout` or `Runtime.ExitError`, which state machines in the
 * field match on as well. A machine has to live with both.
 */
export type UnhandledErrorNames = 'documented' | 'reported';

const failureOf = (result: InvocationResult & { ok: false }, names: UnhandledErrorNames): TaskError => {
  if (!result.unhandled || names === 'reported') return new TaskError(result.error, result.cause);
  return new TaskError(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${result.cause}`,
  );
};

const requested = async (lambda: LambdaService, args: Properties, names: UnhandledErrorNames) => {
  const payload = args.values.Payload ?? {};
  const qualifier = args.has('Qualifier') ? args.text('Qualifier') : undefined;
  const type = args.text('InvocationType', 'RequestResponse');
  if (type === 'Event') {
    await lambda.invokeAsync(args.text('FunctionName'), payload, qualifier);
    return { Payload: {}, StatusCode: 202, ...sdkMetadata() };
  }
  const result = await lambda.invoke(args.text('FunctionName'), payload, qualifier);
  if (!result.ok) throw failureOf(result, names);
  return {
    ExecutedVersion: result.executedVersion,
    Payload: result.payload,
    StatusCode: 200,
    ...sdkMetadata(result.requestId),
  };
};

/** `arn:aws:states:::lambda:invoke` */
export const lambdaInvoke =
  (lambda: LambdaService, names: UnhandledErrorNames): Integration =>
  async (given) => {
    const args = new Properties('lambda:invoke', given).only([
      'FunctionName',
      'Payload',
      'Qualifier',
      'InvocationType',
    ]);
    try {
      return await requested(lambda, args, names);
    } catch (error) {
      if (error instanceof FunctionNotFoundError) {
        throw new TaskError('Lambda.ResourceNotFoundException', serviceCause('Lambda', 404, error.message));
      }
      if (error instanceof TooManyRequestsError) {
        throw new TaskError('Lambda.TooManyRequestsException', serviceCause('Lambda', 429, error.message));
      }
      if (error instanceof PayloadTooLargeError) {
        throw new TaskError('Lambda.RequestTooLargeException', serviceCause('Lambda', 413, error.message));
      }
      throw error;
    }
  };
