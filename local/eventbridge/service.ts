import { type Clock, systemClock } from '../clock.ts';
import type { RuleModel, ScheduleModel } from '../template/model.ts';
import { type DeadLetter, Deliverer, type DeliveryPolicy, type TargetCall } from './delivery.ts';
import { type BusEvent, makeEvent } from './event.ts';
import { compilePattern } from './pattern.ts';
import { checkCall, type EntryResult, type PutEventsAnswer, type PutEventsEntry, refusalOf } from './put-events.ts';
import { Schedules } from './schedules.ts';

export interface EventBridgeOptions {
  clock?: Clock;
  /** Calls a function or starts an execution. */
  call: TargetCall;
  sendToQueue(letter: DeadLetter): void;
  policy?: DeliveryPolicy;
  /** Failures of the embedded AWS itself, such as a dead-letter queue that does not exist. */
  report(error: unknown): void;
}

/** Hears every event that is put on any bus. */
export type EventListener = (event: BusEvent, busName: string) => void;

interface CompiledRule {
  rule: RuleModel;
  matches(event: unknown): boolean;
}

/** Buses are named by name or ARN. */
const busNameOf = (nameOrArn: string | undefined): string =>
  (nameOrArn ?? 'default').replace(/^arn:.*:event-bus\//, '');

/** The embedded EventBridge: buses, rules and schedules. */
export class EventBridge {
  readonly #clock: Clock;
  readonly #deliverer: Deliverer;
  readonly #schedules: Schedules;
  readonly #buses = new Map<string, Map<string, CompiledRule>>([['default', new Map()]]);
  readonly #listeners = new Set<EventListener>();
  #policy: DeliveryPolicy;

  constructor(options: EventBridgeOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#policy = options.policy ?? (() => 'deliver');
    this.#deliverer = new Deliverer({ ...options, clock: this.#clock, policy: (delivery) => this.#policy(delivery) });
    this.#schedules = new Schedules(this.#clock, (schedule) => this.#fire(schedule));
  }

  createBus(name: string): void {
    this.#buses.set(name, new Map());
  }

  /** @throws EventPatternError, and Error for a bus that does not exist */
  putRule(rule: RuleModel): void {
    const bus = this.#buses.get(rule.busName);
    if (!bus) throw new Error(`Rule ${rule.name}: event bus ${rule.busName} does not exist`);
    bus.set(rule.name, { rule, matches: compilePattern(rule.pattern) });
  }

  /** @throws ScheduleExpressionError for anything but rate(…) */
  addSchedule(schedule: ScheduleModel): void {
    this.#schedules.add(schedule);
  }

  /**
   * PutEvents: takes what it can and says of each other entry why not. An unknown bus takes the event and hands it to
   * nobody, as on AWS.
   * @throws PutEventsValidationError when the call as a whole is refused
   */
  putEvents(entries: PutEventsEntry[]): PutEventsAnswer {
    const results = checkCall(entries).map((entry): EntryResult => {
      const refusal = refusalOf(entry);
      if (refusal) return refusal;
      const event = makeEvent(this.#timeOf(entry), {
        source: entry.Source as string,
        detailType: entry.DetailType as string,
        detail: JSON.parse(entry.Detail as string),
        ...(entry.Resources ? { resources: entry.Resources } : {}),
      });
      this.#accept(event, busNameOf(entry.EventBusName));
      return { EventId: event.id };
    });
    return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
  }

  /** An event of an AWS service; those go to the default bus. */
  putServiceEvent(parts: { source: `aws.${string}`; detailType: string; detail: unknown; resources: string[] }): void {
    this.#accept(makeEvent(this.#clock.now(), parts), 'default');
  }

  /** Replaces the fault injection policy. */
  setPolicy(policy: DeliveryPolicy): void {
    this.#policy = policy;
  }

  /** @returns a function that ends the listening */
  onEvent(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends schedules and retries; what is with a target already goes on. */
  close(): void {
    this.#schedules.close();
    this.#deliverer.close();
    this.#listeners.clear();
  }

  #accept(event: BusEvent, busName: string): void {
    for (const listener of [...this.#listeners]) listener(event, busName);
    for (const { rule, matches } of this.#buses.get(busName)?.values() ?? []) {
      if (!rule.enabled || !matches(event)) continue;
      for (const target of rule.targets) {
        this.#deliverer.deliver({ event, busName, ruleName: rule.name, ruleArn: rule.arn, target });
      }
    }
  }

  #fire({ name, arn, source, target }: ScheduleModel): void {
    // EventBridge Scheduler's own event has its detail as text.
    const detail = source === 'aws.scheduler' ? '{}' : {};
    const event = makeEvent(this.#clock.now(), { source, detailType: 'Scheduled Event', detail, resources: [arn] });
    this.#deliverer.deliver({ event, ruleName: name, ruleArn: arn, target });
  }

  #timeOf({ Time }: PutEventsEntry): number {
    if (Time === undefined) return this.#clock.now();
    return typeof Time === 'number' ? Time * 1_000 : Date.parse(Time);
  }
}
