/** What a server or a request said, for a person to read: printable characters in one line, cut with `…` at `most` characters. */
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
