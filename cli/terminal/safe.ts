/**
 * Everything that a terminal would obey or hide: control characters (also the 8-bit ones, which xterm takes for ESC [),
 * marks that turn the direction of writing, characters without a shape, separators of lines.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (mark: string): string => {
  const code = mark.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** A foreign text as one line that a terminal only shows: what cannot be seen is written out. */
export const safe = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\s*[\r\n\t]+\s*/g, ' ')
    .replace(UNSEEN, escaped);

/** The same of every text, and of every name of a member, in a document. */
export const safeDeep = <T>(value: T): T => {
  if (typeof value === 'string') return safe(value) as T;
  if (Array.isArray(value)) return value.map(safeDeep) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [safe(name), safeDeep(inner)])) as T;
};

/** JSON that means the same, and that a terminal only shows: JSON itself leaves the 8-bit controls as they are. */
export const safeJson = (value: unknown, space?: number): string =>
  JSON.stringify(value, undefined, space).replace(/[\u007f-\u009f]|[\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu, (mark) =>
    [...Array(mark.length).keys()].map((at) => `\\u${mark.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );

/** A word that a shell takes as it is, whatever it holds: for commands that are pasted. What cannot be seen is spelt by `$'…'`. */
export const shellWord = (text: string): string => {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text)) return text;
  const known = text.toWellFormed();
  if (known.search(UNSEEN) < 0) return `'${known.replaceAll("'", `'\\''`)}'`;
  const spelt = known.replaceAll(/[\\']/g, '\\$&').replace(UNSEEN, (mark) => {
    const code = mark.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `$'${spelt}'`;
};
