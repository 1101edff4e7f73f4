import { isIP } from 'node:net';
import { PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import type { BusEvent } from '../../../local/eventbridge/event.ts';
import { kebab } from '../../events/kebab.ts';
import { type Operation, operations, validatorOf } from '../openapi.ts';
import { faultsOf, schemas, validatorAt } from '../schemas.ts';
import type { HttpCall } from '../service/service.ts';

/** What is wrong with a request, each with the status that may tell it. Empty for one that has to be taken. */
export type Wrongs = { status: 400 | 404 | 413 | 415; what: string }[];

const LARGEST_BODY_BYTES = 65_536;
const MEDIA_TYPE = /^application\/([\w.!#$&^+-]+\+)?json[ \t]*(;.*)?$/i;
const MIGRATION_ID = /^[a-z][a-z0-9-]{0,39}-[0-9a-f]{12}$/;

/** docs/preflight.md and docs/security.md in short: what no schema can say of a request for a migration. */
const beyondSchema = (data: unknown): string[] => {
  const { waivers = [], customerNodeEndpointList: list = [] } = data as {
    waivers?: string[];
    customerNodeEndpointList?: { address: string }[];
  };
  const named: Record<string, { waivable: string }> = PREFLIGHT_CHECKS;
  const wrong = waivers.filter(
    (id) => id !== 'verification-differences' && (!Object.hasOwn(named, id) || named[id]?.waivable !== 'byName'),
  );
  return [...wrong.map((id) => `${id} cannot be waived`), ...list.flatMap(({ address }) => outside(address))];
};

/** The service under test allows 10.0.0.0/8 and fc00::/7 but for the metadata service; names are looked up when they are dialled. */
const outside = (address: string): string[] => {
  const isInside =
    isIP(address) === 4
      ? address.startsWith('10.')
      : isIP(address) === 6
        ? /^f[cd]/i.test(address) && !/^fd00:0?ec2:/i.test(address)
        : // What ends in a number some resolvers take for an address, and no name has a colon.
          !/(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(address) && !address.includes(':') && address.length <= 253;
  return isInside ? [] : [`${address} is not dialled`];
};

const wrongBody = ({ routeKey, body: documented }: Operation, { headers = {}, body = '' }: HttpCall): Wrongs => {
  if (!documented) return [];
  const at400 = (what: string) => [{ status: 400 as const, what }];
  const isNeeded = documented.body.required === true;
  if (body === '' && !isNeeded) return [];
  const wrongs: Wrongs = [];
  if (!MEDIA_TYPE.test(headers['content-type'] ?? '')) wrongs.push({ status: 415, what: 'the content type' });
  if (Buffer.byteLength(body) > LARGEST_BODY_BYTES) wrongs.push({ status: 413, what: 'too large' });
  let value: unknown;
  try {
    // RFC 8259 lets a reader pass over a mark of the byte order.
    value = JSON.parse(body.replace(/^\ufeff/, ''));
  } catch {
    return [...wrongs, ...at400('no JSON')];
  }
  const faults = faultsOf(validatorOf(`${documented.pointer}/content/application~1json/schema`), value);
  if (faults.length === 0 && routeKey === 'POST /migrations') faults.push(...beyondSchema(value));
  return [...wrongs, ...faults.slice(0, 3).flatMap(at400)];
};

const wrongQuery = ({ parameters }: Operation, path: string): string[] => {
  const query = new URLSearchParams(path.split('?')[1] ?? '');
  const known = parameters.filter(({ parameter }) => parameter.in === 'query');
  const wrong: string[] = [];
  for (const name of new Set(query.keys())) {
    // Repeated ones come as one, joined by commas.
    const text = query.getAll(name).join(',');
    const found = known.find(({ parameter }) => parameter.name === name);
    if (!found) {
      wrong.push(`${name} is unknown`);
      continue;
    }
    const isNumber = found.parameter.schema.type === 'integer';
    const value = isNumber && /^\d{1,6}$/.test(text) ? Number(text) : text;
    wrong.push(...faultsOf(validatorOf(`${found.pointer}/schema`), value).map((fault) => `${name}${fault}`));
  }
  const [from, to] = ['from', 'to'].map((name) => query.getAll(name).join(','));
  for (const time of [from, to]) if (time && Number.isNaN(Date.parse(time))) wrong.push(`${time} is no time`);
  if (from && to && Date.parse(from) > Date.parse(to)) wrong.push('from is after to');
  const token = query.has('nextToken') ? query.getAll('nextToken').join(',') : null;
  // Whoever made up a token did not get it here; and an execution that is gone has no pages.
  if (token && !known.some(({ parameter: { name } }) => name === 'timeline')) wrong.push('nextToken was made up');
  if (token !== null && known.some(({ parameter: { name } }) => name === 'timeline')) {
    if (!['true', 'events'].includes(query.getAll('timeline').join(','))) wrong.push('nextToken without a timeline');
  }
  return wrong;
};

/** What the contract and the written rules say of a request, without a look at the service. */
export const wrongsOfHttp = (routeKey: string, call: HttpCall): Wrongs => {
  const operation = operations.get(routeKey) as Operation;
  const [path = ''] = call.path.split('?');
  const id = routeKey.includes('{id}') ? decodeURIComponent(path.split('/')[2] ?? '') : undefined;
  const key = call.headers?.['idempotency-key'];
  const isKeyed = operation.parameters.find(({ parameter }) => parameter.name === 'Idempotency-Key');
  return [
    ...(id !== undefined && !MIGRATION_ID.test(id) ? [{ status: 404 as const, what: 'no id' }] : []),
    ...(isKeyed && key !== undefined && faultsOf(validatorOf(`${isKeyed.pointer}/schema`), key).length > 0
      ? [{ status: 400 as const, what: 'the key' }]
      : []),
    ...wrongQuery(operation, call.path).map((what) => ({ status: 400 as const, what })),
    ...wrongBody(operation, call),
  ];
};

/** The same of an event. */
export const wrongsOfEvent = (event: BusEvent): string[] => {
  const name = `${kebab(event['detail-type'])}.v1`;
  const faults = faultsOf(validatorAt(String(schemas.get(name)?.$id)), event);
  if (faults.length > 0 || event['detail-type'] !== 'MigrationRequested') return faults;
  return beyondSchema((event.detail as { data: unknown }).data);
};
