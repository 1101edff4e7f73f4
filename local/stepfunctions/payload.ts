/** A JSON value together with its text, so that a state's output is serialised once and not again as the next state's input. */
export interface Payload {
  readonly value: unknown;
  readonly json: string;
}

/**
 * A deep copy: what JSONata returns carries markers on its arrays, and what an integration returns is still its own.
 * `undefined` becomes null, as an empty answer does in JSON.
 *
 * @throws TypeError for what JSON cannot hold (a cycle, a BigInt)
 */
export const payloadOf = (value: unknown): Payload => {
  const json = JSON.stringify(value) ?? 'null';
  return { json, value: JSON.parse(json) };
};

/** @throws SyntaxError when `json` is not JSON */
export const parsePayload = (json: string): Payload => ({ json, value: JSON.parse(json) });
