import { Logger } from '@aws-lambda-powertools/logger';
import { shown } from '../migration/shown.ts';

/** Far more than any text of this service; a stack of twenty calls fits. */
const LONGEST_TEXT = 4000;

/** Structured logs, a line of JSON each; the service's name comes from POWERTOOLS_SERVICE_NAME. */
export const logger = new Logger({
  // Lambda drops what is longer than 256 KB, and what others say need not be of their own making.
  jsonReplacerFn: (_key, value) => (typeof value === 'string' ? printable(value) : value),
});

/** A log is looked at in terminals, too: controls of them stay out, but the line ends of a stack, which JSON escapes. */
const printable = (text: string): string => {
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
  return cut.replace(/[^\P{C}\n\t]/gu, '?');
};

/** Whom and what the lines of an invocation are about. */
export interface Subject {
  migrationId?: string | undefined;
  correlationId?: string | undefined;
  /** Of an event on the bus. */
  eventId?: string | undefined;
  /** What a task that does several things was asked for. */
  operation?: string | undefined;
  /** Of the migration, as it was last seen. */
  phase?: string | undefined;
}

/** An environment of Lambda has one invocation at a time. */
let subject: Record<string, string> = {};

/** A correlation id is whatever the sender of an event calls it. */
const LONGEST_ID = 128;

/** From here on every line, and every figure, has this too. */
export const about = (more: Subject): void => {
  const known = Object.entries(more).filter(([, value]) => value !== undefined);
  const fit = Object.fromEntries(known.map(([name, value]) => [name, shown(value, LONGEST_ID)]));
  subject = { ...subject, ...fit };
  logger.appendKeys(fit);
};

/** From here on lines are about this and nothing else. */
export const aboutOnly = (next: Subject): void => {
  logger.resetKeys();
  subject = {};
  about(next);
};

export const subjectNow = (): Readonly<Record<string, string>> => subject;
