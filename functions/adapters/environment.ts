/** A variable that the template must set is missing: the function cannot work at all. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(problems: string[]) {
    super(`The environment is not as template.yaml sets it: ${problems.join('; ')}`);
  }
}

type Reader<T> = (text: string) => T | undefined;

export const text: Reader<string> = (value) => value;

export const number: Reader<number> = (value) => {
  const parsed = Number(value);
  return Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
};

/**
 * Reads the named variables, all of them required.
 *
 * @throws EnvironmentError naming every missing or unreadable one
 */
export const readEnvironment = <T extends Record<string, Reader<unknown>>>(
  wanted: T,
  env: NodeJS.ProcessEnv = process.env,
): { [K in keyof T]: Exclude<ReturnType<T[K]>, undefined> } => {
  const problems: string[] = [];
  const values = Object.entries(wanted).map(([name, read]) => {
    const raw = env[name];
    const value = raw === undefined || raw === '' ? undefined : read(raw);
    if (value === undefined) problems.push(raw ? `${name} cannot be read: ${raw.slice(0, 40)}` : `${name} is missing`);
    return [name, value];
  });
  if (problems.length > 0) throw new EnvironmentError(problems);
  return Object.fromEntries(values);
};
