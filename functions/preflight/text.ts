import { shown } from '../migration/shown.ts';

/** No line that is pasted is so long: judge leaves out a line with a word that is. */
const ENDLESS = 1000;

/** Stands in no line that is pasted: judge leaves out whatever is not printable. */
const IN_NO_LINE = '\0';

/**
 * A word of a command that can be pasted, quoted for the shell where it has to be. It is never another word than the
 * server's own: a line that does not fit or is not printable is left out by judge, not changed. So is one with a word that
 * begins with `-`: quotes do not keep a command from taking it for an option, as `sed` takes `-ew FILE` and empties FILE.
 */
export const shellWord = (text: string): string => {
  if (text.startsWith('-')) return IN_NO_LINE;
  const word = text.slice(0, ENDLESS);
  return /^[\w.,:@%+=/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
};

/** `a, b, c and 2 more`. */
export const listed = (items: readonly string[], most = 5): string => {
  const named = items.slice(0, most);
  const more = items.length - named.length;
  if (more > 0) return `${named.join(', ')} and ${more} more`;
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named.join('');
};

export { bytesText } from '../migration/bytes-text.ts';
export { shown };

/** `10.0.0.5:6379`, `[fd00::5]:6379`. */
export const endpointText = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${shown(address)}]:${port}` : `${shown(address)}:${port}`;
