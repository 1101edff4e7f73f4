import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS, makeSamples, storedSamples } from './samples.ts';
import { schemaNameOf, schemas, violationsOf } from './schemas.ts';

const fresh = await makeSamples();
if (process.env.WRITE_SAMPLES) {
  for (const [name, sample] of fresh) {
    writeFileSync(new URL(`${name}.json`, EVENTS), `${JSON.stringify(sample, null, 2)}\n`);
  }
}
const stored = storedSamples();

/** Sentences for humans are no part of the contract, and neither is how many checks there are. */
const PROSE = [
  ...['statusReason', 'cause', 'title', 'found', 'required', 'remedy', 'text', 'url', 'why', 'effect'],
  'checks',
];
const withoutProse = (sample: unknown): unknown =>
  JSON.parse(JSON.stringify(sample), (key, value) => (PROSE.includes(key) ? 'prose' : value));

describe('the samples in events/', () => {
  it.each([...stored.keys()])('%s is what the machines, the bus or the gateway make', (name) => {
    expect(withoutProse(stored.get(name))).toEqual(withoutProse(fresh.get(name)));
  });

  it('are complete', () => {
    expect([...stored.keys()].sort()).toEqual([...fresh.keys()].sort());
  });

  it.each([...stored])('%s satisfies its schema', (name, sample) => {
    expect(violationsOf(schemaNameOf(name), sample)).toEqual([]);
  });
});

describe('the schemas in events/schema', () => {
  it('have a sample each', () => {
    const used = new Set([...stored.keys()].map(schemaNameOf));

    expect([...schemas.keys()].filter((name) => name !== 'common.v1' && !used.has(name))).toEqual([]);
  });

  it.each([...stored].filter(([name]) => name.startsWith('migration-') || name.endsWith('-requested')))(
    'refuse what is not in the contract of %s',
    (name, sample) => {
      const { detail, ...event } = sample as { detail: { metadata: object; data: object } };
      const strange = [
        { ...event, detail: { ...detail, more: 1 } },
        { ...event, detail: { ...detail, data: { ...detail.data, more: 1 } } },
        { ...event, detail: { ...detail, metadata: { ...detail.metadata, more: 1 } } },
      ];

      expect(strange.map((one) => violationsOf(schemaNameOf(name), one).length)).toEqual([1, 1, 1]);
    },
  );

  it('describe every field of the contracts that are ours', () => {
    const lacking: string[] = [];
    const walk = (where: string, schema: Record<string, unknown>): void => {
      for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, typeof schema>)) {
        const isPlain = property.$ref === undefined && property.properties === undefined;
        if (isPlain && property.description === undefined) lacking.push(`${where}.${name}`);
        walk(`${where}.${name}`, property);
        walk(`${where}.${name}[]`, (property.items ?? {}) as typeof schema);
      }
    };
    for (const [name, schema] of schemas) {
      const { detail } = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
      if (detail?.additionalProperties === false) walk(name, detail);
      for (const [def, part] of Object.entries((schema.$defs ?? {}) as Record<string, Record<string, unknown>>)) {
        walk(`${name}.${def}`, part);
      }
    }

    expect(lacking).toEqual([]);
  });
});
