export { bytesText as bytes } from '../../../functions/migration/bytes-text.ts';

/** Made when it is first needed: each takes milliseconds, for which a command that shows no time would wait, too. */
const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const number = lazily(() => new Intl.NumberFormat('en'));
const clock = lazily(() => new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }));
const dayAndClock = lazily(() => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }));

/** `1,234,567` */
export const count = (value: number): string => number().format(value);

/** `61.4 %`; a whole one only when it is done. */
export const percent = (value: number): string => `${value >= 100 ? 100 : (Math.floor(value * 10) / 10).toFixed(1)} %`;

const STEPS: [string, number, string, number][] = [
  ['d', 86_400, 'h', 3600],
  ['h', 3600, 'min', 60],
  ['min', 60, 's', 1],
];

/** `850 ms`, `1.2 s`, `42 s`, `3 min 20 s`, `5 h 10 min`, `6 d 2 h`: two figures at the most. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  const step = STEPS.find(([, size]) => seconds >= size);
  if (!step) return `${seconds} s`;
  const [unit, size, smallerUnit, smaller] = step;
  const rest = Math.floor((seconds % size) / smaller);
  return `${Math.floor(seconds / size)} ${unit}${rest > 0 ? ` ${rest} ${smallerUnit}` : ''}`;
};

/** `42 s`, `3 min`, `5 h`, `6 d`: one figure, for what only gets older. */
export const age = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [unit, size] = STEPS.find(([, least]) => seconds >= least) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${unit}`;
};

/** `06:51:10`, by this browser's clock and zone. */
export const clockTime = (at: string | number): string => clock().format(new Date(at));

/** `23 Nov 2026, 06:51:10` */
export const fullTime = (at: string | number): string => dayAndClock().format(new Date(at));

/** Marks that turn the direction of what follows, or make two names look like one, and control characters but line ends. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/gu;

const hexOf = (mark: string): string => (mark.codePointAt(0) ?? 0).toString(16);

/** The text with what cannot be seen written out (`\u202e`): inside of a sentence it would turn the words around it. */
export const plain = (text: string): string =>
  text.replace(UNSEEN, (mark) => (mark.length > 1 ? `\\u{${hexOf(mark)}}` : `\\u${hexOf(mark).padStart(4, '0')}`));

const LONGEST_NAME = 80;

/** Of a name that somebody else chose, as much as there is room for. */
export const shortly = (name: string): string => {
  const letters = [...plain(name)];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : letters.join('');
};
