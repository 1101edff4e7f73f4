import type { Payload } from '../payload.ts';
import { Branch, type MapItem } from './branch.ts';
import { Abandoned, StateFailure } from './failure.ts';

/** What distinguishes the branches of a Parallel from the iterations of a Map. Indices count from 0. */
interface Lanes {
  count: number;
  /** How many run at once. */
  concurrency: number;
  item?(index: number): MapItem;
  /** Called for all that start together before any of them runs. */
  started?(inner: Branch, index: number): void;
  run(inner: Branch, index: number): Promise<Payload>;
  /** What it records is the last event of the lane, but does not cause the start of the next lane: the one before does. */
  succeeded?(inner: Branch, index: number): void;
  failed?(index: number, causeId: number): void;
  aborted?(index: number, causeId: number): void;
}

/**
 * Runs lanes inside of a state. The first failure ends them all: what is at work in the others is abandoned and shown as
 * aborted because of the failing event, which then causes the state's own next event.
 *
 * @returns the outputs in the lanes' order
 * @throws StateFailure of the lane that failed first
 */
export const fanOut = (branch: Branch, lanes: Lanes): Promise<unknown[]> =>
  branch.wait<unknown[]>((settle) => {
    const outputs: unknown[] = new Array(lanes.count).fill(null);
    const running = new Map<number, Branch>();
    let next = 0;
    let done = 0;

    const fail = (index: number, failing: Branch, failure: StateFailure): void => {
      const causeId = failing.previousEventId;
      lanes.failed?.(index, causeId);
      failing.abort(causeId);
      running.delete(index);
      for (const [sibling, inner] of running) {
        lanes.aborted?.(sibling, causeId);
        inner.abort(causeId);
      }
      branch.previousEventId = causeId;
      settle.reject(failure);
    };

    const run = async (index: number, inner: Branch): Promise<void> => {
      try {
        const output = await lanes.run(inner, index);
        const lastEventId = inner.previousEventId;
        lanes.succeeded?.(inner, index);
        inner.leave();
        running.delete(index);
        outputs[index] = output.value;
        branch.previousEventId = inner.previousEventId;
        done += 1;
        if (done === lanes.count) settle.resolve(outputs);
        else fill(lastEventId);
      } catch (failure) {
        if (failure instanceof Abandoned || !settle.open) return;
        if (failure instanceof StateFailure) fail(index, inner, failure);
        else settle.reject(failure);
      }
    };

    const fill = (causeId: number): void => {
      const batch: [number, Branch][] = [];
      for (; next < lanes.count && running.size < lanes.concurrency; next += 1) {
        const inner = new Branch(branch.execution, branch, lanes.item?.(next));
        inner.previousEventId = causeId;
        running.set(next, inner);
        batch.push([next, inner]);
        lanes.started?.(inner, next);
      }
      for (const [index, inner] of batch) void run(index, inner);
    };

    if (lanes.count === 0) settle.resolve(outputs);
    else fill(branch.previousEventId);
    return () => {};
  });
