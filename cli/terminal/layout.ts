import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { type Io, type Out, widthOf } from './io.ts';

/** Lines no longer than `width`, broken between words where that goes; each after the first is indented like the text's own begin. */
export const wrap = (text: string, width: number, indent = ''): string[] => {
  const room = Math.max(10, width - indent.length);
  return wrapAnsi(text, room, { hard: true, trim: true })
    .split('\n')
    .map((line, at) => (at === 0 ? line : indent + line));
};

/** A report of lines: on a terminal those that are too long go on below, two further in. */
export const reflow = (report: string, out: Out, env: Io['env']): string[] =>
  report.split('\n').flatMap((text) => {
    const width = out.isTTY ? widthOf(out, env) : Number.POSITIVE_INFINITY;
    if (stringWidth(text) <= width) return [text];
    const indent = /^ */.exec(text)?.[0] ?? '';
    const [first = '', ...rest] = wrap(text.trimStart(), width - indent.length - 2);
    return [indent + first, ...rest.map((line) => `${indent}  ${line}`)];
  });

/** `  label  text`, the text wrapped in a column of its own; on a narrow terminal below its label. */
export const labelled = (label: string, text: string, width: number, labelWidth = 13): string[] => {
  if (width < labelWidth + 30) return [`  ${label}`, ...wrap(text, width - 4).map((line) => `    ${line}`)];
  const [first = '', ...rest] = wrap(text, width - labelWidth - 2);
  return [`  ${padded(label, labelWidth)}${first}`, ...rest.map((line) => `  ${' '.repeat(labelWidth)}${line}`)];
};

/** Filled with spaces by what is seen of it: colours take no room, and some characters take two. */
export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));

export const seenWidth = (text: string): number => stringWidth(text);

/** Cut to what fits, with `...` at its end. Not for painted text. */
export const cut = (text: string, width: number): string => {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 3) break;
    kept += segment;
  }
  return `${kept}...`.slice(0, Math.max(0, width));
};

/** `[#####.....]`; an empty frame when the share is not known. */
export const bar = (percent: number | undefined, width: number): string => {
  const inner = Math.max(4, width - 2);
  const full = percent === undefined ? 0 : Math.round((Math.min(100, Math.max(0, percent)) / 100) * inner);
  return `[${'#'.repeat(full)}${(percent === undefined ? ' ' : '.').repeat(inner - full)}]`;
};
