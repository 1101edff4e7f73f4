import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ASYNCAPI_PATH = fileURLToPath(new URL('../../events/asyncapi.yaml', import.meta.url));

/** The parts of the document that the tests look at. */
export interface Asyncapi {
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { action: string; channel: { $ref: string }; messages: { $ref: string }[] }>;
  components: { messages: Record<string, { name: string; payload: { schema: { $ref: string } } }> };
}

export const asyncapi = parse(readFileSync(ASYNCAPI_PATH, 'utf8')) as Asyncapi;
