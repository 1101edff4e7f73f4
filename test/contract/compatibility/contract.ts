import { type Asyncapi, asyncapi } from '../asyncapi.ts';
import { openapi as currentOpenapi } from '../openapi.ts';
import { schemas as currentSchemas, type Schema } from '../schemas.ts';
import { breaksIn, type Direction, type Version } from './breaks.ts';
import { brokenChannels, channelsOf } from './channels.ts';
import type { Placed, Resolve } from './flat.ts';

interface Part {
  $ref?: string;
  required?: boolean;
  name?: string;
  in?: string;
  schema?: Schema;
  content?: Record<string, { schema: Schema }>;
  headers?: Record<string, Part>;
}

interface Operation {
  parameters?: Part[];
  requestBody?: Part;
  responses: Record<string, Part>;
  security?: unknown;
}

/** All that is promised: the API, the events by the names of their schemas, and the buses that they come by. */
export interface Contract {
  openapi: { info: { version: string }; security?: unknown; paths: Record<string, Record<string, unknown>> };
  schemas: Record<string, Schema>;
  asyncapi: Asyncapi;
}

/** As it is in this working tree. */
export const current = (): Contract =>
  JSON.parse(
    JSON.stringify({
      openapi: currentOpenapi,
      schemas: Object.fromEntries(currentSchemas),
      asyncapi: channelsOf(asyncapi),
    }),
  ) as Contract;

const OPENAPI = 'openapi';

const resolverOf = ({ openapi, schemas }: Contract): Resolve => {
  const documents: Record<string, unknown> = { ...schemas, [OPENAPI]: openapi };
  return (ref, from) => {
    const [file = '', pointer = ''] = ref.split('#');
    const name = file === '' ? from : file.replace('schema/', '').replace('.json', '');
    const found = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>(
        (at, part) => (at as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
        documents[name],
      );
    if (found === undefined) throw new Error(`${ref} leads nowhere from ${from}`);
    return { schema: found as Schema, from: name };
  };
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const operationsOf = ({ openapi }: Contract): Map<string, Operation> =>
  new Map(
    Object.entries(openapi.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method] as Operation | undefined;
        const parameters = [...((item.parameters as Part[] | undefined) ?? []), ...(operation?.parameters ?? [])];
        return operation ? [[`${method.toUpperCase()} ${path}`, { ...operation, parameters }] as const] : [];
      }),
    ),
  );

/**
 * What of the current contract breaks clients or consumers of the published one, one line each. No number makes a break
 * right: version 2 of a schema is another schema, and of a route another route, both beside what there was.
 *
 * @param isTaken whether an event, by the name of its schema, is one that the service takes
 */
export const breaksOf = (published: Contract, now: Contract, isTaken: (name: string) => boolean): string[] => [
  ...brokenEvents(published, now, isTaken),
  ...brokenRoutes(published, now),
  ...brokenChannels(published.asyncapi, now.asyncapi),
];

const brokenEvents = (published: Contract, now: Contract, isTaken: (name: string) => boolean): string[] =>
  Object.entries(published.schemas).flatMap(([name, schema]) => {
    const other = now.schemas[name];
    // What the others share is looked at where it is referred to.
    if (name.startsWith('common.')) return [];
    if (!other) return [`${name} is gone`];
    const before = { placed: [{ schema, from: name }], resolve: resolverOf(published) };
    const after = { placed: [{ schema: other, from: name }], resolve: resolverOf(now) };
    return breaksIn(before, after, isTaken(name) ? 'taken' : 'given').map((one) => `${name} ${one}`);
  });

const brokenRoutes = (published: Contract, now: Contract): string[] => {
  const [resolve, resolveNow] = [resolverOf(published), resolverOf(now)];
  const behind = (part: Part, by: Resolve): Part =>
    part.$ref ? behind(by(part.$ref, OPENAPI).schema as Part, by) : part;
  const version = (schema: Schema, by: Resolve): Version => {
    const placed: Placed[] = [{ schema, from: OPENAPI }];
    return { placed, resolve: by };
  };
  const compared = (one: Part, other: Part, direction: Direction): string[] => [
    ...(one.schema && other.schema
      ? breaksIn(version(one.schema, resolve), version(other.schema, resolveNow), direction)
      : []),
    ...Object.entries(one.content ?? {}).flatMap(([type, { schema }]) => {
      const later = other.content?.[type];
      return later
        ? breaksIn(version(schema, resolve), version(later.schema, resolveNow), direction)
        : [`is no longer ${type}`];
    }),
  ];
  const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

  const later = operationsOf(now);
  return [...operationsOf(published)].flatMap(([route, operation]) => {
    const other = later.get(route);
    if (!other) return [`${route} is gone`];
    const told: string[] = [];
    const security = [operation.security ?? published.openapi.security, other.security ?? now.openapi.security];
    if (!isSame(...(security as [unknown, unknown]))) told.push('asks for other credentials');

    const parameters = (operation.parameters ?? []).map((one) => behind(one, resolve));
    const others = (other.parameters ?? []).map((one) => behind(one, resolveNow));
    const twin = (one: Part, among: Part[]) =>
      among.find(({ name, in: place }) => name === one.name && place === one.in);
    for (const one of parameters) {
      const found = twin(one, others);
      if (!found) told.push(`no longer takes ${one.name}`);
      else told.push(...compared(one, found, 'taken').map((what) => `${one.name}: ${what}`));
    }
    for (const one of others)
      if (one.required && !twin(one, parameters)?.required) told.push(`newly requires ${one.name}`);

    const [body, bodyNow] = [
      operation.requestBody && behind(operation.requestBody, resolve),
      other.requestBody && behind(other.requestBody, resolveNow),
    ];
    if (bodyNow?.required && !body?.required) told.push('newly requires a body');
    if (body) told.push(...compared(body, bodyNow ?? {}, 'taken').map((what) => `body: ${what}`));

    for (const [status, response] of Object.entries(operation.responses)) {
      const found = other.responses[status];
      if (!found) {
        told.push(`no longer answers ${status}`);
        continue;
      }
      const [one, two] = [behind(response, resolve), behind(found, resolveNow)];
      told.push(...compared(one, two, 'given').map((what) => `${status}: ${what}`));
      for (const [name, header] of Object.entries(one.headers ?? {})) {
        const later = two.headers?.[name];
        if (header.required && !later?.required) told.push(`${status}: no longer always has ${name}`);
        if (later)
          told.push(
            ...compared(behind(header, resolve), behind(later, resolveNow), 'given').map(
              (what) => `${status} ${name}: ${what}`,
            ),
          );
        else if (!header.required) told.push(`${status}: no longer has ${name}`);
      }
    }
    for (const status of Object.keys(other.responses))
      if (/^[123]/.test(status) && !operation.responses[status]) told.push(`newly answers ${status}`);
    return told.map((what) => `${route} ${what}`);
  });
};
