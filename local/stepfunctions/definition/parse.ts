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

const diagnose = (issue: z.core.$ZodIssue): string[] => {
  const at = pathOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `SCHEMA_VALIDATION_FAILED: Field '${key}' is not supported at ${pathOf([...issue.path, key])}`,
    );
  }
  return [`SCHEMA_VALIDATION_FAILED: ${issue.message} at ${at}`];
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
  const parsed = machineSchema.safeParse(parseJson(definition));
  if (!parsed.success) throw new InvalidDefinition(parsed.error.issues.flatMap(diagnose));
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
