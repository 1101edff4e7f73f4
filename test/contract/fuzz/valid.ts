import fc from 'fast-check';
import { PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import { HOSTILE } from '../../functions/hostile/texts.ts';
import { BASE, type Schema, schemas } from '../schemas.ts';

const COMMON = schemas.get('common.v1') as { $defs: Record<string, Schema> };

/** Behind a reference to what events/schema/common.v1.json defines. */
const behind = (schema: Schema): Schema => {
  const { $ref, ...rest } = schema;
  if (typeof $ref !== 'string') return schema;
  const found = COMMON.$defs[$ref.split('/').at(-1) as string];
  if (!found) throw new Error(`${$ref} is not of ${BASE}schema/common.v1.json`);
  return { ...behind(found), ...rest };
};

const TEXTS = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('why', 'a reason of some length, with ünïcödé and 🙂', '🙂'.repeat(1000), ' ', ''),
  fc.constantFrom(...Object.values(HOSTILE).filter((text) => text.length <= 1000)),
);

/** Random words would never be the id of a check. */
const WAIVERS = fc.oneof(
  { arbitrary: fc.constantFrom('target-holds-data', 'source-bind', 'verification-differences'), weight: 8 },
  { arbitrary: fc.constantFrom(...Object.keys(PREFLIGHT_CHECKS)), weight: 2 },
  { arbitrary: fc.stringMatching(/^[a-z]{1,9}(-[a-z]{1,9})*$/), weight: 1 },
);

/**
 * Values that a schema takes, drawn from the schema itself: as many fields as it has, each there or not, and numbers that
 * favour the bounds. Conditions (`if`) are not looked at: whoever draws asks the validator.
 */
export const drawnFrom = (written: Schema): fc.Arbitrary<unknown> => {
  const schema = behind(written);
  if (String(written.$ref).endsWith('/checkId')) return WAIVERS;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const { minimum: min = 0, maximum: max = 1000 } = schema as { minimum?: number; maximum?: number };
      return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
    }
    case 'string': {
      const { pattern, minLength = 0, maxLength = 1000 } = schema as Record<string, never>;
      if (pattern === undefined || pattern === '\\S') {
        return TEXTS.filter((text) => [...text].length >= minLength && [...text].length <= maxLength);
      }
      return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength);
    }
    case 'array': {
      const { minItems = 0, maxItems = 3 } = schema as { minItems?: number; maxItems?: number };
      const items = drawnFrom((schema.items ?? {}) as Schema);
      return fc.array(items, { minLength: minItems, maxLength: Math.min(maxItems, minItems + 3) });
    }
    case 'object': {
      const properties = (schema.properties ?? {}) as Record<string, Schema>;
      const fields = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, drawnFrom(one)]));
      return fc.record(fields, { requiredKeys: (schema.required ?? []) as string[], noNullPrototype: true });
    }
    default:
      throw new Error(`No value can be drawn from ${JSON.stringify(schema)}`);
  }
};
