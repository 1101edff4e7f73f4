import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Side } from './entries.ts';
import type { Course, Verdict } from './judge.ts';
import type { Answer, Ask, Crew } from './messages.ts';

const PROGRAM = fileURLToPath(new URL('./process.ts', import.meta.url));

type Question = Ask extends infer One ? (One extends { id: number } ? Omit<One, 'id'> : never) : never;

/** Writers in a process of their own, who log each write that was acknowledged. One process serves many cutovers, one after another. */
export class Ledger {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #last = 0;

  constructor() {
    this.#child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    this.#child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The writers have ended'));
    });
  }

  /** Forgets everything and lets these write. Resolves when the first writes were acknowledged. */
  async start(crew: Crew, atLeast = 50): Promise<void> {
    await this.#ask({ do: 'start', crew });
    await this.grows(atLeast);
  }

  /** So many more writes are acknowledged than now. */
  async grows(by: number): Promise<void> {
    const from = (await this.count()).entries;
    while ((await this.count()).entries < from + by) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The clients of a shard are told where its primary is now. */
  async point(shard: number, side: Side): Promise<void> {
    await this.#ask({ do: 'point', shard, side });
  }

  count(): Promise<{ entries: number; lastMs: number; nowMs: number }> {
    return this.#ask({ do: 'count' });
  }

  /** The longest time without any acknowledged write of the application since then. */
  silence(sinceMs: number): Promise<{ gapMs: number; acknowledged: number }> {
    return this.#ask({ do: 'silence', sinceMs });
  }

  async stop(): Promise<void> {
    await this.#ask({ do: 'stop' });
  }

  /** After the stop. @param ports of the server that is the primary of each shard now */
  judge(ports: readonly number[], course: Course): Promise<Verdict> {
    return this.#ask({ do: 'judge', ports, course });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #ask<T>(question: Question): Promise<T> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.send({ id, ...question } as Ask);
    });
  }
}
