import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { MigratorError } from '../../../functions/migration/error.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { DynamoDb } from '../../../local/dynamodb/service.ts';
import { jsonError } from '../../../local/endpoint/wire.ts';
import type { BusEvent } from '../../../local/eventbridge/event.ts';
import { proxyEvent } from '../../../local/gateway/event.ts';
import { responseFrom } from '../../../local/gateway/response.ts';
import { findRoute } from '../../../local/gateway/routes.ts';
import type { InvocationResult } from '../../../local/lambda/invocation.ts';
import type { TableModel } from '../../../local/template/model.ts';
import { serveAws } from '../../functions/support/aws.ts';
import { model } from '../../template/support.ts';
import type { HttpAnswer } from '../answer.ts';
import { Executions } from './states.ts';

export interface HttpCall {
  method: string;
  /** With its query, as it is sent. */
  path: string;
  /** Names in lower case. */
  headers?: Record<string, string>;
  body?: string;
}

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** A fault that every call to AWS meets. */
export interface AwsFault {
  status: number;
  code: string;
}

/** Every door of the service in this process: the handlers that template.yaml names, over dynalite and the stock clients. */
export interface Service {
  executions: Executions;
  fault: AwsFault | undefined;
  /** As a stack without a VPC, as far as requests for migrations are concerned. */
  isApiOnly: boolean;
  /** As a stack that may not migrate into the replication groups of the tests. */
  isForOthers: boolean;
  invoke(functionArn: string, event: unknown): Promise<InvocationResult>;
  /** As the gateway hands it to the function and hands back what that says. Throws what a handler lets through. */
  ask(call: HttpCall): Promise<HttpAnswer>;
  /** Delivers an event to the function of its detail type. @returns the error that it ends with, undefined if none */
  deliver(event: BusEvent): Promise<Error | undefined>;
  put(record: MigrationRecord): Promise<void>;
  find(migrationId: string): Promise<MigrationRecord | undefined>;
  /** How many migrations the table keeps, as far as one page of a scan goes. */
  kept(): Promise<number>;
  /** Forgets every migration. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const NOW = new Date('2026-01-01T00:00:00.000Z');
const [TABLE] = model.tables as [TableModel];
const nothing = { loseAnswer: () => undefined };

const contextOf = (requestId: string) =>
  ({ functionName: 'f', awsRequestId: requestId, getRemainingTimeInMillis: () => 30_000 }) as unknown as Context;

/** The environment that the template gives to functions; they read it when their modules are loaded. */
const furnish = (awsUrl: string): void => {
  for (const { environment } of model.functions) Object.assign(process.env, environment);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: awsUrl,
    AWS_MAX_ATTEMPTS: '1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    ALLOWED_NETWORKS: '10.0.0.0/8,fc00::/7',
  });
};

const handlerOf = async (functionArn: string): Promise<Handler> => {
  const found = model.functions.find(({ arn }) => functionArn.startsWith(arn));
  const [entry = ''] = found?.build.entryPoints ?? [];
  return ((await import(entry)) as { handler: Handler }).handler;
};

const STARTS = model.functions.find(({ logicalId }) => logicalId === 'StartMigrationFunction')?.arn ?? '';

/** Parameters are read when the module is loaded: this one is loaded once more, by those of another stack. */
const startsWhere = async (name: 'REACH' | 'REPLICATION_GROUP_IDS', value: string): Promise<Handler> => {
  const before = process.env[name];
  process.env[name] = value;
  const again = new URL(`../../../functions/api/start-migration.ts?${name}`, import.meta.url).href;
  const { handler } = (await import(again)) as { handler: Handler };
  process.env[name] = before;
  return handler;
};

/** What proxyEvent reads of a request. */
const asIncoming = ({ method, path, headers = {} }: HttpCall): IncomingMessage =>
  ({
    method,
    url: path,
    httpVersion: '1.1',
    headersDistinct: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    socket: { remoteAddress: '10.0.9.9' },
  }) as unknown as IncomingMessage;

export const openService = async (): Promise<Service> => {
  let dynamo = new DynamoDb();
  await dynamo.createTable(TABLE);
  const executions = new Executions();
  const aws = await serveAws(async ({ headers, body }) => {
    if (service.fault) return jsonError(service.fault.code, 'no', '1.0', service.fault.status);
    const [api = '', operation = ''] = (headers['x-amz-target'] ?? '').split('.');
    if (api.startsWith('DynamoDB')) return dynamo.wire({ method: 'POST', path: '/', headers, body }, nothing);
    return executions.answer(operation, JSON.parse(body.toString()));
  });
  furnish(aws.url);
  const handlers = new Map<string, Handler>();
  const entered = [
    ...model.routes.map(({ functionArn }) => functionArn),
    ...model.rules.flatMap(({ targets }) => targets.map(({ arn }) => arn)),
  ];
  for (const arn of entered) handlers.set(arn, await handlerOf(arn));
  const apiOnly = await startsWhere('REACH', 'api-only');
  const forOthers = await startsWhere('REPLICATION_GROUP_IDS', 'others-*');
  const { migrationsIn } = await import('../../../functions/adapters/migrations.ts');
  const migrations = migrationsIn(TABLE.name);

  const handlerFor = (functionArn: string) => {
    if (!functionArn.startsWith(STARTS)) return handlers.get(functionArn);
    if (service.isApiOnly) return apiOnly;
    return service.isForOthers ? forOthers : handlers.get(functionArn);
  };
  const call = (functionArn: string, event: unknown) =>
    (handlerFor(functionArn) as Handler)(event, contextOf('7f0c7a3e-2d1b-4c5f-9e86-0a1b2c3d4e5f'));

  const service: Service = {
    executions,
    fault: undefined,
    isApiOnly: false,
    isForOthers: false,
    async invoke(functionArn, event) {
      return { ok: true, payload: await call(functionArn, event), requestId: 'r', executedVersion: '1' };
    },
    async ask(asked) {
      const matched = findRoute(model.routes, asked.method, asked.path.split('?', 1)[0] as string);
      if (!matched) throw new Error(`${asked.method} ${asked.path} is no route`);
      const event: APIGatewayProxyEventV2 = proxyEvent(asIncoming(asked), Buffer.from(asked.body ?? ''), matched, NOW);
      const answer = responseFrom(await call(matched.route.functionArn, event));
      if (!answer) throw new Error('The gateway does not understand the answer');
      return {
        status: answer.status,
        headers: answer.headers as Record<string, string>,
        body: JSON.parse(String(answer.body)),
      };
    },
    async deliver(event) {
      const detailType = event['detail-type'];
      const rule = model.rules.find(({ pattern }) => (pattern['detail-type'] as string[]).includes(detailType));
      try {
        await call(rule?.targets[0]?.arn ?? '', event);
        return undefined;
      } catch (error) {
        if (error instanceof MigratorError) return error;
        throw error;
      }
    },
    async put(record) {
      await migrations.create(record);
    },
    find: (migrationId) => migrations.find(migrationId),
    async kept() {
      const { body } = await dynamo.call('Scan', {
        TableName: TABLE.name,
        FilterExpression: 'begins_with(pk, :migration)',
        ExpressionAttributeValues: { ':migration': { S: 'MIGRATION#' } },
        Select: 'COUNT',
      });
      return (body as { Count: number }).Count;
    },
    async reset() {
      dynamo = new DynamoDb();
      await dynamo.createTable(TABLE);
      executions.started.clear();
    },
    close: aws.close,
  };
  return service;
};
