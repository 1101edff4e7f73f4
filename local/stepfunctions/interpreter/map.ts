import type { HistoryEventType, MapIterationEventDetails } from '@aws-sdk/client-sfn';
import type { MapState } from '../definition/schema.ts';
import { INLINE_MAP_CONCURRENCY } from '../limits.ts';
import { type Payload, payloadOf } from '../payload.ts';
import type { Branch } from './branch.ts';
import { fanOut } from './fan-out.ts';
import { concludeWith, type Outcome } from './outcome.ts';
import { withRecovery } from './recovery.ts';
import { runGraph } from './run.ts';
import { isWholeNumber } from './simple-states.ts';
import { StateRun } from './state-run.ts';

/** Runs the processor once for each item, inline; the result is the array of the outputs, in the items' order. */
export const runMap = (run: StateRun<MapState>): Promise<Outcome> =>
  withRecovery(run, run.state, async () => concludeWith(run, run.state, await attempt(run)), 'MapStateFailed');

const isArray = (value: unknown): value is unknown[] => Array.isArray(value);

const concurrency = async (run: StateRun<MapState>): Promise<number> => {
  const template = run.state.MaxConcurrency ?? 0;
  const wanted = await run.evaluateAs(template, 'MaxConcurrency', 'non-negative integer', isWholeNumber);
  return wanted === 0 ? INLINE_MAP_CONCURRENCY : Math.min(wanted, INLINE_MAP_CONCURRENCY);
};

const attempt = async (run: StateRun<MapState>): Promise<Payload> => {
  const { branch, name, state } = run;
  const items = await run.evaluateAs(state.Items ?? '{% $states.input %}', 'Items', 'array', isArray);
  const atOnce = await concurrency(run);
  branch.record('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  const iteration = (what: IterationEnd, index: number) => iterationEvent(what, { name, index });
  const append = (what: IterationEnd, index: number, causeId: number) => {
    const [type, details] = iteration(what, index);
    branch.execution.append(type, causeId, details);
  };
  const outputs = await fanOut(branch, {
    count: items.length,
    concurrency: atOnce,
    item: (index) => ({ Index: index, Value: items[index] }),
    started: (inner, index) => inner.record(...iteration('Started', index)),
    run: async (inner, index) => runGraph(inner, state.ItemProcessor, await itemInput(run, inner, items[index])),
    succeeded: (inner, index) => inner.record(...iteration('Succeeded', index)),
    failed: (index, causeId) => append('Failed', index, causeId),
    aborted: (index, causeId) => append('Aborted', index, causeId),
  });
  branch.note('MapStateSucceeded');
  return payloadOf(outputs);
};

type IterationEnd = 'Started' | 'Succeeded' | 'Failed' | 'Aborted';

const iterationEvent = (what: IterationEnd, details: MapIterationEventDetails) =>
  [
    `MapIteration${what}` as HistoryEventType,
    { [`mapIteration${what}EventDetails`]: { index: details.index, name: details.name } },
  ] as const;

/** The item, or what ItemSelector makes of it: there `$states.context.Map.Item` is the item. */
const itemInput = async (run: StateRun<MapState>, inner: Branch, item: unknown): Promise<Payload> => {
  const { ItemSelector } = run.state;
  if (ItemSelector === undefined) return payloadOf(item);
  const selecting = new StateRun(inner, run.name, run.state, run.input, run.enteredEventId);
  return run.limited(await selecting.evaluate(ItemSelector, 'ItemSelector'));
};
