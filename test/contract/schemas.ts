import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const FOLDER = new URL('../../events/schema/', import.meta.url);
/** What `$id` of every schema, and of the documents beside them, begins with. */
export const BASE = 'https://elasticache-migrator/events/';

export type Schema = Record<string, unknown>;

/** The schemas of events/schema, by file name without `.json`. */
export const schemas = new Map<string, Schema>(
  readdirSync(FOLDER).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Schema,
  ]),
);

// Strict: a misspelt keyword is an error, not a schema that accepts everything.
export const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
addFormats.default(ajv);
// Of a list of values: more may come within this version (docs/api.md).
ajv.addKeyword({ keyword: 'x-open', schemaType: 'boolean' });
for (const schema of schemas.values()) ajv.addSchema(schema);

/** @param uri a schema's `$id`, or a place in a document that was added */
export const validatorAt = (uri: string): ValidateFunction => {
  const validate = ajv.getSchema(uri);
  if (!validate) throw new Error(`There is no schema ${uri}`);
  return validate as ValidateFunction;
};

/** What is wrong with a value, one line each; empty when it satisfies the schema. */
export const faultsOf = (validate: ValidateFunction, value: unknown): string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
