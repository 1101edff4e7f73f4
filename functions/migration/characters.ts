/** Whether a text has at most so many characters, as people and JSON Schema count them: one outside of the basic plane is one. */
export const hasAtMost = (text: string, most: number): boolean =>
  text.length <= most || (text.length <= 2 * most && Array.from(text).length <= most);

/** Tabs and ends of lines are not among them: a reason may have paragraphs. */
const UNTELLABLE = /[^\P{Cc}\t\n\r]|[\u200b\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * A text of a request as it is kept and told on, in views, events, logs and certificates: half of a surrogate pair, controls
 * (a terminal obeys some of them) and what changes the direction of writing are each the replacement character, U+FFFD. The
 * canonical form of a certificate (RFC 8785) and other readers of JSON (RFC 7493) have no place for half a character.
 *
 * @param most characters that are kept
 */
export const tellable = (text: string, most = Number.POSITIVE_INFINITY): string => {
  const told = text.toWellFormed().replace(UNTELLABLE, '\ufffd');
  return hasAtMost(told, most)
    ? told
    : Array.from(told.slice(0, 2 * most))
        .slice(0, most)
        .join('');
};
