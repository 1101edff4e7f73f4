import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { FunctionModel } from '../template/model.ts';
import { AsyncQueue, type FailureRecord } from './async-queue.ts';
import type { Bundles } from './bundle.ts';
import { Concurrency } from './concurrency.ts';
import { FunctionPool, type PoolSettings } from './function-pool.ts';
import type { MemoryReport, Outcome } from './function-process.ts';
import {
  ASYNC_PAYLOAD_BYTES,
  answerTooLarge,
  type Failure,
  FunctionNotFoundError,
  type InvocationResult,
  LambdaEndedError,
  PayloadTooLargeError,
  SYNC_PAYLOAD_BYTES,
} from './invocation.ts';
import { type LogSink, quiet } from './logs.ts';

export interface LambdaOptions {
  functions: readonly FunctionModel[];
  bundles: Bundles;
  /** OnFailure destinations: puts the record into the queue with this ARN. */
  discard: (destinationArn: string, record: FailureRecord) => void;
  clock?: Clock;
  /** The account's limit of concurrent executions. Default: none. */
  accountConcurrency?: number;
  /**
   * Invocations beyond it get another process of the function. Default 64; 1 is how AWS isolates them. Of some functions, by
   * logical id, and the default of the others.
   */
  invocationsPerProcess?: number | Readonly<Record<string, number>>;
  /** Default one minute, then two: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
  asyncRetryDelaysMs?: readonly number[];
  /** For every function, such as AWS_ENDPOINT_URL; wins over the template's own variables. */
  environment?: Record<string, string>;
  /** `host:port` or `host:*` as a function dials it, to `host:port` or `host:*` where the connection goes. */
  hostAliases?: Record<string, string>;
  /** Where the functions' output goes. Default: nowhere. */
  logs?: LogSink;
  /** Failures of the embedded AWS itself, such as an OnFailure destination that does not exist. Default: console.error. */
  report?: (error: unknown) => void;
}

const INVOCATIONS_PER_PROCESS = 64;

/** A function's ARN or name, with or without qualifier, taken apart. */
interface Target {
  model: FunctionModel;
  qualifier: string | undefined;
  version: string;
}

/** The embedded Lambda: each function in processes of its own. */
export class LambdaService {
  readonly #options: LambdaOptions;
  readonly #functions: Map<string, FunctionModel>;
  readonly #pools = new Map<string, FunctionPool>();
  readonly #asynchronous: AsyncQueue;
  readonly #concurrency: Concurrency;
  #aliases: Record<string, string>;
  #closed = false;

  constructor(options: LambdaOptions) {
    this.#options = options;
    this.#functions = new Map(options.functions.map((model) => [model.name, model]));
    this.#concurrency = new Concurrency(options.functions, options.accountConcurrency);
    this.#aliases = withoutCase(options.hostAliases ?? {});
    this.#asynchronous = new AsyncQueue({
      clock: options.clock ?? systemClock,
      retryDelaysMs: options.asyncRetryDelaysMs ?? [60_000, 120_000],
      run: ({ model, qualifier, requestId, payload }) =>
        this.#run(this.#target(model.name, qualifier), requestId, payload),
      discard: options.discard,
      report: options.report ?? console.error,
    });
  }

  /**
   * Invokes and waits for the answer (RequestResponse).
   * @param functionArnOrName an ARN, partial ARN or name, with or without qualifier
   * @throws FunctionNotFoundError
   * @throws PayloadTooLargeError above 6 MB
   * @throws TooManyRequestsError
   */
  async invoke(functionArnOrName: string, payload: unknown, qualifier?: string): Promise<InvocationResult> {
    const target = this.#target(functionArnOrName, qualifier);
    return this.#run(target, randomUUID(), serialized(payload, SYNC_PAYLOAD_BYTES));
  }

  /**
   * Queues an invocation (Event): tried again twice when the function fails, then handed to its OnFailure destination.
   * @returns once it is queued
   * @throws FunctionNotFoundError
   * @throws PayloadTooLargeError above 1 MB
   */
  async invokeAsync(functionArnOrName: string, payload: unknown, qualifier?: string): Promise<void> {
    const target = this.#target(functionArnOrName, qualifier);
    const text = serialized(payload, ASYNC_PAYLOAD_BYTES);
    this.#asynchronous.accept({
      model: target.model,
      qualifier: target.qualifier,
      requestId: randomUUID(),
      payload: text,
    });
  }

  /** Kills the processes of a function; what they were running ends in `Runtime.ExitError`. @returns their pids */
  kill(functionArnOrName: string, signal: NodeJS.Signals = 'SIGKILL'): number[] {
    const pools = this.#poolsOf(functionArnOrName);
    const pids = pools.flatMap((pool) => pool.pids());
    for (const pool of pools) pool.kill(signal);
    return pids;
  }

  /** Of one function, or of all. */
  pids(functionArnOrName?: string): number[] {
    return this.#poolsOf(functionArnOrName).flatMap((pool) => pool.pids());
  }

  /** What each process holds in memory, asked of the processes themselves. */
  async memory(): Promise<MemoryReport[]> {
    return (await Promise.all([...this.#pools.values()].map((pool) => pool.memory()))).flat();
  }

  /** Starts a process of each function ahead of its first invocation; of every function when none is named. */
  async warm(functionArnsOrNames: readonly string[] = [...this.#functions.keys()]): Promise<void> {
    await Promise.all(
      functionArnsOrNames.map((name) => {
        const { model } = this.#target(name);
        return this.#pool(this.#target(model.name, model.alias)).warm();
      }),
    );
  }

  /** Replaces all aliases, in running processes too. */
  setHostAliases(aliases: Record<string, string>): void {
    this.#aliases = withoutCase(aliases);
    for (const pool of this.#pools.values()) pool.setAliases(this.#aliases);
  }

  /** Forgets queued asynchronous invocations, kills every process, and waits until all are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#asynchronous.close();
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async #run(target: Target, requestId: string, payload: string): Promise<InvocationResult> {
    const giveBack = this.#concurrency.take(target.model);
    const outcome = await this.#pool(target).invoke(requestId, payload, target.qualifier).finally(giveBack);
    const stamp = { requestId, executedVersion: target.version };
    const failure = failureOf(outcome);
    if (!failure) return { ok: true, payload: JSON.parse((outcome as { payload: string }).payload), ...stamp };
    const { errorType } = failure.payload;
    return {
      ok: false,
      error: errorType,
      cause: JSON.stringify(failure.payload),
      unhandled: failure.unhandled,
      ...stamp,
    };
  }

  #pool({ model, version }: Target): FunctionPool {
    if (this.#closed) throw new LambdaEndedError();
    const key = `${model.name}:${version}`;
    const { bundles, environment = {}, invocationsPerProcess = {}, logs = quiet } = this.#options;
    const settings: PoolSettings = {
      invocationsPerProcess:
        typeof invocationsPerProcess === 'number'
          ? invocationsPerProcess
          : (invocationsPerProcess[model.logicalId] ?? INVOCATIONS_PER_PROCESS),
      workerPath: bundles.workerPath,
      bundlePath: bundles.modules[model.logicalId] as string,
      environment,
      logs,
      aliases: () => this.#aliases,
    };
    const pool = this.#pools.get(key) ?? new FunctionPool(model, version, settings);
    this.#pools.set(key, pool);
    return pool;
  }

  #poolsOf(functionArnOrName?: string): FunctionPool[] {
    if (functionArnOrName === undefined) return [...this.#pools.values()];
    const { model } = this.#target(functionArnOrName);
    return [...this.#pools].filter(([key]) => key.startsWith(`${model.name}:`)).map(([, pool]) => pool);
  }

  #target(functionArnOrName: string, givenQualifier?: string): Target {
    const [, name = '', inName] =
      /^(?:arn:aws:lambda:[\w-]+:)?(?:\d{12}:)?(?:function:)?([\w-]+)(?::([\w$-]+))?$/.exec(functionArnOrName) ?? [];
    const qualifier = givenQualifier ?? inName;
    const model = this.#functions.get(name);
    const isPublished = model?.alias !== undefined && (qualifier === model.alias || qualifier === '1');
    if (!model || !(isPublished || qualifier === undefined || qualifier === '$LATEST')) {
      throw new FunctionNotFoundError(
        qualifier === undefined ? functionArnOrName : `${functionArnOrName} (${qualifier})`,
      );
    }
    return { model, qualifier, version: isPublished ? '1' : '$LATEST' };
  }
}

/** Host names have no case. */
const withoutCase = (aliases: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(aliases).map(([name, address]) => [name.toLowerCase(), address]));

const failureOf = (outcome: Outcome): Failure | undefined => {
  if (typeof outcome.payload !== 'string') return outcome as Failure;
  return Buffer.byteLength(outcome.payload) > SYNC_PAYLOAD_BYTES ? answerTooLarge() : undefined;
};

const serialized = (payload: unknown, limitBytes: number): string => {
  const text = JSON.stringify(payload) ?? 'null';
  if (Buffer.byteLength(text) > limitBytes) throw new PayloadTooLargeError(limitBytes);
  return text;
};
