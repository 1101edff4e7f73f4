import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Failure, functionError, processEnded, timedOut } from './invocation.ts';
import { type LogSink, pourInto } from './logs.ts';
import type { InvokeMessage, MessageFromWorker, MessageToWorker } from './messages.ts';

export interface ProcessSettings {
  functionName: string;
  /** The compiled worker. */
  workerPath: string;
  environment: Record<string, string>;
  /** What the function has on AWS. */
  memoryMb: number;
  timeoutMs: number;
  logs: LogSink;
  aliases: Record<string, string>;
}

export interface MemoryReport {
  functionName: string;
  pid: number;
  heapUsedBytes: number;
  heapTotalBytes: number;
  rssBytes: number;
}

export type Outcome = { payload: string } | Failure;

interface Running {
  requestId: string;
  timer: NodeJS.Timeout | undefined;
  settle(outcome: Outcome): void;
}

/** Lambda's limit for the init phase. */
const INIT_LIMIT_MS = 10_000;

/** One execution environment: an operating system process that runs one function, several invocations at a time. */
export class FunctionProcess {
  readonly exited: Promise<void>;
  readonly #settings: ProcessSettings;
  readonly #child: ChildProcess;
  readonly #running = new Map<string, Running>();
  readonly #memoryRequests = new Map<number, (report: MemoryReport | undefined) => void>();
  readonly #ready: Promise<boolean>;
  #initError: Failure['payload'] | undefined;
  #closing = false;
  #nextMemoryRequest = 1;

  constructor(settings: ProcessSettings) {
    this.#settings = settings;
    this.#child = fork(settings.workerPath, [], {
      env: settings.environment,
      // Two dozen processes would each keep garbage for as long as the machine has room. By the function's own limit the
      // collector lets a heap grow by less than half at a time, where it would be fourfold.
      execArgv: ['--max-semi-space-size=2', `--max-old-space-size=${settings.memoryMb}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    pourInto(settings.logs, settings.functionName, 'stdout', this.#child.stdout as Readable);
    pourInto(settings.logs, settings.functionName, 'stderr', this.#child.stderr as Readable);
    this.#ready = new Promise((resolve) => {
      const initLimit = setTimeout(() => this.kill(), INIT_LIMIT_MS);
      const settled = (isReady: boolean) => {
        clearTimeout(initLimit);
        resolve(isReady);
      };
      this.#child.on('message', (message: MessageFromWorker) => {
        if (message.type === 'ready') settled(true);
        else this.#hear(message);
      });
      this.#child.once('exit', () => settled(false));
      this.#child.once('error', () => settled(false));
    });
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#end(code, signal);
        resolve();
      };
      this.#child.once('exit', end);
      // A process that could not be started at all.
      this.#child.once('error', () => this.#child.pid === undefined && end(1, null));
    });
    this.setAliases(settings.aliases);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Invocations that have not ended. */
  get load(): number {
    return this.#running.size;
  }

  /** False once the process has ended or is about to: it takes no further invocation. */
  get takesInvocations(): boolean {
    return !this.#closing && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until the function's module is loaded. */
  async warm(): Promise<void> {
    await this.#ready;
  }

  /** The deadline counts from when the function is loaded: init is not part of a function's timeout. */
  invoke(requestId: string, payload: string, invokedFunctionArn: string): Promise<Outcome> {
    return new Promise((resolve) => {
      const running: Running = {
        requestId,
        timer: undefined,
        settle: (outcome) => {
          clearTimeout(running.timer);
          this.#running.delete(requestId);
          resolve(outcome);
        },
      };
      this.#running.set(requestId, running);
      void this.#ready.then((isReady) => {
        if (!isReady || !this.#running.has(requestId)) return;
        const { timeoutMs } = this.#settings;
        running.timer = setTimeout(() => this.#timeOut(running), timeoutMs);
        const deadlineMs = Date.now() + timeoutMs;
        this.#send({ type: 'invoke', requestId, payload, invokedFunctionArn, deadlineMs } satisfies InvokeMessage);
      });
    });
  }

  setAliases(aliases: Record<string, string>): void {
    void this.#ready.then((isReady) => isReady && this.#send({ type: 'aliases', aliases }));
  }

  /** @returns undefined when the process ends before it answers */
  memory(): Promise<MemoryReport | undefined> {
    const id = this.#nextMemoryRequest++;
    return new Promise((resolve) => {
      this.#memoryRequests.set(id, resolve);
      void this.#ready.then((isReady) => (isReady ? this.#send({ type: 'memory', id }) : resolve(undefined)));
    });
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (signal === 'SIGKILL') this.#closing = true;
    this.#child.kill(signal);
  }

  #send(message: MessageToWorker): void {
    // A process that has just died is told nothing; its exit ends what it was running.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #hear(message: MessageFromWorker): void {
    if (message.type === 'succeeded') this.#running.get(message.requestId)?.settle({ payload: message.payload });
    else if (message.type === 'failed') this.#running.get(message.requestId)?.settle(functionError(message.error));
    else if (message.type === 'init-failed') {
      this.#initError = message.error;
      this.#closing = true;
    } else if (message.type === 'memory') {
      const { id, type: _, ...sizes } = message;
      this.#memoryRequests.get(id)?.({ functionName: this.#settings.functionName, pid: this.pid, ...sizes });
      this.#memoryRequests.delete(id);
    }
  }

  #timeOut(running: Running): void {
    running.settle(timedOut(running.requestId, this.#settings.timeoutMs));
    this.kill();
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    for (const { requestId, settle } of [...this.#running.values()]) {
      settle(this.#initError ? functionError(this.#initError) : processEnded(requestId, code, signal));
    }
    for (const resolve of this.#memoryRequests.values()) resolve(undefined);
    this.#memoryRequests.clear();
  }
}
