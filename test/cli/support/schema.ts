import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
addFormats.default(ajv);

/** Fails where a document is none of cli/schema/<name>.v1.json. */
export const expectSchema = (name: string, document: unknown): void => {
  const url = new URL(`../../../cli/schema/${name}.v1.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(url, 'utf8'));
  const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
};
