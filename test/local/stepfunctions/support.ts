import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { SimulatedClock } from '../../../local/simulated-clock.ts';
import {
  type ExecutionStatusChangeDetail,
  type Integration,
  StepFunctions,
  type StepFunctionsOptions,
} from '../../../local/stepfunctions/service.ts';

/** A definition in JSONata: the query language need not be repeated in each test. */
export const machine = (definition: object): string => JSON.stringify({ QueryLanguage: 'JSONata', ...definition });

/** A machine of one state. */
export const single = (state: object): string => machine({ StartAt: 'S', States: { S: { End: true, ...state } } });

export interface Laboratory {
  clock: SimulatedClock;
  service: StepFunctions;
  changes: ExecutionStatusChangeDetail[];
}

/** A Step Functions with fake integrations on a simulated clock. */
export const laboratory = (
  integrations: Record<string, Integration> = {},
  options: Partial<StepFunctionsOptions> = {},
): Laboratory => {
  const clock = new SimulatedClock();
  const changes: ExecutionStatusChangeDetail[] = [];
  const service = new StepFunctions({
    clock,
    region: 'us-west-2',
    account: '000000000000',
    integrations,
    random: () => 0.5,
    onStatusChange: (detail) => changes.push(detail),
    ...options,
  });
  return { clock, service, changes };
};

export interface MachineRun extends Laboratory {
  executionArn: string;
  status: string;
  /** Parsed; undefined unless it succeeded */
  output: unknown;
  error: string | undefined;
  cause: string | undefined;
  /** Names of the states in the order in which they were entered */
  path: string[];
  /** The whole history */
  history: HistoryEvent[];
  transitions: number;
  /** Simulated time from start to stop */
  durationMs: number;
}

export const historyOf = (service: StepFunctions, executionArn: string): HistoryEvent[] => {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = service.getExecutionHistory({ executionArn, maxResults: 1000, nextToken });
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
};

/** What is to be seen of an execution now. */
export const observe = (laboratory: Laboratory, executionArn: string): MachineRun => {
  const { service } = laboratory;
  const seen = service.describeExecution({ executionArn });
  const history = historyOf(service, executionArn);
  return {
    ...laboratory,
    executionArn,
    status: seen.status,
    output: seen.output === undefined ? undefined : JSON.parse(seen.output),
    error: seen.error,
    cause: seen.cause,
    path: history.flatMap((event) => event.stateEnteredEventDetails?.name ?? []),
    history,
    transitions: service.transitions(executionArn),
    durationMs: (seen.stopDate ?? new Date(laboratory.clock.now())).getTime() - seen.startDate.getTime(),
  };
};

export interface RunOptions extends Partial<StepFunctionsOptions> {
  input?: unknown;
  name?: string;
  machineName?: string;
  roleArn?: string;
  /** Called once the execution has been started, before the clock moves. */
  meanwhile?: (laboratory: Laboratory, executionArn: string) => void | Promise<void>;
}

/**
 * Runs a definition to its end, or to where nothing more happens by itself, with fake integrations on a simulated clock.
 *
 * @param integrations keyed by resource, as StepFunctionsOptions has it
 */
export const runMachine = async (
  definition: string | object,
  integrations: Record<string, Integration> = {},
  { input = {}, name, machineName = 'machine', roleArn, meanwhile, ...options }: RunOptions = {},
): Promise<MachineRun> => {
  const lab = laboratory(integrations, options);
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const { stateMachineArn } = lab.service.createStateMachine({ name: machineName, definition: text, roleArn });
  const { executionArn } = lab.service.startExecution({ stateMachineArn, name, input: JSON.stringify(input) });
  await meanwhile?.(lab, executionArn);
  await lab.clock.runUntilIdle();
  return observe(lab, executionArn);
};

/** A history without its timestamps, for whole comparisons. */
export const timeless = (history: readonly HistoryEvent[]) => history.map(({ timestamp: _, ...event }) => event);
