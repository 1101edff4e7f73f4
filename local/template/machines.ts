import { readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { TemplateError } from './errors.ts';
import type { MachineModel } from './model.ts';
import type { Properties } from './properties.ts';

/**
 * Puts the values in for `${Name}`, textually, as CloudFormation does.
 * @throws TemplateError for a name without a value, and for a value that nothing asks for
 */
export const substituteDefinition = (where: string, definition: string, values: Record<string, string>): string => {
  const unused = new Set(Object.keys(values));
  const substituted = definition.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TemplateError(`${where}: nothing is substituted for \${${name}}`);
    unused.delete(name);
    return value;
  });
  if (unused.size > 0) throw new TemplateError(`${where}: the definition has no ${[...unused].join(', ')}`);
  return substituted;
};

/** One state machine of the template; its `DefinitionUri` is relative to the template's directory. */
export const readMachine = (
  identity: { logicalId: string; name: string; arn: string },
  properties: Properties,
  directory: string,
): MachineModel => {
  properties.only(
    ['Name', 'Type', 'Definition', 'DefinitionUri', 'DefinitionSubstitutions', 'Events'],
    ['Logging', 'PermissionsBoundary', 'Policies', 'Role', 'Tags', 'Tracing'],
  );
  const type = properties.text('Type', 'STANDARD');
  if (type !== 'STANDARD' && type !== 'EXPRESS') throw new TemplateError(`${properties.where}.Type: ${type}`);
  const substitutions = properties.in('DefinitionSubstitutions');
  const definition = properties.has('Definition')
    ? JSON.stringify(properties.map('Definition'))
    : readFileSync(resolvePath(directory, properties.text('DefinitionUri')), 'utf8');
  const values = Object.fromEntries(Object.keys(substitutions.values).map((name) => [name, substitutions.text(name)]));
  return { ...identity, type, definition: substituteDefinition(properties.where, definition, values) };
};
