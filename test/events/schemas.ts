import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { EVENTS, kebab } from './samples.ts';

const FOLDER = new URL('schema/', EVENTS);

/** The schemas of events/schema, by file name without `.json`. */
export const schemas = new Map<string, Record<string, unknown>>(
  readdirSync(FOLDER).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Record<string, unknown>,
  ]),
);

// Strict: a misspelt keyword is an error, not a schema that accepts everything.
const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
addFormats.default(ajv);
for (const schema of schemas.values()) ajv.addSchema(schema);

const validatorOf = (name: string): ValidateFunction => {
  const validate = ajv.getSchema(String(schemas.get(name)?.$id));
  if (!validate) throw new Error(`events/schema has no ${name}.json`);
  return validate as ValidateFunction;
};

/** The schema that a sample, by its name, has to satisfy. */
export const schemaNameOf = (sample: string): string =>
  sample.startsWith('http-') ? 'http-request.v2' : `${sample}.v1`;

/** What is wrong with a value, one line each; empty when it satisfies the schema. */
export const violationsOf = (schemaName: string, value: unknown): string[] => {
  const validate = validatorOf(schemaName);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
};

/** What is wrong with an event that was announced, by the schema of its detail type. */
export const violationsOfEvent = (event: { 'detail-type': string }): string[] =>
  violationsOf(`${kebab(event['detail-type'])}.v1`, event);
