import { parseResource, type TaskResource } from '../definition/resource.ts';
import type { TaskState } from '../definition/schema.ts';
import { TaskError } from '../errors.ts';
import { type Payload, parsePayload } from '../payload.ts';
import { Abandoned, StateFailure } from './failure.ts';
import { concludeWith, type Outcome } from './outcome.ts';
import { withRecovery } from './recovery.ts';
import { isWholeNumber } from './simple-states.ts';
import type { StateRun } from './state-run.ts';
import { callTask, Expired } from './task-call.ts';
import { type Schedule, type TaskEvents, taskEvents } from './task-events.ts';

export const runTask = (run: StateRun<TaskState>): Promise<Outcome> => {
  // Checked when the machine was created.
  const resource = parseResource(run.state.Resource) as TaskResource;
  return withRecovery(run, run.state, async () =>
    concludeWith(run, run.state, await attempt(run, resource, taskEvents(run.branch, resource))),
  );
};

const isSeconds = (value: unknown): value is number => isWholeNumber(value) && value > 0;

const seconds = (run: StateRun<TaskState>, field: 'TimeoutSeconds' | 'HeartbeatSeconds') => {
  const template = run.state[field];
  if (template === undefined || typeof template === 'number') return template;
  return run.evaluateAs(template, field, 'positive integer', isSeconds);
};

const schedule = async (run: StateRun<TaskState>): Promise<Schedule> => {
  const template = run.state.Arguments;
  // The integration may do to its arguments what it likes: they are its own copy either way.
  const args = template === undefined ? parsePayload(run.input.json) : await run.evaluate(template, 'Arguments');
  return {
    args: run.limited(args),
    timeoutSeconds: await seconds(run, 'TimeoutSeconds'),
    heartbeatSeconds: await seconds(run, 'HeartbeatSeconds'),
  };
};

/** @throws StateFailure when the task fails, runs out of time or answers too much */
const attempt = async (run: StateRun<TaskState>, resource: TaskResource, events: TaskEvents): Promise<Payload> => {
  const { execution } = run.branch;
  // A new one for each attempt: the token of a failed attempt is spent.
  run.taskToken = resource.waitsForToken ? execution.world.tokens.issue(execution.arn) : undefined;
  const plan = await schedule(run);
  events.scheduled(plan);
  events.started();
  let answer: Payload;
  try {
    answer = await callTask(run.branch, resource, plan, run.taskToken, (output) => events.submitted(output));
  } catch (thrown) {
    throw failed(run, thrown, events);
  }
  return succeeded(run, answer, events);
};

const succeeded = (run: StateRun<TaskState>, output: Payload, events: TaskEvents): Payload => {
  try {
    run.limited(output, run.state.Resource);
  } catch (failure) {
    if (failure instanceof StateFailure) events.failed(failure.error, failure.reason);
    throw failure;
  }
  events.succeeded(output);
  return output;
};

const failed = (run: StateRun<TaskState>, thrown: unknown, events: TaskEvents): unknown => {
  if (thrown instanceof Expired) {
    events.timedOut();
    return new StateFailure('States.Timeout', undefined, thrown.heartbeat ? ['States.HeartbeatTimeout'] : []);
  }
  if (thrown instanceof TaskError) {
    events.failed(thrown.error, thrown.cause);
    return new StateFailure(thrown.error, thrown.cause);
  }
  if (thrown instanceof Abandoned) return thrown;
  const what = thrown instanceof Error ? thrown.stack : String(thrown);
  const broken = run.failure('States.Runtime', `The integration is broken: ${what}`);
  events.failed(broken.error, broken.reason);
  return broken;
};
