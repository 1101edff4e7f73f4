import { StepFunctionsError } from '../stepfunctions/errors.ts';
import { type Integration, type StepFunctions, TaskError } from '../stepfunctions/service.ts';
import { Properties } from '../template/properties.ts';
import { sdkMetadata, serviceCause } from './service-errors.ts';

const asText = (input: unknown): string => (typeof input === 'string' ? input : JSON.stringify(input));

/** `ExecutionAlreadyExists` of the API is `StepFunctions.ExecutionAlreadyExistsException` to a state machine. */
const errorName = (code: string): string => `StepFunctions.${code.endsWith('Exception') ? code : `${code}Exception`}`;

/**
 * `arn:aws:states:::states:startExecution`, which does not wait for the execution. The Input may be an object.
 * @param stepFunctions asked for only at a call: the service itself needs its integrations to begin with
 */
export const statesStartExecution =
  (stepFunctions: () => StepFunctions): Integration =>
  async (given) => {
    const args = new Properties('states:startExecution', given).only(['StateMachineArn', 'Name', 'Input']);
    try {
      const started = stepFunctions().startExecution({
        stateMachineArn: args.text('StateMachineArn'),
        ...args.optionalText('Name', 'name'),
        ...(args.has('Input') ? { input: asText(args.values.Input) } : {}),
      });
      return { ExecutionArn: started.executionArn, StartDate: started.startDate.getTime(), ...sdkMetadata() };
    } catch (error) {
      if (!(error instanceof StepFunctionsError)) throw error;
      throw new TaskError(errorName(error.code), serviceCause('AWSStepFunctions', 400, error.message));
    }
  };
