import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { TimelineEntry, Workflow } from '../migration/ports.ts';
import { InvalidRequestError } from '../migration/request-errors.ts';
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

/** The execution's history, a page of 100 events at a time. */
export const executionHistory: Pick<Workflow, 'history'> = {
  history: (executionArn, nextToken) =>
    naming('Read execution history', async () => {
      try {
        const page = await stepFunctions.send(
          new GetExecutionHistoryCommand({ executionArn, maxResults: 100, includeExecutionData: false, nextToken }),
        );
        const timeline = (page.events ?? []).map(toTimelineEntry);
        return { timeline, ...(page.nextToken && { nextToken: page.nextToken }) };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        if ((error as Error).name === 'InvalidToken') {
          throw new InvalidRequestError([{ parameter: 'nextToken', detail: 'is not a token that this API gave' }]);
        }
        throw error;
      }
    }),
};

/** Only what is for showing: parameters hold task tokens, inputs and outputs customers' data. */
const toTimelineEntry = (event: HistoryEvent): TimelineEntry => {
  const details = Object.entries(event).find(([name, value]) => name.endsWith('Details') && value)?.[1] as
    | { name?: string; error?: string; cause?: string }
    | undefined;
  const state = event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name;
  return {
    id: event.id ?? 0,
    at: (event.timestamp ?? new Date(0)).toISOString(),
    type: event.type ?? 'Unknown',
    ...(state && { state }),
    ...(details?.error && { error: details.error }),
    ...(details?.cause && { cause: details.cause }),
  };
};
