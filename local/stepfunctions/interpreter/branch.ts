import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Execution } from './execution.ts';
import { Abandoned } from './failure.ts';
import type { EventDetails } from './history.ts';
import { Scope } from './scope.ts';

export interface Settle<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
  /** false once it is settled or the branch was abandoned */
  readonly open: boolean;
}

/** The item that a Map's iteration is about: `$states.context.Map.Item`. */
export interface MapItem {
  Index: number;
  Value: unknown;
}

/**
 * One line of control: the whole execution, a branch of a Parallel or an iteration of a Map. It knows which event caused
 * the next one, which variables it sees, and what it waits for.
 */
export class Branch {
  readonly execution: Execution;
  readonly scope: Scope;
  readonly mapItem: MapItem | undefined;
  /** The event that causes the next one. */
  previousEventId: number;
  /** Type of the state that the branch is in, for the event of its being aborted. */
  current: string | undefined;
  #abandoned = false;
  readonly #parent: Branch | undefined;
  readonly #inner = new Set<Branch>();
  readonly #waits = new Set<() => void>();

  constructor(execution: Execution, parent?: Branch, mapItem?: MapItem) {
    this.execution = execution;
    this.#parent = parent;
    this.scope = new Scope(parent?.scope);
    this.mapItem = mapItem ?? parent?.mapItem;
    this.previousEventId = parent?.previousEventId ?? 0;
    if (parent !== undefined) parent.#inner.add(this);
  }

  /** Nobody wants to know of this branch any more. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Appends an event that the branch's last one caused. @throws Abandoned when nobody wants to know any more */
  record(type: HistoryEventType, details?: EventDetails): number {
    if (this.#abandoned) throw new Abandoned();
    this.previousEventId = this.execution.append(type, this.previousEventId, details);
    return this.previousEventId;
  }

  /** Appends an event that causes no other: the next one has the same cause. */
  note(type: HistoryEventType, details?: EventDetails): void {
    if (this.#abandoned) throw new Abandoned();
    this.execution.append(type, this.previousEventId, details);
  }

  /**
   * Waits for something outside. `begin` returns how to stop waiting, which is called once, whatever ends the wait. The promise
   * of an abandoned branch never settles.
   */
  wait<T>(begin: (settle: Settle<T>) => () => void): Promise<T> {
    if (this.#abandoned) throw new Abandoned();
    return new Promise<T>((resolve, reject) => {
      let open = true;
      let stop: (() => void) | undefined;
      const close = (): boolean => {
        if (!open) return false;
        open = false;
        this.#waits.delete(close);
        stop?.();
        return true;
      };
      this.#waits.add(close);
      stop = begin({
        resolve: (value) => close() && resolve(value),
        reject: (reason) => close() && reject(reason),
        get open() {
          return open;
        },
      });
      if (!open) stop();
    });
  }

  sleep(delayMs: number): Promise<void> {
    return this.wait<void>(({ resolve }) => {
      const timer = this.execution.world.clock.after(delayMs, () => resolve(undefined));
      return () => timer.cancel();
    });
  }

  /** The branch came to its end. */
  leave(): void {
    if (this.#parent !== undefined) this.#parent.#inner.delete(this);
  }

  /** Stops all waiting, here and in inner branches, without a trace in the history. */
  abandon(): void {
    this.#abandoned = true;
    this.leave();
    for (const inner of this.#inner) inner.abandon();
    for (const close of this.#waits) close();
  }

  /** Abandons the branch because of `causeId`, and records the states that it and its inner branches were in. */
  abort(causeId: number): void {
    for (const inner of this.#inner) inner.abort(causeId);
    this.abandon();
    if (this.current !== undefined && ABORTABLE.has(this.current)) {
      this.execution.append(`${this.current}StateAborted` as HistoryEventType, causeId);
    }
  }
}

const ABORTABLE = new Set(['Task', 'Wait', 'Parallel', 'Map']);
