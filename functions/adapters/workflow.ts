import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { Workflow } from '../migration/ports.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

const stepFunctions = new SFNClient({});

/** Starts an execution under its name. Idempotent on AWS's side only while it runs; one that ended is left as it is. */
const start = (stateMachineArn: string, name: string, input: string) =>
  naming('Start execution', async () => {
    try {
      await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  });

/** Starting migrations. @throws EnvironmentError */
export const migrationStarter = (): Pick<Workflow, 'start' | 'executionArn'> => {
  const { MIGRATION_STATE_MACHINE_ARN: machine } = readEnvironment({ MIGRATION_STATE_MACHINE_ARN: text });
  return {
    executionArn: (migrationId) => `${machine.replace(':stateMachine:', ':execution:')}:${migrationId}`,
    start: (migrationId, input) => start(machine, migrationId, input),
  };
};

/** Starting settlements. @throws EnvironmentError */
export const settlementStarter = (): Pick<Workflow, 'settle'> => {
  const { SETTLEMENT_STATE_MACHINE_ARN: machine } = readEnvironment({ SETTLEMENT_STATE_MACHINE_ARN: text });
  return {
    settle: (name, migrationId, act) => start(machine, name, JSON.stringify({ migrationId, ...(act && { act }) })),
  };
};

/** Looking at executions, and calling those that wait. */
export const executions: Pick<Workflow, 'describe' | 'resume' | 'fail'> = {
  describe: (executionArn) =>
    naming('Describe execution', async () => {
      try {
        const { status, error, cause } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
        return { status: status ?? 'RUNNING', ...(error && { error }), ...(cause && { cause }) };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    }),

  resume: (taskToken, output) =>
    toWaiter('Resume execution', () =>
      stepFunctions.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })),
    ),

  fail: (taskToken, error, cause) =>
    toWaiter('Fail execution', () => stepFunctions.send(new SendTaskFailureCommand({ taskToken, error, cause }))),
};

/** Whether anybody still waited for the call. */
const toWaiter = (operation: string, call: () => Promise<unknown>): Promise<boolean> =>
  naming(operation, async () => {
    try {
      await call();
      return true;
    } catch (error) {
      const nobodyWaits =
        error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;
      if (nobodyWaits) return false;
      throw error;
    }
  });
