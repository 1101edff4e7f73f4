import type { ExecutionStatus, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Machine } from '../definition/schema.ts';
import { HISTORY_EVENTS } from '../limits.ts';
import type { Payload } from '../payload.ts';
import { Branch } from './branch.ts';
import { Abandoned, StateFailure } from './failure.ts';
import { type EventDetails, History, problem, shownInput, shownOutput } from './history.ts';
import { runGraph } from './run.ts';
import type { World } from './world.ts';

/** A state machine as it was when the execution started: a later one of the same name changes nothing here. */
export interface MachineRevision {
  arn: string;
  name: string;
  roleArn: string;
  machine: Machine;
}

/** One run of a state machine: its history, its status, and what it cost. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly revision: MachineRevision;
  readonly input: Payload;
  readonly world: World;
  readonly startDate: Date;
  /** ISO 8601, as the context object shows it. */
  readonly startTime: string;
  readonly history: History;
  status: ExecutionStatus = 'RUNNING';
  stopDate: Date | undefined;
  output: Payload | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** State transitions as AWS bills them: each entry of a state and each retry is one. */
  transitions = 0;
  /** The machine was deleted: the next state transition is the end. */
  doomed = false;
  readonly #root: Branch;
  readonly #onStatus: (execution: Execution) => void;
  #cancelTimeout = (): void => {};

  constructor(
    identity: { arn: string; name: string; revision: MachineRevision; input: Payload },
    world: World,
    onStatus: (execution: Execution) => void,
  ) {
    this.arn = identity.arn;
    this.name = identity.name;
    this.revision = identity.revision;
    this.input = identity.input;
    this.world = world;
    this.history = new History(world.clock);
    const { input, revision } = identity;
    this.history.append('ExecutionStarted', 0, {
      executionStartedEventDetails: { ...shownInput(input), roleArn: revision.roleArn },
    });
    this.startDate = this.history.latest;
    this.startTime = this.startDate.toISOString();
    this.#onStatus = onStatus;
    this.#root = new Branch(this);
  }

  start(): void {
    const { machine } = this.revision;
    if (machine.TimeoutSeconds !== undefined) {
      const timer = this.world.clock.after(machine.TimeoutSeconds * 1000, () => this.#timeOut());
      this.#cancelTimeout = () => timer.cancel();
    }
    this.#onStatus(this);
    void this.#run();
  }

  /** Ends the execution from outside. What its tasks have begun in the world goes on. */
  stop(error: string | undefined, cause: string | undefined): void {
    this.#root.abandon();
    this.history.append('ExecutionAborted', 0, { executionAbortedEventDetails: problem(error, cause) });
    this.#end('ABORTED', { error, cause });
  }

  /** Counts a state transition. @throws Abandoned when the machine was deleted */
  transit(): void {
    if (this.doomed) {
      this.stop(undefined, undefined);
      throw new Abandoned();
    }
    this.transitions += 1;
  }

  /** Forgets the execution where it stands: its timers go, its status stays. */
  abandon(): void {
    this.#cancelTimeout();
    this.#root.abandon();
  }

  /** Appends an event. @throws Abandoned when the history is full, which fails the execution */
  append(type: HistoryEventType, previousEventId: number, details?: EventDetails): number {
    if (this.history.events.length >= HISTORY_EVENTS - 1) {
      const why = `The execution reached the maximum number of history events (${HISTORY_EVENTS}).`;
      this.#root.abandon();
      this.#fail(new StateFailure('States.Runtime', why), previousEventId);
      throw new Abandoned();
    }
    return this.history.append(type, previousEventId, details);
  }

  async #run(): Promise<void> {
    try {
      const output = await runGraph(this.#root, this.revision.machine, this.input);
      const details = shownOutput(output);
      this.#root.record('ExecutionSucceeded', { executionSucceededEventDetails: details });
      this.#end('SUCCEEDED', { output });
    } catch (failure) {
      // What an abandoned branch still fails with is as little news as its late results.
      if (failure instanceof Abandoned || this.#root.abandoned) return;
      if (!(failure instanceof StateFailure)) throw failure;
      this.#fail(failure, this.#root.previousEventId);
    }
  }

  #fail(failure: StateFailure, previousEventId: number): void {
    const { error, reason: cause } = failure;
    this.history.append('ExecutionFailed', previousEventId, { executionFailedEventDetails: problem(error, cause) });
    this.#end('FAILED', { error, cause });
  }

  #timeOut(): void {
    this.#root.abandon();
    this.history.append('ExecutionTimedOut', 0, { executionTimedOutEventDetails: { error: 'States.Timeout' } });
    this.#end('TIMED_OUT', {});
  }

  #end(
    status: ExecutionStatus,
    { output, error, cause }: { output?: Payload; error?: string | undefined; cause?: string | undefined },
  ): void {
    this.#cancelTimeout();
    this.status = status;
    this.stopDate = this.history.latest;
    this.output = output;
    this.error = error;
    this.cause = cause;
    this.#onStatus(this);
  }
}
