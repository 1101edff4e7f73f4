import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { functionArn } from '../identity.ts';
import { TemplateError } from './errors.ts';
import { readFunction, withGlobals } from './functions.ts';
import { readMachine } from './machines.ts';
import type { TemplateModel } from './model.ts';
import { type ParameterDeclaration, parameterValues } from './parameters.ts';
import { isObject, type Json, Properties } from './properties.ts';
import { authorizeRoutes, readAuthorization, readRoute } from './routes.ts';
import { checkRules } from './rules.ts';
import { API_ID, type Resource, type Surroundings, TemplateScope } from './scope.ts';
import { readRule, readRuleEvent, readScheduleEvent } from './targets.ts';
import { parseTemplate } from './yaml.ts';

export interface ReadTemplateOptions extends Surroundings {
  parameters?: Record<string, string>;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Transform',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Globals',
  'Resources',
  'Outputs',
];

/** Hands each event of a function or state machine to the part of the model that plays it. */
const readEvents = (model: TemplateModel, owner: Properties, ownerName: string, targetArn: string): void => {
  for (const [eventName, declared] of Object.entries(owner.map('Events'))) {
    const event = new Properties(`${owner.where}.Events.${eventName}`, declared).only(['Type', 'Properties']);
    const properties = event.in('Properties');
    const name = `${ownerName}${eventName}`;
    const type = event.text('Type');
    if (type === 'HttpApi') model.routes.push(readRoute(properties, targetArn));
    else if (type === 'EventBridgeRule') model.rules.push(readRuleEvent(properties, name, targetArn));
    else if (type === 'Schedule' || type === 'ScheduleV2') {
      model.schedules.push(readScheduleEvent(properties, name, targetArn, type === 'ScheduleV2'));
    } else throw new TemplateError(`${event.where}: events of type ${type} are not played by the embedded AWS`);
  }
};

type Reader = (
  model: TemplateModel,
  identity: { logicalId: string; name: string; arn: string },
  properties: Properties,
  metadata: Properties,
  directory: string,
) => void;

const READERS: Record<string, Reader> = {
  'AWS::Serverless::Function': (model, identity, properties, metadata, directory) => {
    const one = readFunction(identity, properties, metadata, directory);
    model.functions.push(one);
    readEvents(model, properties, one.name, functionArn(one.name, one.alias));
  },
  'AWS::Serverless::StateMachine': (model, identity, properties, _, directory) => {
    const machine = readMachine(identity, properties, directory);
    model.machines.push(machine);
    readEvents(model, properties, machine.name, machine.arn);
  },
  'AWS::DynamoDB::Table': (model, identity, properties) => {
    const played = [
      'AttributeDefinitions',
      'KeySchema',
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'BillingMode',
    ];
    // Items past their TTL stay: DynamoDB itself promises only to delete them within a few days.
    const ignored = [
      'TimeToLiveSpecification',
      'PointInTimeRecoverySpecification',
      'SSESpecification',
      'Tags',
      'DeletionProtectionEnabled',
    ];
    properties.only(['TableName', 'ProvisionedThroughput', ...played], ignored);
    model.tables.push({ ...identity, create: { ...without(properties.values, ignored), TableName: identity.name } });
  },
  'AWS::Events::EventBus': (model, identity, properties) => {
    properties.only(['Name'], ['Description', 'Tags', 'LogConfig']);
    model.buses.push(identity);
  },
  'AWS::Events::Rule': (model, identity, properties) => {
    const { rule, schedules } = readRule(properties, identity.name);
    if (rule) model.rules.push(rule);
    model.schedules.push(...schedules);
  },
  'AWS::KMS::Key': (model, identity, properties) => {
    properties.only(['KeySpec', 'KeyUsage'], ['Description', 'Enabled', 'KeyPolicy', 'PendingWindowInDays', 'Tags']);
    if (properties.text('KeySpec') !== 'HMAC_256' || properties.text('KeyUsage') !== 'GENERATE_VERIFY_MAC') {
      throw new TemplateError(`${properties.where}: only keys for HMAC_256 are played`);
    }
    model.macKeys.push(identity);
  },
  'AWS::SQS::Queue': (model, identity, properties) => {
    properties.only(
      ['QueueName', 'VisibilityTimeout', 'MessageRetentionPeriod'],
      ['KmsMasterKeyId', 'SqsManagedSseEnabled', 'Tags', 'ReceiveMessageWaitTimeSeconds'],
    );
    model.queues.push({
      ...identity,
      visibilityTimeoutSeconds: properties.number('VisibilityTimeout', 30),
      retentionSeconds: properties.number('MessageRetentionPeriod', 345_600),
    });
  },
  'AWS::Serverless::HttpApi': (model, __, properties) => {
    properties.only(
      ['StageName', 'DefinitionBody'],
      [
        'AccessLogSettings',
        'Auth',
        'DefaultRouteSettings',
        'Description',
        'FailOnWarnings',
        'Name',
        'RouteSettings',
        'Tags',
      ],
    );
    if (properties.text('StageName', '$default') !== '$default') {
      throw new TemplateError(`${properties.where}.StageName: only $default is played`);
    }
    if (properties.has('DefinitionBody')) model.authorization = readAuthorization(properties.in('DefinitionBody'));
  },
};

const without = (values: Json, names: string[]): Json =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

/** Globals by the part of the resource type behind `AWS::Serverless::`. */
const globalsFor = (document: Json, type: string): Json => {
  const globals = isObject(document.Globals) ? document.Globals : {};
  const kind = globals[type.replace('AWS::Serverless::', '')];
  return type.startsWith('AWS::Serverless::') && isObject(kind) ? kind : {};
};

const readResource = (
  model: TemplateModel,
  scope: TemplateScope,
  document: Json,
  resource: Resource,
  directory: string,
) => {
  const { logicalId, type } = resource;
  try {
    const merged = withGlobals(globalsFor(document, type), resource.properties);
    const properties = new Properties(logicalId, scope.resolve(merged));
    const metadata = new Properties(`${logicalId}.Metadata`, scope.resolve(resource.metadata));
    const { name, ref, attributes } = scope.identity(logicalId);
    model.resources[logicalId] = ref;
    READERS[type]?.(model, { logicalId, name, arn: attributes.Arn ?? ref }, properties, metadata, directory);
  } catch (error) {
    if (!(error instanceof TemplateError) || error.message.startsWith(logicalId)) throw error;
    throw new TemplateError(`${logicalId}: ${error.message}`, { cause: error });
  }
};

/**
 * Reads a SAM template as the embedded AWS plays it: every intrinsic resolved, every name and ARN known.
 * @throws TemplateError naming the place, for whatever is not played here and for references to nothing
 * @throws TemplateParameterError
 */
export const readTemplate = (path: string, options: ReadTemplateOptions): TemplateModel => {
  const document = parseTemplate(readFileSync(path, 'utf8'), path);
  new Properties(path, document).only(SECTIONS);
  const declared = (document.Parameters ?? {}) as Record<string, ParameterDeclaration>;
  const values = parameterValues(declared, options.parameters ?? {});
  checkRules(isObject(document.Rules) ? document.Rules : {}, values);
  const scope = new TemplateScope(document, values, options);
  const model: TemplateModel = {
    functions: [],
    machines: [],
    tables: [],
    buses: [],
    rules: [],
    schedules: [],
    queues: [],
    macKeys: [],
    routes: [],
    outputs: {},
    resources: {},
  };
  for (const resource of scope.resources.values()) readResource(model, scope, document, resource, dirname(path));
  if (model.authorization) authorizeRoutes(model.routes, model.authorization);
  const outputs = new Properties('Outputs', document.Outputs);
  for (const name of Object.keys(outputs.values)) {
    const output = outputs.in(name);
    if (output.has('Condition') && !scope.condition(output.text('Condition'))) continue;
    const value = String(scope.resolve(output.values.Value));
    // The API's address on AWS, as a template has to spell it, is the local one here.
    model.outputs[name] = value.replace(`https://${API_ID}.execute-api.us-west-2.amazonaws.com`, options.apiUrl);
  }
  return model;
};
