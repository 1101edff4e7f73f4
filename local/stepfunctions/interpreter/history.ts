import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from '../../clock.ts';
import type { Payload } from '../payload.ts';

/** The details of an event, under the key that the API gives them: `{taskFailedEventDetails: {…}}`. */
export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;

/** Nothing is cut here, so whatever is shown is shown whole. */
export const WHOLE = { truncated: false };

export const shownInput = (payload: Payload) => ({ input: payload.json, inputDetails: WHOLE });
export const shownOutput = (payload: Payload) => ({ output: payload.json, outputDetails: WHOLE });

/** An error and its cause; the history leaves out what is absent. */
export const problem = (error: string | undefined, cause: string | undefined) => ({
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
});

/** The events of one execution as GetExecutionHistory shows them, ids from 1. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the new event's id */
  append(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, timestamp: new Date(this.#clock.now()), type, ...details });
    return id;
  }

  /** When the last event happened. */
  get latest(): Date {
    return this.events.at(-1)?.timestamp as Date;
  }
}
