import type { z } from 'zod';
import { InvalidDefinition } from '../errors.ts';
import { checkExpressions } from './expressions.ts';
import { type Machine, machineSchema } from './schema.ts';
import { checkScopes } from './scopes.ts';
import { checkStructure } from './structure.ts';
import { checkTasks } from './tasks.ts';

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}/${String(key)}`), '') ||
  '/';

const isAbsent = (definition: unknown, path: readonly PropertyKey[]): boolean =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], definition) ===
  undefined;

const diagnose = (definition: unknown, issue: z.core.$ZodIssue): string[] => {
  const fault = (what: string, path: readonly PropertyKey[]) => `SCHEMA_VALIDATION_FAILED: ${what} at ${pathOf(path)}`;
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => fault(`Field '${key}' is not supported`, [...path, key]));
  }
  return path.length > 0 && isAbsent(definition, path)
    ? [fault(`These fields are required: [${String(path.at(-1))}]`, path.slice(0, -1))]
    : [fault(issue.message, path)];
};

const parseJson = (definition: string): unknown => {
  try {
    return JSON.parse(definition);
  } catch (thrown) {
    throw new InvalidDefinition([`INVALID_JSON_DESCRIPTION: ${(thrown as Error).message}`]);
  }
};

/**
 * A definition that the interpreter can run to the letter. Whatever it does not implement or does not know is refused, every
 * fault at once, with its path.
 *
 * @param resources task resources that can be called, without `.waitForTaskToken`
 * @throws InvalidDefinition
 */
export const parseDefinition = (definition: string, resources: ReadonlySet<string>): Machine => {
  const json = parseJson(definition);
  const parsed = machineSchema.safeParse(json);
  if (!parsed.success) throw new InvalidDefinition(parsed.error.issues.flatMap((issue) => diagnose(json, issue)));
  const machine = parsed.data;
  const faults = [
    ...checkStructure(machine),
    ...checkTasks(machine, resources),
    ...checkScopes(machine),
    ...checkExpressions(machine),
  ];
  if (faults.length > 0) throw new InvalidDefinition(faults);
  return machine;
};
