import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { breaksOf, type Contract, current } from './compatibility/contract.ts';

const PUBLISHED = new URL('../../events/published/v1.json', import.meta.url);
/** A document a line, so that a change shows which. */
const linesOf = ({ openapi, schemas, asyncapi }: Contract): string => {
  const named = Object.entries(schemas).map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`);
  return `{"openapi":${JSON.stringify(openapi)},\n"schemas":{\n${named.join(',\n')}},\n"asyncapi":${JSON.stringify(asyncapi)}}\n`;
};
const published = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as Contract;
/** SHA-256 of each publication by `info.version`: what is published under a number stays what it is. */
const PUBLICATIONS: Record<string, string> = {
  '1.0.0': '5f94986c88fdceb6032f530d13d5d509bd6a589cf7fba06f0d43ae8b0df7c452',
};

/** What the service takes; all else it gives. */
const isTaken = (name: string): boolean =>
  /^(?:\w+-requested|execution-status-change|scheduled-event|http-request)\./.test(name);
const breaks = (published: Contract, now: Contract) => breaksOf(published, now, isTaken);

/** @throws Error where it would break somebody, or would be another contract under the same number */
const publicationOf = (now: Contract, before: Contract): string => {
  const broken = breaks(before, now);
  if (broken.length > 0) throw new Error(`It breaks who kept to the published contract: ${broken.join('; ')}`);
  const text = linesOf(now);
  if (now.openapi.info.version === before.openapi.info.version && text !== linesOf(before))
    throw new Error('What is published under a number stays: raise info.version of events/openapi.yaml first');
  return text;
};
if (process.env.WRITE_PUBLISHED) writeFileSync(PUBLISHED, publicationOf(current(), published));
const sumOf = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** Whatever it is: these tests walk through documents. */
// biome-ignore lint/suspicious/noExplicitAny: a document is as deep as it is
type Any = any;

const breaksWhen = (change: (contract: Any) => void): string[] => {
  const changed = current();
  change(changed);
  return breaks(current(), changed);
};
const started = ({ schemas }: Any) => schemas['migration-started.v1'].properties.detail.properties.data;
const common = ({ schemas }: Any) => schemas['common.v1'].$defs;
const component = ({ openapi }: Any, name: string) => openapi.components.schemas[name];
const operation = ({ openapi }: Any, method: string, path: string) => openapi.paths[path][method];

describe('the contract', () => {
  it('breaks nobody who keeps to the published one', () => {
    expect(breaks(published, current())).toEqual([]);
  });

  it('is published once under a number, and never over one that it breaks', () => {
    const { version } = published.openapi.info;
    const changed = (change: (contract: Any) => void) => {
      const contract = current();
      change(contract);
      return () => publicationOf(contract, current());
    };

    expect({ [version]: sumOf(readFileSync(PUBLISHED)) }).toEqual({ [version]: PUBLICATIONS[version] });
    expect(publicationOf(current(), current())).toBe(linesOf(current()));
    expect(changed((all) => component(all, 'Phase').enum.push('resting'))).toThrow('raise info.version');
    expect(changed((all) => delete all.schemas['migration-started.v1'])).toThrow('migration-started.v1 is gone');
    const raised = changed((all) => {
      all.openapi.info.version = '1.1.0';
      component(all, 'Phase').enum.push('resting');
    });
    expect(raised()).toContain('resting');
  });
});

describe('a change that breaks somebody is told', () => {
  it.each<[string, (contract: Any) => void, RegExp]>([
    ['an event is gone', ({ schemas }) => delete schemas['migration-started.v1'], /^migration-started\.v1 is gone/],
    [
      'a field of a notification is gone',
      (all) => delete started(all).properties.startedAt,
      /migration-started.* no longer has startedAt/,
    ],
    [
      'a field may be missing',
      (all) => started(all).required.pop(),
      /migration-started.* no longer always has startedAt/,
    ],
    [
      'a field has another type',
      (all) => {
        started(all).properties.startedAt = { type: 'integer' };
      },
      /startedAt was string, is integer/,
    ],
    [
      'a figure may have a fraction',
      (all) => {
        common(all).progress.properties.lagBytes.type = 'number';
      },
      /lagBytes was integer, is number/,
    ],
    [
      'what several events share has changed',
      (all) => delete common(all).metadata.properties.correlationId,
      /migration-started.*metadata no longer has correlationId/,
    ],
    ['a value never comes any more', (all) => common(all).phase.enum.pop(), /no longer knows "linkLost"/],
    [
      'a new value comes where the list is closed',
      (all) => component(all, 'Outcome').enum.push('paused'),
      /has the new value "paused"/,
    ],
    [
      'a field may have any value',
      (all) => delete component(all, 'Outcome').enum,
      /outcome was one of some values, is anything/,
    ],
    [
      'a list may be longer',
      (all) => {
        component(all, 'MigrationList').properties.migrations.maxItems = 1000;
      },
      /has maxItems 1000, and had 100/,
    ],
    [
      'a text keeps no form any more',
      (all) => delete common(all).migrationId.pattern,
      /migrationId no longer keeps pattern/,
    ],
    [
      'a request must have another field',
      (all) => common(all).migrationRequest.required.push('reason'),
      /POST \/migrations body: \/ newly requires reason/,
    ],
    [
      'an event must have another field',
      (all) => common(all).migrationRequest.required.push('reason'),
      /migration-requested\.v1 \/detail\/data newly requires reason/,
    ],
    [
      'a request may not have a field',
      (all) => delete common(all).migrationRequest.properties.dryRun,
      /longer has dryRun/,
    ],
    [
      'a request may not have other fields',
      ({ schemas }) => {
        schemas['scheduled-event.v1'].additionalProperties = false;
      },
      /scheduled-event.* no longer takes other fields/,
    ],
    [
      'a request may say less',
      (all) => common(all).migrationRequest.properties.cutover.properties.fence.enum.pop(),
      /fence no longer knows "none"/,
    ],
    [
      'a bound of a request is tighter',
      (all) => {
        common(all).reason.maxLength = 100;
      },
      /reason has maxLength 100, and had 1000/,
    ],
    [
      'a request has a bound that it had not',
      (all) => {
        common(all).reason.minLength = 1;
      },
      /reason has minLength 1, and had none/,
    ],
    [
      'a text of a request must have a form',
      (all) => {
        common(all).reason.pattern = '^[a-z]*$';
      },
      /reason newly demands pattern/,
    ],
    [
      'a condition of a request is another',
      (all) => {
        common(all).migrationRequest.then.required = ['reason', 'dryRun'];
      },
      /newly demands if/,
    ],
    [
      'what a condition refers to is another',
      (all) => {
        common(all).givenReason.pattern = '^[A-Z]';
      },
      /POST \/migrations body: \/ newly demands if/,
    ],
    [
      'something else is done by default',
      (all) => {
        common(all).migrationRequest.properties.cutover.properties.mode.default = 'automatic';
      },
      /mode takes "automatic" by default, and took "manual"/,
    ],
    ['a route is gone', ({ openapi }) => delete openapi.paths['/migrations/{id}/history'], /history is gone/],
    [
      'a parameter is gone',
      (all) => operation(all, 'get', '/migrations').parameters.shift(),
      /GET \/migrations no longer takes status/,
    ],
    [
      'a parameter must be given',
      (all) => {
        operation(all, 'get', '/migrations').parameters[1].required = true;
      },
      /newly requires replicationGroupId/,
    ],
    [
      'a body must be given',
      (all) => {
        operation(all, 'post', '/migrations/{id}/cutover').requestBody.required = true;
      },
      /newly requires a body/,
    ],
    [
      'an answer is gone',
      (all) => delete operation(all, 'post', '/migrations').responses['202'],
      /POST \/migrations no longer answers 202/,
    ],
    [
      'a header may be missing',
      (all) => delete operation(all, 'post', '/migrations').responses['202'].headers,
      /202: no longer always has Location/,
    ],
    [
      'a code is gone',
      ({ openapi }) =>
        openapi.components.responses.NotFound.content[
          'application/problem+json'
        ].schema.allOf[1].properties.code.enum.splice(0, 1, 'gone'),
      /404: .*no longer knows "migration-not-found"/,
    ],
    [
      'a problem is not told as one',
      ({ openapi }) => delete openapi.components.responses.NotFound.content['application/problem+json'],
      /404: is no longer application\/problem\+json/,
    ],
    [
      'an alternative is new',
      (all) => component(all, 'CutoverBase').properties.certificate.anyOf.push({ type: 'string' }),
      /has 3 alternatives, and had 2/,
    ],
    [
      'a list is opened in the same change in which a value comes to it',
      (all) => {
        component(all, 'Outcome')['x-open'] = true;
        component(all, 'Outcome').enum.push('paused');
      },
      /was a closed list, is open[\s\S]*has the new value "paused"/,
    ],
    [
      'of alternatives of an answer only one may hold',
      (all) => {
        const { certificate } = component(all, 'CutoverBase').properties;
        certificate.oneOf = certificate.anyOf;
        delete certificate.anyOf;
      },
      /certificate has other lists of alternatives/,
    ],
    [
      'of alternatives of a request only one may hold',
      (all) => {
        const { reason } = common(all);
        common(all).reason = { oneOf: [reason, { type: 'string', maxLength: 1000 }] };
      },
      /migrations body: \/reason newly demands oneOf/,
    ],
    [
      'a header has another type',
      (all) => {
        operation(all, 'post', '/migrations').responses['202'].headers.Location.schema = { type: 'integer' };
      },
      /202 Location: \/ was string, is integer/,
    ],
    [
      'what succeeds is answered otherwise',
      (all) => {
        operation(all, 'post', '/migrations').responses['200'] = { description: 'x' };
      },
      /POST \/migrations newly answers 200/,
    ],
    [
      'a route is gone with a new number of the API',
      ({ openapi }) => {
        openapi.info.version = '2.0.0';
        delete openapi.paths['/migrations/{id}'];
      },
      /GET \/migrations\/\{id\} is gone/,
    ],
    [
      'a bus has another name',
      ({ asyncapi }) => {
        asyncapi.channels.migrationBus.address = 'migrations';
      },
      /the channel migrationBus was at elasticache-migrator, is at migrations/,
    ],
    ['a bus is gone', ({ asyncapi }) => delete asyncapi.channels.defaultBus, /the channel defaultBus is gone/],
    [
      'an event is no longer sent',
      ({ asyncapi }) => asyncapi.operations.notify.messages.shift(),
      /the operation notify no longer has MigrationAccepted/,
    ],
    ['an event is no longer taken', ({ asyncapi }) => delete asyncapi.operations.takeRequests, /takeRequests is gone/],
    [
      'what was taken is sent',
      ({ asyncapi }) => {
        asyncapi.operations.takeRequests.action = 'send';
      },
      /takeRequests was to receive, is to send/,
    ],
    [
      'events come by another bus',
      ({ asyncapi }) => {
        asyncapi.operations.notify.channel.$ref = '#/channels/defaultBus';
      },
      /the operation notify has another channel/,
    ],
    [
      'an event has another name',
      ({ asyncapi }) => {
        asyncapi.components.messages.MigrationStarted.name = 'Started';
      },
      /MigrationStarted was named MigrationStarted, is Started/,
    ],
    [
      'an event is of another version under the same name',
      ({ asyncapi }) => {
        asyncapi.components.messages.MigrationStarted.payload.schema.$ref = 'schema/migration-started.v2.json';
      },
      /the message MigrationStarted has another schema/,
    ],
    [
      'other credentials are asked for',
      ({ openapi }) => {
        openapi.security = [{ other: [] }];
      },
      /asks for other credentials/,
    ],
  ])('%s', (_, change, told) => {
    expect(breaksWhen(change).join('\n')).toMatch(told);
  });
});

it('a header that came at times and is gone is told', () => {
  const before = current();
  const { headers } = operation(before, 'post', '/migrations').responses['202'];
  headers['Retry-After'] = { schema: { type: 'integer' } };

  expect(breaks(before, current())).toEqual(['POST /migrations 202: no longer has Retry-After']);
});

describe('a change that breaks nobody is not told', () => {
  it.each<[string, (contract: Any) => void]>([
    [
      'a new field in an answer',
      (all) => {
        component(all, 'MigrationBase').properties.more = { type: 'string' };
      },
    ],
    [
      'a new field in a notification, which is always there',
      (all) => {
        started(all).properties.more = { type: 'string' };
        started(all).required.push('more');
      },
    ],
    [
      'a new field that a request may have',
      (all) => {
        common(all).migrationRequest.properties.more = { type: 'string' };
      },
    ],
    ['a new phase: the list is open', (all) => component(all, 'Phase').enum.push('resting')],
    [
      'a request may say more',
      (all) => common(all).migrationRequest.properties.cutover.properties.fence.enum.push('pause'),
    ],
    [
      'a bound of a request is wider',
      (all) => {
        common(all).reason.maxLength = 2000;
      },
    ],
    [
      'a bound of an answer is tighter',
      (all) => {
        component(all, 'MigrationList').properties.migrations.maxItems = 50;
      },
    ],
    ['a request needs a field no more', (all) => common(all).migrationRequest.required.pop()],
    [
      'another description',
      (all) => {
        common(all).migrationRequest.description = 'other words';
      },
    ],
    [
      'a new answer, route and event',
      (all) => {
        operation(all, 'post', '/migrations').responses['409'] = { $ref: '#/components/responses/NotAllowed' };
        all.openapi.paths['/more'] = { get: { responses: {} } };
        all.schemas['migration-rested.v1'] = {};
      },
    ],
    [
      'the same by another reference',
      (all) => {
        component(all, 'PhaseChange').properties.at = { $ref: 'schema/common.v1.json#/$defs/time' };
      },
    ],
  ])('%s', (_, change) => {
    expect(breaksWhen(change)).toEqual([]);
  });

  it('a version 2 of an event and of a route, beside version 1', () => {
    const changed = breaksWhen((all) => {
      const { messages } = all.asyncapi.components;
      messages.MigrationStartedV2 = { ...messages.MigrationStarted, payload: { schema: { $ref: 'schema/x.v2.json' } } };
      all.asyncapi.operations.notify.messages.push({ $ref: '#/channels/migrationBus/messages/MigrationStartedV2' });
      all.schemas['migration-started.v2'] = { type: 'string' };
      all.openapi.info.version = '2.0.0';
      all.openapi.paths['/v2/migrations'] = { post: { responses: {} } };
    });

    expect(changed).toEqual([]);
  });
});
