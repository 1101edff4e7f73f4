import { InvalidName } from './errors.ts';

const LONGEST = 80;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the API refuses here
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/;

/**
 * The rule for names of state machines and executions: 1 to 80 characters, none of those that
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html lists.
 *
 * @throws InvalidName
 */
export const checkName = (name: string): string => {
  if (name.length < 1 || name.length > LONGEST || FORBIDDEN.test(name)) throw new InvalidName(name);
  return name;
};
