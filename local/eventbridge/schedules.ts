import type { Clock, Timer } from '../clock.ts';
import type { ScheduleModel } from '../template/model.ts';

/** A schedule expression that is not played here. */
export class ScheduleExpressionError extends Error {
  override readonly name = 'ScheduleExpressionError' as const;
}

const UNIT_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The period of a `rate(…)` expression, in milliseconds. @throws ScheduleExpressionError for cron() and at(), which are not played */
export const periodOf = (expression: string): number => {
  const [, count, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  const isGrammatical = (Number(count) === 1) === (plural === '');
  if (unitMs === undefined || Number(count) < 1 || !isGrammatical) {
    throw new ScheduleExpressionError(`${expression}: only rate(1 minute), rate(5 minutes) and the like are played`);
  }
  return Number(count) * unitMs;
};

/** Fires each schedule once a period, the first time one period after it was added. */
export class Schedules {
  readonly #clock: Clock;
  readonly #fire: (schedule: ScheduleModel) => void;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: Clock, fire: (schedule: ScheduleModel) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** @throws ScheduleExpressionError */
  add(schedule: ScheduleModel): void {
    const periodMs = periodOf(schedule.expression);
    if (schedule.enabled) this.#arm(schedule, periodMs, this.#clock.now() + periodMs);
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** Counts from when it should have fired, so that lateness does not add up. */
  #arm(schedule: ScheduleModel, periodMs: number, dueMs: number): void {
    const timer = this.#clock.after(Math.max(0, dueMs - this.#clock.now()), () => {
      this.#arm(schedule, periodMs, dueMs + periodMs);
      this.#fire(schedule);
    });
    this.#timers.set(schedule.arn, timer);
  }
}
