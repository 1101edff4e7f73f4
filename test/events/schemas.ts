import { faultsOf, schemas, validatorAt } from '../contract/schemas.ts';
import { kebab } from './kebab.ts';

export { schemas };

/** The schema that a sample, by its name, has to satisfy. */
export const schemaNameOf = (sample: string): string =>
  sample.startsWith('http-') ? 'http-request.v2' : `${sample}.v1`;

/** What is wrong with a value, one line each; empty when it satisfies the schema. */
export const violationsOf = (schemaName: string, value: unknown): string[] =>
  faultsOf(validatorAt(String(schemas.get(schemaName)?.$id)), value);

/** What is wrong with an event that was announced, by the schema of its detail type. */
export const violationsOfEvent = (event: { 'detail-type': string }): string[] =>
  violationsOf(`${kebab(event['detail-type'])}.v1`, event);
