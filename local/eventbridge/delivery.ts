import type { Clock, Timer } from '../clock.ts';
import type { RetryPolicy, TargetModel } from '../template/model.ts';
import type { BusEvent } from './event.ts';

/** One event on its way from a rule (or schedule) to a target. */
export interface Delivery {
  event: BusEvent;
  /** The bus that the event was put on; absent for what EventBridge Scheduler sends. */
  busName?: string;
  ruleName: string;
  ruleArn: string;
  target: TargetModel;
  /** Counts from 1. */
  attempt: number;
}

/**
 * A fault to inject, asked before each attempt. `lose`: the event vanishes; `repeat`: the target is called twice;
 * `fail`: the call to the target fails, so that it is tried again and at last goes to the dead-letter queue.
 */
export type DeliveryPolicy = (delivery: Delivery) => 'deliver' | 'lose' | 'repeat' | 'fail';

/** Calls a target. Whatever it throws counts as ERROR_FROM_TARGET and is tried again, unless it is a TargetError. */
export type TargetCall = (arn: string, payload: unknown, event: BusEvent) => Promise<void>;

/** A target that cannot be called, with the ERROR_CODE of EventBridge's dead-letter queues. */
export class TargetError extends Error {
  override readonly name = 'TargetError' as const;
  readonly code: 'NO_RESOURCE' | 'INVALID_PARAMETER' | 'ERROR_FROM_TARGET' | 'THROTTLING';

  constructor(code: TargetError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** A target that is not there is not tried again: the event goes to the dead-letter queue at once. */
  get isRetriable(): boolean {
    return this.code === 'ERROR_FROM_TARGET' || this.code === 'THROTTLING';
  }
}

export interface DeadLetter {
  queueArn: string;
  body: string;
  attributes: Record<string, string>;
}

export interface DelivererOptions {
  clock: Clock;
  call: TargetCall;
  policy: DeliveryPolicy;
  sendToQueue(letter: DeadLetter): void;
  /** The dead-letter queue itself refused. */
  report(error: unknown): void;
}

/** EventBridge retries with exponential back-off and says no more of it. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 600_000;

type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** Delivers events to targets, again and again where that may help, and to the dead-letter queue where it does not. */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #waiting = new Set<Timer>();
  #closed = false;

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  deliver(delivery: Omit<Delivery, 'attempt'>): void {
    this.#try({ ...delivery, attempt: 1 }, this.#options.clock.now()).catch(this.#options.report);
  }

  /** Forgets what waits for another attempt. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }

  async #try(delivery: Delivery, acceptedAtMs: number): Promise<void> {
    const verdict = this.#options.policy(delivery);
    if (verdict === 'lose') return;
    const failure = await this.#call(delivery, verdict === 'repeat' ? 2 : 1, verdict === 'fail');
    if (!failure || this.#closed) return;
    const { clock } = this.#options;
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (delivery.attempt - 1), LONGEST_RETRY_MS);
    const exhausted = exhaustedBy(delivery.target.retry, delivery.attempt, clock.now() + delayMs - acceptedAtMs);
    if (!failure.isRetriable) this.#bury(delivery, failure);
    else if (exhausted) this.#bury(delivery, failure, exhausted);
    else this.#later(delayMs, () => this.#try({ ...delivery, attempt: delivery.attempt + 1 }, acceptedAtMs));
  }

  async #call({ event, target }: Delivery, times: number, fails: boolean): Promise<TargetError | undefined> {
    try {
      if (fails) throw new TargetError('THROTTLING', 'The call to the target failed: injected fault');
      for (let time = 0; time < times; time += 1) await this.#options.call(target.arn, payloadOf(target, event), event);
      return undefined;
    } catch (error) {
      if (error instanceof TargetError) return error;
      return new TargetError('ERROR_FROM_TARGET', error instanceof Error ? error.message : String(error), {
        cause: error,
      });
    }
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
  #bury({ event, ruleArn, target, attempt }: Delivery, failure: TargetError, exhausted?: Exhausted): void {
    if (target.deadLetterArn === undefined) return;
    this.#options.sendToQueue({
      queueArn: target.deadLetterArn,
      body: JSON.stringify(payloadOf(target, event)),
      attributes: {
        RULE_ARN: ruleArn,
        TARGET_ARN: target.arn,
        ERROR_CODE: failure.code,
        ERROR_MESSAGE: failure.message,
        ...(exhausted ? { EXHAUSTED_RETRY_CONDITION: exhausted } : {}),
        RETRY_ATTEMPTS: String(attempt - 1),
      },
    });
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#waiting.delete(timer);
      run().catch(this.#options.report);
    });
    this.#waiting.add(timer);
  }
}

const exhaustedBy = (retry: RetryPolicy, attempt: number, nextAgeMs: number): Exhausted | undefined => {
  if (attempt > retry.maximumRetryAttempts) return 'MaximumRetryAttempts';
  return nextAgeMs > retry.maximumEventAgeSeconds * 1_000 ? 'MaximumEventAgeInSeconds' : undefined;
};

/** The constant input, or the part at the input path, or the whole event. */
const payloadOf = ({ input, inputPath }: TargetModel, event: BusEvent): unknown => {
  if (input !== undefined) return JSON.parse(input);
  if (inputPath === undefined || inputPath === '$') return event;
  const names = inputPath.replace(/^\$\.?/, '').split('.');
  return names.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name] ?? null, event);
};
