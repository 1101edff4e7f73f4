import { Logger } from '@aws-lambda-powertools/logger';

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
