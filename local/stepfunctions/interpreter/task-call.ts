import type { Timer } from '../../clock.ts';
import type { TaskResource } from '../definition/resource.ts';
import { TaskError } from '../errors.ts';
import { type Payload, payloadOf } from '../payload.ts';
import type { Branch, Settle } from './branch.ts';
import type { Schedule } from './task-events.ts';
import type { Integration, IntegrationCall } from './world.ts';

/** The task's time is up, by TimeoutSeconds or by HeartbeatSeconds. */
export class Expired extends Error {
  override readonly name = 'Expired';
  readonly heartbeat: boolean;

  constructor(heartbeat: boolean) {
    super(heartbeat ? 'no heartbeat in time' : 'no answer in time');
    this.heartbeat = heartbeat;
  }
}

/**
 * Calls the integration and waits for its answer, or, with a token, for the token's return. What comes later than the end of
 * the wait goes unheard.
 *
 * @param submitted told the call's own answer while the token is still awaited
 * @throws TaskError as the integration or SendTaskFailure names it
 * @throws Expired
 */
export const callTask = (
  branch: Branch,
  resource: TaskResource,
  plan: Schedule,
  token: string | undefined,
  submitted: (output: Payload) => void,
): Promise<Payload> =>
  branch.wait<Payload>((settle) => {
    const { clock, tokens } = branch.execution.world;
    const timers = new TimeLimits(branch, plan, settle);
    if (token !== undefined) {
      tokens.open(token, {
        succeed: (output) => settle.resolve(output),
        fail: (error, cause) => settle.reject(new TaskError(error, cause)),
        heartbeat: () => timers.beat(),
      });
    }
    const controller = new AbortController();
    let answered = false;
    const { arn: executionArn, revision } = branch.execution;
    const call = { signal: controller.signal, executionArn, stateMachineArn: revision.arn, clock };
    const heard = (end: () => void) => {
      answered = true;
      if (settle.open) end();
    };
    const integration = branch.execution.world.integrations[resource.integration] as Integration;
    invoke(integration, resource, plan, call)
      .then(
        (answer) => heard(() => (token === undefined ? settle.resolve(answer) : submitted(answer))),
        (reason) => heard(() => settle.reject(reason)),
      )
      .catch((fault) => settle.reject(fault));
    return () => {
      timers.cancel();
      if (token !== undefined) tokens.close(token);
      if (!answered) controller.abort();
    };
  });

/** A function's ARN as Resource is an invocation of it, and its result the payload alone. */
const invoke = async (
  integration: Integration,
  { functionArn }: TaskResource,
  { args }: Schedule,
  call: IntegrationCall,
): Promise<Payload> => {
  if (functionArn === undefined) return payloadOf(await integration(args.value, call));
  const answer = await integration({ FunctionName: functionArn, Payload: args.value }, call);
  return payloadOf((answer as { Payload?: unknown }).Payload);
};

class TimeLimits {
  readonly #start: () => Timer | undefined;
  readonly #timeout: Timer | undefined;
  #heartbeat: Timer | undefined;

  constructor(branch: Branch, { timeoutSeconds, heartbeatSeconds }: Schedule, settle: Pick<Settle<never>, 'reject'>) {
    const { clock } = branch.execution.world;
    const after = (seconds: number | undefined, heartbeat: boolean) =>
      seconds === undefined ? undefined : clock.after(seconds * 1000, () => settle.reject(new Expired(heartbeat)));
    this.#timeout = after(timeoutSeconds, false);
    this.#start = () => after(heartbeatSeconds, true);
    this.#heartbeat = this.#start();
  }

  beat(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = this.#start();
  }

  cancel(): void {
    this.#timeout?.cancel();
    this.#heartbeat?.cancel();
  }
}
