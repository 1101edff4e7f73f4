import type { Event, SourceType } from '@aws-sdk/client-elasticache';
import type { Clock } from '../clock.ts';
import { invalidCombination, invalidValue } from './errors.ts';
import { type Page, type PageRequest, page } from './paging.ts';

export interface DescribeEventsInput extends PageRequest {
  SourceIdentifier?: string;
  SourceType?: SourceType;
  StartTime?: Date;
  EndTime?: Date;
  /** Minutes. */
  Duration?: number;
}

const SOURCE_TYPES = new Set<string>([
  'cache-cluster',
  'cache-parameter-group',
  'cache-security-group',
  'cache-subnet-group',
  'replication-group',
  'serverless-cache',
  'serverless-cache-snapshot',
  'user',
  'user-group',
]);

const MINUTE_MS = 60_000;
/** "By default, only the events occurring within the last hour are returned; however, you can retrieve up to 14 days' worth" (DescribeEvents). */
const DEFAULT_WINDOW_MS = 60 * MINUTE_MS;
const RETENTION_MS = 14 * 24 * 60 * MINUTE_MS;

interface Entry {
  sequence: number;
  atMs: number;
  source: string;
  sourceType: SourceType;
  message: string;
}

/** The events of the last 14 days. */
export class EventLog {
  readonly #clock: Clock;
  #entries: Entry[] = [];
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(sourceType: SourceType, source: string, message: string): void {
    const atMs = this.#clock.now();
    if (this.#entries[0] !== undefined && this.#entries[0].atMs < atMs - RETENTION_MS) {
      this.#entries = this.#entries.filter((entry) => entry.atMs >= atMs - RETENTION_MS);
    }
    this.#entries.push({ sequence: ++this.#sequence, atMs, source, sourceType, message });
  }

  /**
   * Newest first, as the user guide's sample shows them (ECEvents.Viewing).
   * @param ageMs how old the answer may be: later events are not in it yet.
   * @throws {ElastiCacheError} InvalidParameterValue, InvalidParameterCombination
   */
  describe(input: DescribeEventsInput, ageMs: number): Page<Event> {
    const now = this.#clock.now();
    const { fromMs, toMs } = windowOf(input, now);
    const visible = this.#entries.filter(
      (entry) =>
        entry.atMs >= Math.max(fromMs, now - RETENTION_MS) &&
        entry.atMs <= toMs &&
        entry.atMs <= now - ageMs &&
        (input.SourceType === undefined || entry.sourceType === input.SourceType) &&
        (input.SourceIdentifier === undefined || entry.source === input.SourceIdentifier),
    );
    const { items, Marker } = page(visible.reverse(), {
      request: input,
      scope: `events/${input.SourceType ?? ''}/${input.SourceIdentifier ?? ''}`,
      keyOf: (entry) => String(entry.sequence),
    });
    return { items: items.map(describeEntry), ...(Marker === undefined ? {} : { Marker }) };
  }
}

const describeEntry = (entry: Entry): Event => ({
  SourceIdentifier: entry.source,
  SourceType: entry.sourceType,
  Message: entry.message,
  Date: new Date(entry.atMs),
});

const windowOf = (input: DescribeEventsInput, now: number): { fromMs: number; toMs: number } => {
  const { SourceType, StartTime, EndTime, Duration } = input;
  if (SourceType !== undefined && !SOURCE_TYPES.has(SourceType))
    throw invalidValue(`Invalid source type: ${SourceType}`);
  if (Duration !== undefined && (Duration < 1 || Duration * MINUTE_MS > RETENTION_MS)) {
    throw invalidValue('Duration must be between 1 minute and 14 days (20160 minutes).');
  }
  if (StartTime !== undefined && EndTime !== undefined) {
    if (Duration !== undefined)
      throw invalidCombination('Duration cannot be combined with both StartTime and EndTime.');
    if (StartTime > EndTime) throw invalidCombination('StartTime must not be later than EndTime.');
  }
  const durationMs = Duration === undefined ? undefined : Duration * MINUTE_MS;
  const toMs =
    EndTime?.getTime() ??
    (StartTime !== undefined && durationMs !== undefined ? StartTime.getTime() + durationMs : now);
  return { fromMs: StartTime?.getTime() ?? toMs - (durationMs ?? DEFAULT_WINDOW_MS), toMs };
};
