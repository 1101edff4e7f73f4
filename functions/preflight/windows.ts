const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const WEEK_MS = 7 * DAY_MS;
/** The epoch began on a Thursday. */
const DAYS = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'];

/** A stretch of time that comes again with every period, in UTC: `fromMs` into the period, `lengthMs` long. */
export interface Window {
  periodMs: number;
  fromMs: number;
  lengthMs: number;
}

/** `07:30-08:30`, every day; it may go over midnight. Undefined when it is of another form. */
export const dailyWindow = (text: string): Window | undefined => {
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  return windowOf(DAY_MS, timeOfDay(from), timeOfDay(to));
};

/** `sun:23:30-mon:00:30`, every week; it may go over the week's end. Undefined when it is of another form. */
export const weeklyWindow = (text: string): Window | undefined => {
  const [, fromDay, from, toDay, to] = /^([a-z]{3}):(\d\d:\d\d)-([a-z]{3}):(\d\d:\d\d)$/.exec(text.toLowerCase()) ?? [];
  return windowOf(WEEK_MS, timeOfWeek(fromDay, from), timeOfWeek(toDay, to));
};

/** When a window is open that is not over yet: from now on if it is open, else when it opens next. */
export interface Opening {
  isOpen: boolean;
  opensAtMs: number;
  closesAtMs: number;
}

export const nextOpening = ({ periodMs, fromMs, lengthMs }: Window, nowMs: number): Opening => {
  const sinceOpenMs = modulo(nowMs - fromMs, periodMs);
  const isOpen = sinceOpenMs < lengthMs;
  const opensAtMs = nowMs - sinceOpenMs + (isOpen ? 0 : periodMs);
  return { isOpen, opensAtMs, closesAtMs: opensAtMs + lengthMs };
};

/** `sun 23:30 UTC`. */
export const clockText = (atMs: number): string => `${dayOf(atMs)} ${hourOf(atMs)} UTC`;

/** An hour that begins half a period from now, in the form of the API. */
export const quietHour = (period: 'day' | 'week', nowMs: number): string => {
  const hourMs = 60 * MINUTE_MS;
  const fromMs = Math.floor((nowMs + (period === 'day' ? DAY_MS : WEEK_MS) / 2) / hourMs) * hourMs;
  const at = (ms: number) => (period === 'day' ? hourOf(ms) : `${dayOf(ms)}:${hourOf(ms)}`);
  return `${at(fromMs)}-${at(fromMs + hourMs)}`;
};

const dayOf = (atMs: number): string => DAYS[Math.floor(modulo(atMs, WEEK_MS) / DAY_MS)] as string;

const hourOf = (atMs: number): string => new Date(atMs).toISOString().slice(11, 16);

const timeOfDay = (text = ''): number | undefined => {
  const [hours, minutes] = text.split(':').map(Number) as [number, number];
  return hours < 24 && minutes < 60 ? (hours * 60 + minutes) * MINUTE_MS : undefined;
};

const timeOfWeek = (day = '', time = ''): number | undefined => {
  const [index, ofDay] = [DAYS.indexOf(day), timeOfDay(time)];
  return index < 0 || ofDay === undefined ? undefined : index * DAY_MS + ofDay;
};

const windowOf = (periodMs: number, fromMs?: number, toMs?: number): Window | undefined =>
  fromMs === undefined || toMs === undefined || fromMs === toMs
    ? undefined
    : { periodMs, fromMs, lengthMs: modulo(toMs - fromMs, periodMs) };

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
