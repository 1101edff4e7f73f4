import { textOf } from './sources.ts';

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

/** A member of what a JSON Schema describes, as `shards[].primary.port`. */
interface Field {
  path: string;
  type: string;
  isAlways: boolean;
  description: string;
}

/** More than a table can show: its schema is the place to read it. */
const MOST_INNER = 30;

const files = new Map<string, Schema>();
const fileOf = (name: string): Schema => {
  const known = files.get(name) ?? (JSON.parse(textOf(`events/schema/${name}`)) as Schema);
  files.set(name, known);
  return known;
};

/** Follows a reference; what stands beside it counts more. */
const resolved = (schema: Schema, file: string): { schema: Schema; file: string } => {
  if (!schema.$ref) return { schema, file };
  const { $ref, ...own } = schema;
  const [name = '', pointer = ''] = $ref.split('#');
  const inFile = name || file;
  const found = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], fileOf(inFile)) as Schema;
  const inner = resolved(found, inFile);
  return { schema: { ...inner.schema, ...own }, file: inner.file };
};

const typeOf = (schema: Schema, file: string): string => {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    return choices
      .map((one) => resolved(one, file))
      .map((one) => typeOf(one.schema, one.file))
      .join(' or ');
  }
  if (schema.type !== 'array') return [schema.type ?? 'anything'].flat().join(' or ');
  const items = schema.items && resolved(schema.items, file);
  return items ? `list of ${typeOf(items.schema, items.file)}` : 'list';
};

/** Every member of an object, depth first, with those of the objects and lists within it. */
export const fieldsOf = (schema: Schema, file: string, path = ''): Field[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const { schema: own, file: ownFile } = resolved(property, file);
    const at = path ? `${path}.${name}` : name;
    const field = {
      path: at,
      type: typeOf(own, ownFile),
      isAlways: schema.required?.includes(name) ?? false,
      description: own.description ?? '',
    };
    const inner = innerOf(own, ownFile, at);
    return inner.length > MOST_INNER
      ? [{ ...field, description: `${field.description} ${inner.length} members: see the schema.`.trim() }]
      : [field, ...inner];
  });

const innerOf = (schema: Schema, file: string, path: string): Field[] => {
  if (schema.properties) return fieldsOf(schema, file, path);
  const items = schema.items && resolved(schema.items, file);
  if (items?.schema.properties) return fieldsOf(items.schema, items.file, `${path}[]`);
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  return choices.map((one) => resolved(one, file)).flatMap((one) => innerOf(one.schema, one.file, path));
};

/** Those of an event's data. */
export const dataFieldsOf = (schemaFile: string): Field[] => {
  const detail = fileOf(schemaFile).properties?.detail;
  const data = detail && resolved(detail, schemaFile).schema.properties?.data;
  if (!data) throw new Error(`${schemaFile} has no detail.data`);
  const { schema, file } = resolved(data, schemaFile);
  return fieldsOf(schema, file);
};
