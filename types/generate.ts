import { writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';
import { bundle } from './bundle.ts';

/** The types of the contract, for whoever asks the service or consumes its events. */
export const CONTRACT = new URL('contract.d.ts', import.meta.url);

const BANNER = '/* Made of events/openapi.yaml and events/schema by `npm run generate`. */';
const ROOT = 'TheContract';

/** The text of the types. */
export const generate = async (): Promise<string> => {
  const text = await compile({ ...bundle(), title: ROOT, type: 'object', additionalProperties: false }, ROOT, {
    bannerComment: BANNER,
    additionalProperties: false,
    unreachableDefinitions: true,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120, bracketSpacing: true, trailingComma: 'all' },
  });
  return (
    text
      // The schema that holds them all is nothing that anybody sends.
      .replace(/export interface TheContract \{\s*\}\n/, '')
      .replaceAll(/ \* This interface was referenced by `\w+`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g, '')
      .replaceAll(/\/\*\*\n \*\/\n/g, '')
      .replaceAll(/ \*\n \*\/\n/g, ' */\n')
  );
};

if (import.meta.main) writeFileSync(CONTRACT, await generate());
