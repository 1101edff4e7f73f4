import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const EVENTS = new URL('../events/', import.meta.url);

export type Schema = Record<string, unknown>;

interface Part {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
  content: Record<string, { schema: Schema }>;
}

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
  components: Record<'schemas' | 'parameters' | 'responses' | 'requestBodies', Record<string, never>>;
}

const capital = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
const jsonIn = (file: string): Schema => JSON.parse(readFileSync(new URL(`schema/${file}`, EVENTS), 'utf8')) as Schema;

/** A schema that only refers to another one needs no name of its own. */
const isAlias = (schema: Schema): boolean => Object.keys(schema).join() === '$ref';

const object = (properties: Record<string, Schema>, required: string[] = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** `POST /migrations` and the others: what each takes and answers. */
const routesOf = ({ paths, components }: OpenApi): Schema => {
  const behind = (part: Part): Part => {
    if (!part.$ref?.startsWith('#/components/')) return part;
    const [, , kind = '', name = ''] = part.$ref.split('/');
    return behind((components as Record<string, Record<string, Part>>)[kind]?.[name] as Part);
  };
  const eitherOf = (content: Part['content']): Schema => {
    const schemas = Object.values(content).map(({ schema }) => schema);
    return schemas.length === 1 ? (schemas[0] as Schema) : { anyOf: schemas };
  };
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as
        | { parameters?: Part[]; requestBody?: Part; responses: Record<string, Part>; summary: string }
        | undefined;
      if (!operation) return [];
      const parameters = [...((item.parameters ?? []) as Part[]), ...(operation.parameters ?? [])].map(behind);
      const among = (place: string): [string, Schema][] => {
        const found = parameters.filter((one) => one.in === place);
        const named = found.map(({ name, schema }) => [name, schema]);
        const required = found.filter((one) => one.required).map(({ name }) => name);
        return found.length > 0 ? [[place, object(Object.fromEntries(named), required)]] : [];
      };
      const body = operation.requestBody && behind(operation.requestBody);
      const answers = Object.entries(operation.responses).map(([status, one]) => [
        status,
        eitherOf(behind(one).content),
      ]);
      const parts = Object.fromEntries([
        ...['path', 'query', 'header'].flatMap(among),
        ...(body ? [['body', eitherOf(body.content)]] : []),
        ['answers', object(Object.fromEntries(answers))],
      ]);
      const required = Object.keys(parts).filter(
        (part) => part === 'answers' || part === 'path' || (part === 'body' && body?.required),
      );
      return [
        [`${method.toUpperCase()} ${path}`, { ...object(parts, required), description: operation.summary }] as const,
      ];
    }),
  );
  return {
    ...object(Object.fromEntries(routes)),
    description: 'Every route: what it takes, and what it answers by status.',
  };
};

/** The whole contract as one schema, every part under a name of its own in `$defs`. */
export const bundle = (): Schema => {
  const openapi = parse(readFileSync(new URL('openapi.yaml', EVENTS), 'utf8')) as OpenApi;
  const components = Object.entries(openapi.components.schemas as Record<string, Schema>);
  const own = new Set(components.filter(([, schema]) => !isAlias(schema)).map(([name]) => name));
  const common = Object.entries(jsonIn('common.v1.json').$defs as Record<string, Schema>);
  const nameOf = (def: string) => (own.has(capital(def)) ? `Event${capital(def)}` : capital(def));
  const events = readdirSync(new URL('schema/', EVENTS))
    .filter((file) => !/^(?:common|http-request|execution-status-change|scheduled-event)\./.test(file))
    .map((file) => jsonIn(file));

  const aliases = new Map(
    components.filter(([, schema]) => isAlias(schema)).map(([name, { $ref }]) => [name, String($ref)]),
  );
  const place = (ref: string): string => {
    const name = ref.split('/').at(-1) as string;
    if (!ref.startsWith('#/components/')) return `#/$defs/${nameOf(name)}`;
    const alias = aliases.get(name);
    return alias === undefined ? `#/$defs/${name}` : place(alias);
  };
  const placed = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(placed);
    if (typeof part !== 'object' || part === null) return part;
    const { $ref, $id, $schema, ...rest } = part as Schema;
    if (typeof $ref === 'string') {
      const target = { $ref: place($ref) };
      // Beside a reference it would make a type of its own, as would what only narrows the other one.
      return rest.description === undefined ? target : { description: rest.description, allOf: [target] };
    }
    return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, placed(value)]));
  };
  const announced = events
    .filter(({ title }) => !String(title).endsWith('Requested'))
    .map(({ title }) => String(title));
  const defs = {
    ...Object.fromEntries(components.filter(([name]) => own.has(name)).map(([name, schema]) => [name, placed(schema)])),
    Routes: placed(routesOf(openapi)),
    ...Object.fromEntries(common.map(([name, schema]) => [nameOf(name), placed(schema)])),
    ...Object.fromEntries(events.map((schema) => [String(schema.title), placed(schema)])),
    Notification: {
      description: 'Whatever the service announces, told apart by its detail-type.',
      anyOf: announced.map((title) => ({ $ref: `#/$defs/${title}` })),
    },
  };
  return { $defs: defs };
};
