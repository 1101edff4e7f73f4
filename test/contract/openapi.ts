import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { ajv, BASE, faultsOf, type Schema, validatorAt } from './schemas.ts';

export const OPENAPI_PATH = fileURLToPath(new URL('../../events/openapi.yaml', import.meta.url));
const ID = `${BASE}openapi.yaml`;
const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace'];

interface Referable {
  $ref?: string;
}

export interface Parameter extends Referable {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

export interface Response extends Referable {
  headers?: Record<string, { required?: boolean; schema: Schema }>;
  content: Record<string, { schema: Schema }>;
}

interface RequestBody extends Referable {
  required?: boolean;
  content: Record<string, { schema: Schema }>;
}

/** An operation, each part with the pointer to where it stands. */
export interface Operation {
  /** `POST /migrations/{id}/abort` */
  routeKey: string;
  parameters: { parameter: Parameter; pointer: string }[];
  body?: { body: RequestBody; pointer: string };
  responses: Map<number, { response: Response; pointer: string }>;
}

interface PathItem {
  parameters?: Parameter[];
  [method: string]: unknown;
}

export const openapi = parse(readFileSync(OPENAPI_PATH, 'utf8')) as {
  info: { version: string };
  paths: Record<string, PathItem>;
  components: { schemas: Record<string, Schema & { enum?: string[] }>; responses: Record<string, Response> };
};
// The document is no schema; those that stand in it are strict as ever.
ajv.addVocabulary(Object.keys(openapi));
ajv.addSchema({ ...openapi, $id: ID });

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** Where a part stands, behind its reference if it is one; references within the document only. */
const behind = <T extends Referable>(part: T, pointer: string): { part: T; pointer: string } => {
  if (!part.$ref?.startsWith('#/')) return { part, pointer };
  const target = part.$ref.slice(1);
  const found = target
    .slice(1)
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], openapi);
  return behind(found as T, target);
};

const operationOf = (path: string, method: string, item: PathItem): Operation => {
  const at = `/paths/${escaped(path)}`;
  const operation = item[method] as { parameters?: Parameter[]; requestBody?: RequestBody; responses: object };
  const parametersAt = (list: Parameter[] | undefined, pointer: string) =>
    (list ?? []).map((one, index) => {
      const { part: parameter, pointer: place } = behind(one, `${pointer}/parameters/${index}`);
      return { parameter, pointer: place };
    });
  const body = operation.requestBody && behind(operation.requestBody, `${at}/${method}/requestBody`);
  return {
    routeKey: `${method.toUpperCase()} ${path}`,
    parameters: [...parametersAt(item.parameters, at), ...parametersAt(operation.parameters, `${at}/${method}`)],
    ...(body && { body: { body: body.part, pointer: body.pointer } }),
    responses: new Map(
      Object.entries(operation.responses as Record<string, Response>).map(([status, one]) => {
        const { part: response, pointer } = behind(one, `${at}/${method}/responses/${status}`);
        return [Number(status), { response, pointer }];
      }),
    ),
  };
};

/** Every operation, by its route. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(openapi.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const operation = operationOf(path, method, item);
      return [operation.routeKey, operation] as const;
    }),
  ),
);

/** Of what stands at a pointer of the document. */
export const validatorOf = (pointer: string): ValidateFunction =>
  validatorAt(`${ID}#${pointer.split('/').map(encodeURIComponent).join('/')}`);

/** What is wrong with a value by a schema of the components. */
export const faultsBy = (name: string, value: unknown): string[] =>
  faultsOf(validatorOf(`/components/schemas/${name}`), value);
