import fc from 'fast-check';
import { type BusEvent, makeEvent } from '../../../local/eventbridge/event.ts';
import { HOSTILE } from '../../functions/hostile/texts.ts';
import { type Operation, openapi, operations } from '../openapi.ts';
import { type Schema, schemas } from '../schemas.ts';
import type { HttpCall } from '../service/service.ts';
import { HOSTILE_BODIES, nearly } from './broken.ts';
import { STANDING } from './standing.ts';
import { drawnFrom } from './valid.ts';

export type Call = { http: HttpCall; routeKey: string } | { event: BusEvent };

const JSON_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'Application/JSON',
  'application/vnd.x+json',
];
const OTHER_TYPES = [
  'text/plain',
  'application/jsonp',
  'text/json',
  '',
  'application/json,text/html',
  'application/json/x',
];
const hostile = fc.constantFrom(...Object.values(HOSTILE));
/** Mostly the first, now and then another one. */
const mostly = <T>(one: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof(
    { arbitrary: one, weight: 4 * others.length || 1 },
    ...others.map((arbitrary) => ({ arbitrary, weight: 1 })),
  );

const componentOf = (schema: Schema): Schema => {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema.$ref))?.[1];
  return name === undefined ? schema : componentOf(openapi.components.schemas[name] as Schema);
};

/** Sources inside of the allowed networks, and now and then whatever the schema takes. */
const atHome = (value: unknown): unknown => {
  const list = (value as { customerNodeEndpointList?: { address: string }[] } | null)?.customerNodeEndpointList;
  for (const one of list ?? []) if (one.address.length % 8 !== 0) one.address = '10.0.0.5';
  return value;
};

/** Of three kinds: valid, nearly so, and what nobody means well with. */
const bodyFor = ({ body }: Operation): fc.Arbitrary<string> => {
  const schema = body?.body.content['application/json']?.schema;
  if (!schema) return fc.constant('');
  const valid = drawnFrom(componentOf(schema)).map(atHome);
  const asText = (value: fc.Arbitrary<unknown>) => value.map((one) => JSON.stringify(one) ?? '');
  return fc.oneof(
    { arbitrary: asText(valid), weight: 5 },
    { arbitrary: asText(nearly(valid)), weight: 5 },
    { arbitrary: fc.constantFrom(...HOSTILE_BODIES), weight: 1 },
  );
};

const queryFor = ({ parameters }: Operation): fc.Arbitrary<[string, string][]> => {
  const known = parameters.filter(({ parameter }) => parameter.in === 'query');
  const values = known.map(({ parameter: { name, schema } }) => {
    const valid =
      schema.$ref === '#/components/schemas/ZonedTime'
        ? fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString())
        : drawnFrom(componentOf(schema)).map(String);
    const odd = [
      '',
      ' ',
      '0',
      '-1',
      '1e1',
      '0x10',
      ' 5',
      '5.0',
      '9'.repeat(30),
      'true',
      '2026-01-01',
      '2026-13-01T00:00Z',
    ];
    return mostly(valid, fc.constantFrom(...odd), hostile).map((value): [string, string] => [name, value]);
  });
  const unknown = fc.tuple(fc.constantFrom('x', 'Limit', '__proto__', 'limit[]'), hostile);
  const one = values.length > 0 ? mostly(fc.oneof(...values), unknown) : unknown;
  // A route that takes none is seldom sent one: it would be all that is told.
  return values.length > 0
    ? fc.array(one, { maxLength: 3 })
    : mostly(fc.constant([]), fc.array(unknown, { maxLength: 1 }));
};

const ids = mostly(
  fc.constantFrom(...STANDING.map(({ migrationId }) => migrationId)),
  fc.constantFrom('none-0123456789ab', 'x', '%00', '..', 'TEST-0123456789ab', 'test-0123456789abc'),
  hostile,
);

const headersFor = (routeKey: string): fc.Arbitrary<Record<string, string>> =>
  fc
    .record({
      type: mostly(fc.constantFrom(...JSON_TYPES), fc.constantFrom(...OTHER_TYPES), fc.constant(undefined)),
      key: mostly(
        fc.constant(undefined),
        fc.constantFrom('one', 'two', 'x'.repeat(255)),
        fc.constantFrom('', 'a b', 'ü', 'x'.repeat(256)),
      ),
      correlation: mostly(fc.constant(undefined), hostile, fc.constant('deployment-1')),
    })
    .map(({ type, key, correlation }) => ({
      ...(type !== undefined && routeKey.startsWith('POST') && { 'content-type': type }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(correlation !== undefined && { 'x-correlation-id': correlation }),
    }));

const wellFormed = (text: string): string => encodeURIComponent(text.toWellFormed());

const httpCall = (operation: Operation): fc.Arbitrary<Call> => {
  const { routeKey } = operation;
  const [method = '', path = ''] = routeKey.split(' ');
  return fc
    .tuple(ids, queryFor(operation), headersFor(routeKey), bodyFor(operation))
    .map(([id, query, headers, body]) => {
      const search = query.map(([name, value]) => `${wellFormed(name)}=${wellFormed(value)}`).join('&');
      const place = path.replace('{id}', wellFormed(id));
      return { routeKey, http: { method, path: search ? `${place}?${search}` : place, headers, body } };
    });
};

const REQUESTED = ['migration-requested.v1', 'cutover-requested.v1', 'abort-requested.v1'];

const busCall = (name: string): fc.Arbitrary<Call> => {
  const { title, properties } = schemas.get(name) as { title: string; properties: { detail: Schema } };
  const valid = drawnFrom(properties.detail).map((detail) => {
    const { data } = detail as { data: { migrationId?: string } };
    atHome(data);
    return detail;
  });
  const standing = fc.tuple(valid, fc.constantFrom(...STANDING)).map(([detail, { migrationId }]) => {
    const { data } = detail as { data: { migrationId?: string } };
    if (data.migrationId !== undefined) data.migrationId = migrationId;
    return detail;
  });
  const strange = fc.constantFrom<unknown[]>(null, 'x', 1, [], {}, { data: null }, { data: [] }, { data: {} });
  return fc
    .tuple(fc.oneof(standing, nearly(standing), mostly(valid, strange)), fc.uuid(), mostly(fc.constant('ops'), hostile))
    .map(([detail, id, source]) => ({
      // What is no JSON does not come over a bus.
      event: { ...makeEvent(0, { source, detailType: title, detail: JSON.parse(JSON.stringify(detail)) }), id },
    }));
};

/** Whatever can be asked of the service, from outside. */
export const CALLS: fc.Arbitrary<Call> = fc.oneof(
  { arbitrary: httpCall(operations.get('POST /migrations') as Operation), weight: 6 },
  ...[...operations.values()].map((operation) => ({ arbitrary: httpCall(operation), weight: 1 })),
  ...REQUESTED.map((name) => ({ arbitrary: busCall(name), weight: 2 })),
);
