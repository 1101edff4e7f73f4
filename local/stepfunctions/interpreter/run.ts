import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Graph, State } from '../definition/schema.ts';
import type { Payload } from '../payload.ts';
import type { Branch } from './branch.ts';
import { shownInput, shownOutput, WHOLE } from './history.ts';
import { runMap } from './map.ts';
import type { Outcome } from './outcome.ts';
import { runParallel } from './parallel.ts';
import { runChoice, runFail, runPass, runSucceed, runWait } from './simple-states.ts';
import { StateRun } from './state-run.ts';
import { runTask } from './task.ts';

/**
 * Runs the states of a graph from its start to its end.
 *
 * @returns the last state's output
 * @throws StateFailure that nothing caught
 * @throws Abandoned when the branch was
 */
export const runGraph = async (branch: Branch, graph: Graph, input: Payload): Promise<Payload> => {
  let name: string | undefined = graph.StartAt;
  let payload = input;
  while (name !== undefined) {
    const run = enter(branch, name, graph.States[name] as State, payload);
    const outcome: Outcome = await work(run);
    leave(run, outcome);
    payload = outcome.output;
    name = outcome.next;
  }
  return payload;
};

const work = (run: StateRun): Promise<Outcome> => {
  switch (run.state.Type) {
    case 'Task':
      return runTask(run as StateRun<typeof run.state>);
    case 'Parallel':
      return runParallel(run as StateRun<typeof run.state>);
    case 'Map':
      return runMap(run as StateRun<typeof run.state>);
    case 'Choice':
      return runChoice(run as StateRun<typeof run.state>);
    case 'Wait':
      return runWait(run as StateRun<typeof run.state>);
    case 'Pass':
      return runPass(run as StateRun<typeof run.state>);
    case 'Succeed':
      return runSucceed(run as StateRun<typeof run.state>);
    case 'Fail':
      return runFail(run as StateRun<typeof run.state>);
  }
};

const enter = (branch: Branch, name: string, state: State, input: Payload): StateRun => {
  branch.current = state.Type;
  branch.execution.transit();
  const type = `${state.Type}StateEntered` as HistoryEventType;
  const id = branch.record(type, { stateEnteredEventDetails: { name, ...shownInput(input) } });
  return new StateRun(branch, name, state, input, id);
};

const leave = (run: StateRun, { output, assigned }: Outcome): void => {
  const { branch, name, state } = run;
  if (assigned !== undefined && !branch.scope.assign(assigned)) {
    throw run.failure('States.DataLimitExceeded', 'The variables exceed the maximum number of bytes service limit.');
  }
  const shown = assigned && {
    assignedVariables: Object.fromEntries(Object.entries(assigned).map(([key, { json }]) => [key, json])),
    assignedVariablesDetails: WHOLE,
  };
  branch.record(`${state.Type}StateExited` as HistoryEventType, {
    stateExitedEventDetails: { name, ...shownOutput(output), ...shown },
  });
  branch.current = undefined;
};
