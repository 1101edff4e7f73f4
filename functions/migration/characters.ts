/** Whether a text has at most so many characters, as people and JSON Schema count them: one outside of the basic plane is one. */
export const hasAtMost = (text: string, most: number): boolean =>
  text.length <= most || (text.length <= 2 * most && Array.from(text).length <= most);

/**
 * Not among them are tabs and ends of lines, as a reason may have paragraphs (a carriage return alone is none: a terminal
 * writes over the line); joiners (U+200C, U+200D), without which Persian, the scripts of India and many emoji are spelt
 * wrongly; and U+200E and U+200F, which stand in everyday Hebrew and Arabic beside a full stop or a digit, and can turn round
 * no letter. Tag characters (U+E0000 to U+E007F) hold an ASCII text that nobody sees; the flags of three countries need them,
 * and lose them.
 */
const UNTELLABLE =
  /[^\P{Cc}\t\n\r]|\r(?!\n)|[\u061c\u200b\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * A text of a request as it is kept and told on, in views, events, logs and certificates: half of a surrogate pair, controls
 * (a terminal obeys some of them), what hides a text, and what changes the direction of writing are each the replacement
 * character, U+FFFD. The canonical form of a certificate (RFC 8785) and other readers of JSON (RFC 7493) have no place for
 * half a character.
 *
 * @param most characters that are kept
 */
export const tellable = (text: string, most = Number.POSITIVE_INFINITY): string => {
  const whole = text.toWellFormed();
  const kept = hasAtMost(whole, most)
    ? whole
    : Array.from(whole.slice(0, 2 * most))
        .slice(0, most)
        .join('');
  // Last: a cut may leave a carriage return without its line feed.
  return kept.replace(UNTELLABLE, '\ufffd');
};
