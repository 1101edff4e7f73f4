import type { Clock, Timer } from '../clock.ts';
import { functionArn } from '../identity.ts';
import type { FunctionModel } from '../template/model.ts';
import { type InvocationResult, TooManyRequestsError } from './invocation.ts';

/** Lambda waits from a second to five minutes. */
const THROTTLED_MS = 1000;

export interface AsyncInvocation {
  model: FunctionModel;
  qualifier: string | undefined;
  requestId: string;
  /** JSON text. */
  payload: string;
}

export interface AsyncSettings {
  clock: Clock;
  /** The waits before the second and the third attempt. Lambda: one minute, then two. */
  retryDelaysMs: readonly number[];
  run(invocation: AsyncInvocation): Promise<InvocationResult>;
  /** Puts the record of a discarded invocation into the OnFailure destination. */
  discard(destinationArn: string, record: FailureRecord): void;
  /** Failures of the embedded AWS itself, such as a destination that does not exist. */
  report(error: unknown): void;
}

/** What an OnFailure destination receives: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export interface FailureRecord {
  version: '1.0';
  timestamp: string;
  requestContext: {
    requestId: string;
    functionArn: string;
    condition: 'RetriesExhausted' | 'EventAgeExceeded';
    approximateInvokeCount: number;
  };
  requestPayload: unknown;
  responseContext: { statusCode: 200; executedVersion: string; functionError: 'Unhandled' };
  responsePayload: unknown;
}

/**
 * Lambda's queue of asynchronous invocations: an error of the function is tried again, and what never works goes to the
 * function's OnFailure destination, or is lost when it has none.
 */
export class AsyncQueue {
  readonly #settings: AsyncSettings;
  readonly #waiting = new Set<Timer>();
  #closed = false;

  constructor(settings: AsyncSettings) {
    this.#settings = settings;
  }

  accept(invocation: AsyncInvocation): void {
    const acceptedAtMs = this.#settings.clock.now();
    this.#after(0, () => this.#attempt(invocation, 1, acceptedAtMs));
  }

  /** Forgets what waits for another attempt. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }

  async #attempt(invocation: AsyncInvocation, attempt: number, acceptedAtMs: number): Promise<void> {
    const { clock, retryDelaysMs, run } = this.#settings;
    const result = await run(invocation).catch((error: unknown) => {
      if (error instanceof TooManyRequestsError) return undefined;
      throw error;
    });
    if (!result) {
      // What is throttled stays in the queue, and no attempt is counted.
      if (!this.#closed) this.#after(THROTTLED_MS, () => this.#attempt(invocation, attempt, acceptedAtMs));
      return;
    }
    if (result.ok || this.#closed) return;
    const { maximumRetryAttempts, maximumEventAgeSeconds } = invocation.model.asyncInvoke;
    const delayMs = retryDelaysMs[attempt - 1];
    if (attempt > maximumRetryAttempts || delayMs === undefined) {
      this.#giveUp(invocation, result, attempt, 'RetriesExhausted');
    } else if (clock.now() + delayMs - acceptedAtMs > maximumEventAgeSeconds * 1_000) {
      this.#giveUp(invocation, result, attempt, 'EventAgeExceeded');
    } else {
      this.#after(delayMs, () => this.#attempt(invocation, attempt + 1, acceptedAtMs));
    }
  }

  #giveUp(
    { model, qualifier, requestId, payload }: AsyncInvocation,
    result: InvocationResult & { ok: false },
    attempts: number,
    condition: FailureRecord['requestContext']['condition'],
  ): void {
    const { onFailureArn } = model.asyncInvoke;
    if (onFailureArn === undefined) return;
    this.#settings.discard(onFailureArn, {
      version: '1.0',
      timestamp: new Date(this.#settings.clock.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: functionArn(model.name, qualifier ?? '$LATEST'),
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(payload),
      responseContext: { statusCode: 200, executedVersion: result.executedVersion, functionError: 'Unhandled' },
      responsePayload: JSON.parse(result.cause),
    });
  }

  #after(delayMs: number, run: () => Promise<void>): void {
    const timer = this.#settings.clock.after(delayMs, () => {
      this.#waiting.delete(timer);
      run().catch(this.#settings.report);
    });
    this.#waiting.add(timer);
  }
}
