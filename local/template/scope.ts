import {
  ACCOUNT,
  arn,
  eventBusArn,
  functionArn,
  PARTITION,
  queueArn,
  REGION,
  ruleArn,
  stateMachineArn,
  tableArn,
} from '../identity.ts';
import { TemplateError } from './errors.ts';
import { NO_VALUE, resolveCondition, resolveIntrinsics, type Scope } from './intrinsics.ts';
import { isObject, type Json } from './properties.ts';

/** Where the embedded AWS listens, for what the template derives from it (queue URLs, the API's endpoint). */
export interface Surroundings {
  stackName: string;
  apiUrl: string;
  awsEndpoint: string;
}

export interface Resource {
  logicalId: string;
  type: string;
  properties: Json;
  metadata: Json;
}

interface Identity {
  ref: string;
  attributes: Record<string, string>;
}

interface Kind {
  nameProperty: string;
  identify(name: string, surroundings: Surroundings, properties: Json): Identity;
}

const named = (nameProperty: string, toArn: (name: string) => string): Kind => ({
  nameProperty,
  identify: (name) => ({ ref: name, attributes: { Arn: toArn(name), Name: name } }),
});

/** The resources that are played. Every other type is either knowingly ignored or an error. */
const PLAYED: Record<string, Kind> = {
  'AWS::Serverless::Function': named('FunctionName', (name) => functionArn(name)),
  'AWS::DynamoDB::Table': named('TableName', tableArn),
  'AWS::Events::EventBus': named('Name', eventBusArn),
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    identify: (name, _, { EventBusName }) => ({
      ref: name,
      attributes: { Arn: ruleArn(typeof EventBusName === 'string' ? EventBusName : 'default', name) },
    }),
  },
  'AWS::Serverless::StateMachine': {
    nameProperty: 'Name',
    identify: (name) => ({ ref: stateMachineArn(name), attributes: { Arn: stateMachineArn(name), Name: name } }),
  },
  'AWS::KMS::Key': {
    // AWS gives an id of its own.
    nameProperty: 'no property',
    identify: (name) => ({ ref: name, attributes: { Arn: arn('kms', `key/${name}`), KeyId: name } }),
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: (name, { awsEndpoint }) => {
      const url = `${awsEndpoint}/${ACCOUNT}/${name}`;
      return { ref: url, attributes: { Arn: queueArn(name), QueueName: name, QueueUrl: url } };
    },
  },
  'AWS::Serverless::HttpApi': {
    nameProperty: 'Name',
    identify: (_, { apiUrl }) => ({ ref: API_ID, attributes: { ApiId: API_ID, ApiEndpoint: apiUrl } }),
  },
};

/** The one HTTP API's id. AWS gives ten such characters. */
export const API_ID = 'embedded00';

/** What these describe (permissions, logs, alarms, networks, a machine that stands for settings) has no effect on one machine. */
const IGNORED =
  /^AWS::(IAM::\w+|Logs::\w+|CloudWatch::\w+|SQS::QueuePolicy|Lambda::Permission|Events::EventBusPolicy|EC2::\w+|StepFunctions::StateMachine)$/;

/** What SAM adds to a template: `<Function>Role`, `<Function><Event>` (the rule), `<Api>ApiGatewayDefaultStage`. */
const isGenerated = (name: string, resources: Map<string, Resource>): boolean =>
  [...resources.values()].some(({ logicalId, properties }) => {
    if (!name.startsWith(logicalId)) return false;
    const rest = name.slice(logicalId.length);
    return (
      rest === 'Role' || rest === 'ApiGatewayDefaultStage' || (isObject(properties.Events) && rest in properties.Events)
    );
  });

/** The names of one template: parameters, pseudo parameters, mappings, conditions and resources. */
export class TemplateScope implements Scope {
  readonly resources = new Map<string, Resource>();
  readonly #document: Json;
  readonly #parameters: Record<string, string | string[]>;
  readonly #surroundings: Surroundings;
  readonly #resolving = new Set<string>();

  constructor(document: Json, parameters: Record<string, string | string[]>, surroundings: Surroundings) {
    this.#document = document;
    this.#parameters = parameters;
    this.#surroundings = surroundings;
    for (const [logicalId, declared] of Object.entries(this.#section('Resources'))) {
      if (!isObject(declared) || typeof declared.Type !== 'string')
        throw new TemplateError(`${logicalId}: has no Type`);
      const { Type: type, Properties: properties = {}, Metadata: metadata = {}, Condition: condition } = declared;
      if (!(type in PLAYED) && !IGNORED.test(type)) {
        throw new TemplateError(`${logicalId}: ${type} is not played by the embedded AWS`);
      }
      if (typeof condition === 'string' && !this.condition(condition)) continue;
      this.resources.set(logicalId, { logicalId, type, properties: properties as Json, metadata: metadata as Json });
    }
  }

  resolve(value: unknown): unknown {
    return resolveIntrinsics(value, this);
  }

  ref(name: string): unknown {
    const parameter = this.#parameters[name];
    if (parameter !== undefined) return parameter;
    if (this.resources.has(name)) return this.identity(name).ref;
    if (this.#isQualified(name)) return this.#qualified(name);
    if (isGenerated(name, this.resources)) return `${this.#surroundings.stackName}-${name}`;
    return this.#pseudoParameter(name);
  }

  getAtt(resource: string, attribute: string): unknown {
    const { stackName } = this.#surroundings;
    if (!this.resources.has(resource)) {
      if (isGenerated(resource, this.resources)) return arn('cloudformation', `${stackName}-${resource}/${attribute}`);
      throw new TemplateError(`!GetAtt ${resource}.${attribute}: there is no resource ${resource}`);
    }
    if (!this.#isPlayed(resource)) return arn('cloudformation', `${stackName}-${resource}/${attribute}`);
    const value = this.identity(resource).attributes[attribute];
    if (value === undefined) throw new TemplateError(`!GetAtt ${resource}.${attribute}: no such attribute`);
    return value;
  }

  placeholder(name: string): unknown {
    const dot = name.indexOf('.');
    if (dot < 0 || this.#isQualified(name)) return this.ref(name);
    return this.getAtt(name.slice(0, dot), name.slice(dot + 1));
  }

  condition(name: string): boolean {
    const declared = this.#section('Conditions')[name];
    if (declared === undefined) throw new TemplateError(`Condition ${name}: the template declares none`);
    return this.#once(`condition ${name}`, () => resolveCondition(declared, this));
  }

  mapping(map: string, topLevelKey: string, secondLevelKey: string): unknown {
    const first = this.#section('Mappings')[map];
    const second = isObject(first) ? first[topLevelKey] : undefined;
    const value = isObject(second) ? second[secondLevelKey] : undefined;
    if (value === undefined) throw new TemplateError(`Fn::FindInMap: no ${map}.${topLevelKey}.${secondLevelKey}`);
    return value;
  }

  /** Name and ARN of a played resource. */
  identity(logicalId: string): Identity & { name: string } {
    const { type, properties } = this.resources.get(logicalId) as Resource;
    const { stackName } = this.#surroundings;
    const kind = PLAYED[type];
    const generated = `${stackName}-${logicalId}`;
    if (!kind) return { name: generated, ref: generated, attributes: {} };
    return this.#once(`resource ${logicalId}`, () => {
      const given = this.resolve(properties[kind.nameProperty] ?? generated);
      const bus = { EventBusName: this.resolve(properties.EventBusName) };
      const name = typeof given === 'string' ? given : generated;
      return { name, ...kind.identify(name, this.#surroundings, bus) };
    });
  }

  #isPlayed(logicalId: string): boolean {
    return (this.resources.get(logicalId) as Resource).type in PLAYED;
  }

  /** SAM's `Function.Version` and `Function.Alias`, for Ref and Fn::Sub. */
  #isQualified(name: string): boolean {
    const [owner = '', kind = ''] = name.split('.');
    return this.resources.get(owner)?.type === 'AWS::Serverless::Function' && ['Version', 'Alias'].includes(kind);
  }

  #qualified(name: string): string {
    const [owner = '', kind] = name.split('.');
    const { properties } = this.resources.get(owner) as Resource;
    const globals = this.#section('Globals').Function;
    const alias = this.resolve(
      properties.AutoPublishAlias ?? (isObject(globals) ? globals.AutoPublishAlias : undefined),
    );
    if (typeof alias === 'string' && kind === 'Alias') return functionArn(this.identity(owner).name, alias);
    if (typeof alias === 'string' && kind === 'Version') return functionArn(this.identity(owner).name, '1');
    throw new TemplateError(`!Ref ${name}: needs AutoPublishAlias`);
  }

  #pseudoParameter(name: string): unknown {
    const values: Record<string, unknown> = {
      'AWS::Region': REGION,
      'AWS::AccountId': ACCOUNT,
      'AWS::Partition': PARTITION,
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.#surroundings.stackName,
      'AWS::StackId': arn('cloudformation', `stack/${this.#surroundings.stackName}/embedded`),
      'AWS::NoValue': NO_VALUE,
    };
    if (name in values) return values[name];
    throw new TemplateError(`!Ref ${name}: refers to nothing`);
  }

  #section(name: string): Json {
    const section = this.#document[name] ?? {};
    if (!isObject(section)) throw new TemplateError(`${name}: is not a map`);
    return section;
  }

  /** Runs `resolve` unless it is already running further up: then the template goes round in a circle. */
  #once<T>(subject: string, resolve: () => T): T {
    if (this.#resolving.has(subject)) throw new TemplateError(`${subject}: depends on itself`);
    this.#resolving.add(subject);
    try {
      return resolve();
    } finally {
      this.#resolving.delete(subject);
    }
  }
}
