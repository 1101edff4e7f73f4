/** Whether a text has at most so many characters, as people and JSON Schema count them: one outside of the basic plane is one. */
export const hasAtMost = (text: string, most: number): boolean =>
  text.length <= most || (text.length <= 2 * most && Array.from(text).length <= most);
