import { randomUUID } from 'node:crypto';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Clock } from '../clock.ts';
import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidExecutionInput,
  InvalidOutput,
  StateMachineDeleting,
} from './errors.ts';
import { createEvaluator } from './expressions/evaluator.ts';
import { stepFunctionsLibrary } from './expressions/functions.ts';
import { Execution } from './interpreter/execution.ts';
import { problem } from './interpreter/history.ts';
import { TaskTokens } from './interpreter/tokens.ts';
import type { Integration, World } from './interpreter/world.ts';
import { exceeds, PAYLOAD_BYTES } from './limits.ts';
import { type CreateStateMachineRequest, StateMachines } from './machines.ts';
import { checkName } from './names.ts';
import { type PageRequest, pageOf } from './paging.ts';
import { type Payload, parsePayload } from './payload.ts';
import { type ExecutionStatusChangeDetail, redrive, statusChangeOf } from './status-change.ts';
import { withoutData } from './without-data.ts';

export { TaskError } from './errors.ts';
export type { Integration, IntegrationCall } from './interpreter/world.ts';
export type { ExecutionStatusChangeDetail } from './status-change.ts';

export interface StepFunctionsOptions {
  clock: Clock;
  region: string;
  account: string;
  /**
   * Keyed by resource without `.waitForTaskToken`: `arn:aws:states:::lambda:invoke`. A function's ARN as Resource goes to
   * `lambda:invoke` as well. A machine that calls anything else is refused when it is created.
   */
  integrations: Record<string, Integration>;
  /** Called at every change of an execution's status, RUNNING included, before the call that causes it returns. */
  onStatusChange?: (detail: ExecutionStatusChangeDetail) => void;
  /** 0 <= x < 1, for jitter and `$random()` */
  random?: () => number;
}

/**
 * AWS Step Functions in one process: Standard workflows in JSONata. Methods are named and shaped like the API's actions, with
 * Dates where the API has timestamps; they throw the StepFunctionsError that the action documents.
 */
export class StepFunctions {
  readonly #options: StepFunctionsOptions;
  readonly #world: World;
  readonly #machines: StateMachines;
  readonly #executions = new Map<string, Execution>();

  constructor(options: StepFunctionsOptions) {
    const { clock, region, integrations, random = Math.random } = options;
    this.#options = options;
    this.#machines = new StateMachines(clock, Object.keys(integrations));
    this.#world = {
      clock,
      region,
      random,
      integrations,
      evaluator: createEvaluator(stepFunctionsLibrary(clock, random)),
      tokens: new TaskTokens((executionArn) => this.#executions.has(executionArn)),
    };
  }

  /**
   * The same request again answers the same machine.
   *
   * @throws InvalidDefinition, InvalidName, StateMachineAlreadyExists, StateMachineTypeNotSupported
   */
  createStateMachine(request: CreateStateMachineRequest) {
    const { name, roleArn = `arn:aws:iam::${this.#options.account}:role/${name}` } = request;
    return this.#machines.create(this.#arn(`stateMachine:${name}`), roleArn, request);
  }

  /**
   * Running executions end as aborted at their next state transition, and the machine is gone when none is left. Deleting what is
   * not there is no error.
   */
  deleteStateMachine({ stateMachineArn }: { stateMachineArn: string }): Record<string, never> {
    this.#machines.delete(stateMachineArn);
    return {};
  }

  /** @throws StateMachineDoesNotExist */
  describeStateMachine({ stateMachineArn }: { stateMachineArn: string }) {
    return this.#machines.describe(stateMachineArn);
  }

  listStateMachines(request: PageRequest = {}) {
    return this.#machines.list(request);
  }

  /**
   * The same name and input again while the execution runs answers that execution.
   *
   * @param input JSON text
   * @throws StateMachineDoesNotExist, StateMachineDeleting, InvalidName, InvalidExecutionInput, ExecutionAlreadyExists
   */
  startExecution(request: { stateMachineArn: string; name?: string | undefined; input?: string | undefined }): {
    executionArn: string;
    startDate: Date;
  } {
    const { stateMachineArn, name = randomUUID() } = request;
    const stateMachine = this.#machines.get(stateMachineArn);
    if (stateMachine.status === 'DELETING') throw new StateMachineDeleting(stateMachineArn);
    const { revision } = stateMachine;
    const arn = this.#arn(`execution:${revision.name}:${checkName(name)}`);
    const input = readPayload(request.input ?? '{}', (why) => new InvalidExecutionInput(why));
    const twin = this.#executions.get(arn);
    if (twin !== undefined) {
      if (twin.status !== 'RUNNING' || twin.input.json !== input.json) throw new ExecutionAlreadyExists(arn);
      return { executionArn: arn, startDate: twin.startDate };
    }
    const execution = new Execution({ arn, name, revision, input }, this.#world, (changed) => {
      this.#options.onStatusChange?.(statusChangeOf(changed));
      if (changed.status !== 'RUNNING') this.#machines.sweep(stateMachine);
    });
    this.#executions.set(arn, execution);
    stateMachine.executions.push(execution);
    execution.start();
    return { executionArn: arn, startDate: execution.startDate };
  }

  /** @throws ExecutionDoesNotExist */
  describeExecution({ executionArn }: { executionArn: string }) {
    const execution = this.#execution(executionArn);
    const { stopDate, output, error, cause } = execution;
    return {
      ...listed(execution),
      input: execution.input.json,
      inputDetails: INCLUDED,
      ...redrive(execution),
      ...(stopDate !== undefined && { stopDate }),
      ...(output !== undefined && { output: output.json, outputDetails: INCLUDED }),
      ...problem(error, cause),
    };
  }

  /** Newest first. @throws StateMachineDoesNotExist */
  listExecutions(request: PageRequest & { stateMachineArn: string; statusFilter?: string | undefined }) {
    const { stateMachineArn, statusFilter, maxResults, nextToken } = request;
    const newestFirst = this.#machines.get(stateMachineArn).executions.toReversed();
    const wanted = newestFirst.filter(({ status }) => statusFilter === undefined || status === statusFilter);
    const { items, ...rest } = pageOf(wanted, maxResults, nextToken);
    return { executions: items.map(listed), ...rest };
  }

  /** @throws ExecutionDoesNotExist */
  getExecutionHistory(
    request: PageRequest & {
      executionArn: string;
      reverseOrder?: boolean | undefined;
      includeExecutionData?: boolean | undefined;
    },
  ): { events: HistoryEvent[]; nextToken?: string } {
    const { executionArn, reverseOrder = false, includeExecutionData = true, maxResults, nextToken } = request;
    const { events } = this.#execution(executionArn).history;
    const { items, ...rest } = pageOf(reverseOrder ? events.toReversed() : events, maxResults, nextToken);
    return { events: includeExecutionData ? items : items.map(withoutData), ...rest };
  }

  /** An execution that has ended stays as it is. @throws ExecutionDoesNotExist */
  stopExecution(request: { executionArn: string; error?: string | undefined; cause?: string | undefined }) {
    const execution = this.#execution(request.executionArn);
    if (execution.status === 'RUNNING') execution.stop(request.error, request.cause);
    return { stopDate: execution.stopDate as Date };
  }

  /** @throws InvalidToken, TaskDoesNotExist, TaskTimedOut, InvalidOutput */
  sendTaskSuccess({ taskToken, output }: { taskToken: string; output: string }): Record<string, never> {
    const holder = this.#world.tokens.holder(taskToken);
    holder.succeed(readPayload(output, (why) => new InvalidOutput(why)));
    return {};
  }

  /** @throws InvalidToken, TaskDoesNotExist, TaskTimedOut */
  sendTaskFailure(request: {
    taskToken: string;
    error?: string | undefined;
    cause?: string | undefined;
  }): Record<string, never> {
    this.#world.tokens.holder(request.taskToken).fail(request.error, request.cause);
    return {};
  }

  /** Starts HeartbeatSeconds anew. @throws InvalidToken, TaskDoesNotExist, TaskTimedOut */
  sendTaskHeartbeat({ taskToken }: { taskToken: string }): Record<string, never> {
    this.#world.tokens.holder(taskToken).heartbeat();
    return {};
  }

  /** State transitions as AWS bills them: each entry of a state and each retry is one. @throws ExecutionDoesNotExist */
  transitions(executionArn: string): number {
    return this.#execution(executionArn).transitions;
  }

  /** Events in the history so far. @throws ExecutionDoesNotExist */
  historyLength(executionArn: string): number {
    return this.#execution(executionArn).history.events.length;
  }

  /** Drops everything that runs where it stands; no status changes. */
  async close(): Promise<void> {
    for (const execution of this.#executions.values()) execution.abandon();
  }

  #arn(resource: string): string {
    return `arn:aws:states:${this.#options.region}:${this.#options.account}:${resource}`;
  }

  #execution(arn: string): Execution {
    const found = this.#executions.get(arn);
    if (found === undefined) throw new ExecutionDoesNotExist(arn);
    return found;
  }
}

const INCLUDED = { included: true };

const listed = ({ arn, name, revision, status, startDate, stopDate }: Execution) => ({
  executionArn: arn,
  stateMachineArn: revision.arn,
  name,
  status,
  startDate,
  ...(stopDate !== undefined && { stopDate }),
});

/** @throws what `refuse` makes of the reason why the text is no payload */
const readPayload = (text: string, refuse: (why: string) => Error): Payload => {
  if (exceeds(text, PAYLOAD_BYTES)) throw refuse(`More than ${PAYLOAD_BYTES} bytes`);
  try {
    return parsePayload(text);
  } catch (thrown) {
    throw refuse((thrown as Error).message);
  }
};
