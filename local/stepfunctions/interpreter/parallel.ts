import type { Graph, ParallelState } from '../definition/schema.ts';
import { type Payload, payloadOf } from '../payload.ts';
import { fanOut } from './fan-out.ts';
import { concludeWith, type Outcome } from './outcome.ts';
import { withRecovery } from './recovery.ts';
import { runGraph } from './run.ts';
import type { StateRun } from './state-run.ts';

/** Runs all branches at once on the same input; the result is the array of their outputs, in the branches' order. */
export const runParallel = (run: StateRun<ParallelState>): Promise<Outcome> =>
  withRecovery(run, run.state, async () => concludeWith(run, run.state, await attempt(run)), 'ParallelStateFailed');

const attempt = async (run: StateRun<ParallelState>): Promise<Payload> => {
  const { branch, state } = run;
  const template = state.Arguments;
  const input = template === undefined ? run.input : run.limited(await run.evaluate(template, 'Arguments'));
  branch.record('ParallelStateStarted');
  const outputs = await fanOut(branch, {
    count: state.Branches.length,
    concurrency: state.Branches.length,
    run: (inner, i) => runGraph(inner, state.Branches[i] as Graph, input),
  });
  branch.note('ParallelStateSucceeded');
  return payloadOf(outputs);
};
