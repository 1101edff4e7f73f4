import { randomUUID } from 'node:crypto';
import { type TargetCall, TargetError } from '../eventbridge/delivery.ts';
import { FunctionNotFoundError, PayloadTooLargeError } from '../lambda/invocation.ts';
import type { LambdaService } from '../lambda/service.ts';
import { StateMachineDoesNotExist, StepFunctionsError } from '../stepfunctions/errors.ts';
import type { StepFunctions } from '../stepfunctions/service.ts';

const asTargetError = (error: unknown): unknown => {
  if (error instanceof FunctionNotFoundError || error instanceof StateMachineDoesNotExist) {
    return new TargetError('NO_RESOURCE', error.message, { cause: error });
  }
  if (error instanceof PayloadTooLargeError || error instanceof StepFunctionsError) {
    return new TargetError('INVALID_PARAMETER', error.message, { cause: error });
  }
  return error;
};

/** Calls what EventBridge's rules and schedules have as targets: a function asynchronously, or a new execution of a machine. */
export const callTarget =
  (lambda: LambdaService, stepFunctions: StepFunctions): TargetCall =>
  async (arn, payload, event) => {
    try {
      if (arn.includes(':function:')) await lambda.invokeAsync(arn, payload);
      else if (arn.includes(':stateMachine:')) {
        const name = `${event.id}_${randomUUID()}`;
        stepFunctions.startExecution({ stateMachineArn: arn, name, input: JSON.stringify(payload) });
      } else throw new TargetError('NO_RESOURCE', `${arn}: only functions and state machines are played as targets`);
    } catch (error) {
      throw asTargetError(error);
    }
  };
