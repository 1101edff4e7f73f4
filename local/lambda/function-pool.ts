import { randomUUID } from 'node:crypto';
import { functionArn, REGION } from '../identity.ts';
import type { FunctionModel } from '../template/model.ts';
import { FunctionProcess, type MemoryReport, type Outcome } from './function-process.ts';
import type { LogSink } from './logs.ts';
import { WORKER_BUNDLE_VARIABLE } from './messages.ts';

export interface PoolSettings {
  invocationsPerProcess: number;
  workerPath: string;
  bundlePath: string;
  /** What every function gets on top of its own variables, such as AWS_ENDPOINT_URL. */
  environment: Record<string, string>;
  logs: LogSink;
  aliases: () => Record<string, string>;
}

/**
 * The environment of a function's process, complete: nothing is inherited.
 * Names as in https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
const environmentOf = (model: FunctionModel, version: string, settings: PoolSettings): Record<string, string> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: 'UTC',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  // On AWS each function has a role of its own: its credentials tell who calls.
  AWS_ACCESS_KEY_ID: model.name,
  AWS_SECRET_ACCESS_KEY: 'embedded',
  AWS_SESSION_TOKEN: 'embedded',
  // No SDK client may go looking for credentials or settings outside of this process.
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_FUNCTION_NAME: model.name,
  AWS_LAMBDA_FUNCTION_VERSION: version,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(model.memoryMb),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${model.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${randomUUID().replaceAll('-', '')}`,
  _HANDLER: model.handler,
  [WORKER_BUNDLE_VARIABLE]: settings.bundlePath,
  ...model.environment,
  ...settings.environment,
});

/** The processes of one version of a function. They start when they are needed, and stay warm. */
export class FunctionPool {
  readonly #model: FunctionModel;
  readonly #version: string;
  readonly #settings: PoolSettings;
  readonly #processes = new Set<FunctionProcess>();

  constructor(model: FunctionModel, version: string, settings: PoolSettings) {
    this.#model = model;
    this.#version = version;
    this.#settings = settings;
  }

  invoke(requestId: string, payload: string, qualifier: string | undefined): Promise<Outcome> {
    return this.#process().invoke(requestId, payload, functionArn(this.#model.name, qualifier));
  }

  async warm(): Promise<void> {
    await this.#process().warm();
  }

  pids(): number[] {
    return [...this.#processes].map((process) => process.pid);
  }

  async memory(): Promise<MemoryReport[]> {
    const reports = await Promise.all([...this.#processes].map((process) => process.memory()));
    return reports.filter((report) => report !== undefined);
  }

  kill(signal?: NodeJS.Signals): void {
    for (const process of this.#processes) process.kill(signal);
  }

  setAliases(aliases: Record<string, string>): void {
    for (const process of this.#processes) process.setAliases(aliases);
  }

  /** Kills every process and waits until all are gone. */
  async close(): Promise<void> {
    this.kill();
    await Promise.all([...this.#processes].map((process) => process.exited));
  }

  #process(): FunctionProcess {
    for (const process of this.#processes) {
      if (process.takesInvocations && process.load < this.#settings.invocationsPerProcess) return process;
    }
    const started = new FunctionProcess({
      functionName: this.#model.name,
      workerPath: this.#settings.workerPath,
      environment: environmentOf(this.#model, this.#version, this.#settings),
      memoryMb: this.#model.memoryMb,
      timeoutMs: this.#model.timeoutMs,
      logs: this.#settings.logs,
      aliases: this.#settings.aliases(),
    });
    this.#processes.add(started);
    void started.exited.then(() => this.#processes.delete(started));
    return started;
  }
}
