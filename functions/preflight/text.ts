/** What a server said, for a person to read: printable characters in one line, cut with `…` at `most` characters. */
export const shown = (text: string, most = 80): string => {
  // Twice as much is looked at as is shown: a server can send megabytes, and all the same of nothing but spaces.
  const line = text
    .slice(0, 2 * most)
    .replace(/[^\P{C}\n\r\t]/gu, '?')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length > most || text.length > 2 * most ? `${characters.slice(0, most - 1).join('')}…` : line;
};

/** A word of a command that can be pasted, whatever a server put into it: quoted for the shell where it has to be. */
export const shellWord = (text: string): string => {
  const word = shown(text);
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

/** `10.0.0.5:6379`, `[fd00::5]:6379`. */
export const endpointText = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${shown(address)}]:${port}` : `${shown(address)}:${port}`;
