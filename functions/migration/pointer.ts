/** As much of a name is repeated to whoever sent it. */
const LONGEST_NAME = 100;

/** A JSON pointer (RFC 6901) to the place that the path leads to. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).slice(0, LONGEST_NAME).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
