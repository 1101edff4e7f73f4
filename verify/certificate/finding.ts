/** One thing that was looked at. `unknown`: it could not be told. */
export interface Finding {
  what: string;
  verdict: 'good' | 'bad' | 'unknown';
  /** One sentence, without its full stop. */
  text: string;
}

export const good = (what: string, text: string): Finding => ({ what, verdict: 'good', text });
export const bad = (what: string, text: string): Finding => ({ what, verdict: 'bad', text });
export const unknown = (what: string, text: string): Finding => ({ what, verdict: 'unknown', text });

/** Good when there is nothing against it. */
export const unless = (what: string, against: readonly string[], otherwise: string): Finding[] =>
  against.length === 0 ? [good(what, otherwise)] : against.map((text) => bad(what, text));
