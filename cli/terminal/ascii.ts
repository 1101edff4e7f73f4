import stringWidth from 'fast-string-width';
import type { Io, Out } from './io.ts';

const MARKS: Record<string, string> = { '·': '-', '–': '-', '…': '.', '“': '"', '”': '"', '‘': "'", '’': "'" };

/** Of a locale that is named, and is not UTF-8: LANG=C, or an old 8-bit one. Nobody is to guess where none is named. */
export const isAscii = ({ LC_ALL, LC_CTYPE, LANG }: Io['env']): boolean => {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale !== '' && !/utf-?8/i.test(locale);
};

/**
 * A text in ASCII that is as wide. An 8-bit terminal would show two characters for each of ours, and obey some: the second
 * byte of U+015B is its ESC [.
 */
export const toAscii = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours and the drawing are made of them
  text.replace(/[^\u0000-\u007f]/gu, (mark) => MARKS[mark] ?? '?'.repeat(stringWidth(mark)));

/** JSON that means the same. */
export const toAsciiJson = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what stays
  text.replace(/[^\u0000-\u007f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Has a terminal get nothing that its locale has no characters for. A pipe gets UTF-8 in any case. */
export const speakLocale = (outs: readonly Out[], env: Io['env'], isJson: boolean): void => {
  if (!isAscii(env)) return;
  for (const out of outs.filter(({ isTTY }) => isTTY)) {
    const write = out.write.bind(out) as (chunk: unknown, ...rest: unknown[]) => boolean;
    const spelt = isJson ? toAsciiJson : toAscii;
    out.write = (chunk: unknown, ...rest: unknown[]) =>
      write(typeof chunk === 'string' ? spelt(chunk) : chunk, ...rest);
  }
};
