/** A JSON value together with its text, so that a state's output is serialised once and not again as the next state's input. */
export interface Payload {
  readonly value: unknown;
  readonly json: string;
}

/** Step Functions writes a number that JSON has no literal for as the string that JavaScript names it by: "Infinity". */
const nameNonFinite = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/**
 * A deep copy: what JSONata returns carries markers on its arrays, and what an integration returns is still its own.
 * `undefined` becomes null, as an empty answer does in JSON.
 *
 * @throws TypeError for what JSON cannot hold (a cycle, a BigInt)
 */
export const payloadOf = (value: unknown): Payload => {
  const quick = JSON.stringify(value) ?? 'null';
  // Plain JSON.stringify, which is several times as fast, makes null of such a number: only a text with a null can hold one.
  const json = quick.includes('null') ? (JSON.stringify(value, nameNonFinite) ?? 'null') : quick;
  return { json, value: JSON.parse(json) };
};

/** @throws SyntaxError when `json` is not JSON */
export const parsePayload = (json: string): Payload => ({ json, value: JSON.parse(json) });
