import { createConfig, lint } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../functions/adapters/problem.ts';
import { ASKS } from '../../functions/migration/acts.ts';
import { OUTCOMES, PHASES, STATUSES } from '../../functions/migration/status.ts';
import { kebab } from '../events/kebab.ts';
import { model } from '../template/support.ts';
import { ASYNCAPI_PATH, asyncapi } from './asyncapi.ts';
import { OPENAPI_PATH, openapi, operations } from './openapi.ts';
import { schemas } from './schemas.ts';

const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    // Says for each schema what unevaluatedProperties says already, and wrongly so inside of `then`.
    'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
    // Of JSON Schema before 2019-09, by which no message here is written.
    'spec-ref-siblings': 'off',
  },
});
const findings = async (ref: string) =>
  (await lint({ ref, config })).map(
    ({ ruleId, message, location: [place] }) => `${ruleId}: ${message} ${JSON.stringify(place)}`,
  );

describe('events/openapi.yaml', () => {
  it('has no finding of the linter', async () => {
    expect(await findings(OPENAPI_PATH)).toEqual([]);
  });

  it('has the routes of template.yaml, and no other', () => {
    expect([...operations.keys()].sort()).toEqual(model.routes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it('knows the codes of every problem with their statuses, and no other', () => {
    const { Problem, Status, Outcome, Phase, Action } = openapi.components.schemas as Record<
      string,
      { enum: string[]; properties: Record<string, { enum: string[] }> }
    >;
    const documented = [...operations.values()].flatMap(({ responses }) =>
      [...responses].flatMap(([status, { response }]) => {
        const schema = response.content['application/problem+json']?.schema as
          | { allOf: [unknown, { properties: { status: { const: number }; code: { enum: string[] } } }] }
          | undefined;
        return (schema?.allOf[1].properties.code.enum ?? []).map((code) => {
          expect(schema?.allOf[1].properties.status.const).toBe(status);
          return `${code} ${status}`;
        });
      }),
    );

    expect([...new Set(documented)].sort()).toEqual(
      Object.entries(PROBLEMS)
        .map(([code, { status }]) => `${code} ${status}`)
        .sort(),
    );
    expect(Problem?.properties.code?.enum.toSorted()).toEqual(Object.keys(PROBLEMS).sort());
    expect([Status?.enum, Outcome?.enum, Phase?.enum]).toEqual([STATUSES, OUTCOMES, PHASES]);
    expect(Action?.enum).toEqual(['cutover', ...ASKS]);
  });
});

describe('events/asyncapi.yaml', () => {
  const { channels, operations: doings, components } = asyncapi;
  const nameOf = ($ref: string) => $ref.split('/').at(-1) as string;

  it('has no finding of the linter', async () => {
    expect(await findings(ASYNCAPI_PATH)).toEqual([]);
  });

  it('has a message for every schema of an event, under its name', () => {
    const messages = Object.entries(components.messages).map(([name, { payload }]) => [
      kebab(name),
      nameOf(payload.schema.$ref),
    ]);
    const shared = ['common.v1', 'http-request.v2'];
    const events = [...schemas.keys()].filter((name) => !shared.includes(name));

    expect(messages.map(([, file]) => file).sort()).toEqual(events.map((name) => `${name}.json`).sort());
    expect(messages.filter(([name, file]) => !file?.startsWith(`${name}.v`))).toEqual([]);
  });

  it('says of every message on which bus it comes, and who sends it', () => {
    const inChannels = Object.values(channels).flatMap(({ messages }) => Object.keys(messages));
    const done = Object.values(doings).flatMap(({ messages }) => messages.map(({ $ref }) => nameOf($ref)));
    const taken = doings.takeRequests?.messages.map(({ $ref }) => nameOf($ref)) ?? [];
    const rules = model.rules.flatMap(({ busName, pattern }) =>
      busName === 'default' ? [] : (pattern['detail-type'] as string[]),
    );

    expect(inChannels.sort()).toEqual(Object.keys(components.messages).sort());
    expect(done.sort()).toEqual(inChannels);
    expect(taken.sort()).toEqual(rules.sort());
  });
});
