import type { TaskResource } from '../definition/resource.ts';
import type { Payload } from '../payload.ts';
import type { Branch } from './branch.ts';
import { problem, shownInput, shownOutput } from './history.ts';

export interface Schedule {
  args: Payload;
  timeoutSeconds: number | undefined;
  heartbeatSeconds: number | undefined;
}

/** The events around one attempt of a task. */
export interface TaskEvents {
  scheduled(schedule: Schedule): void;
  started(): void;
  submitted(output: Payload): void;
  succeeded(output: Payload): void;
  failed(error: string | undefined, cause: string | undefined): void;
  timedOut(): void;
}

const limits = ({ timeoutSeconds, heartbeatSeconds }: Schedule) => ({
  ...(timeoutSeconds !== undefined && { timeoutInSeconds: timeoutSeconds }),
  ...(heartbeatSeconds !== undefined && { heartbeatInSeconds: heartbeatSeconds }),
});

const TIMED_OUT = { error: 'States.Timeout' };

/** Of optimized and SDK integrations. */
const integrationEvents = (branch: Branch, { resourceType, resource }: TaskResource): TaskEvents => {
  const which = { resourceType, resource };
  const { region } = branch.execution.world;
  return {
    scheduled: (schedule) =>
      branch.record('TaskScheduled', {
        taskScheduledEventDetails: { ...which, region, parameters: schedule.args.json, ...limits(schedule) },
      }),
    started: () => branch.record('TaskStarted', { taskStartedEventDetails: which }),
    submitted: (output) =>
      branch.record('TaskSubmitted', { taskSubmittedEventDetails: { ...which, ...shownOutput(output) } }),
    succeeded: (output) =>
      branch.record('TaskSucceeded', { taskSucceededEventDetails: { ...which, ...shownOutput(output) } }),
    failed: (error, cause) =>
      branch.record('TaskFailed', { taskFailedEventDetails: { ...which, ...problem(error, cause) } }),
    timedOut: () => branch.record('TaskTimedOut', { taskTimedOutEventDetails: { ...which, ...TIMED_OUT } }),
  };
};

/** Of a Lambda function whose ARN is the task's resource. */
const functionEvents = (branch: Branch, { resource }: TaskResource): TaskEvents => ({
  scheduled: (schedule) =>
    branch.record('LambdaFunctionScheduled', {
      lambdaFunctionScheduledEventDetails: { resource, ...shownInput(schedule.args), ...limits(schedule) },
    }),
  started: () => branch.record('LambdaFunctionStarted'),
  submitted: () => {},
  succeeded: (output) =>
    branch.record('LambdaFunctionSucceeded', {
      lambdaFunctionSucceededEventDetails: shownOutput(output),
    }),
  failed: (error, cause) =>
    branch.record('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: problem(error, cause) }),
  timedOut: () => branch.record('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: TIMED_OUT }),
});

export const taskEvents = (branch: Branch, resource: TaskResource): TaskEvents =>
  resource.functionArn === undefined ? integrationEvents(branch, resource) : functionEvents(branch, resource);
