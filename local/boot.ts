import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import { addressesOf } from './boot/aliases.ts';
import type { EmbeddedAwsOptions } from './boot/options.ts';
import { makeServices } from './boot/services.ts';
import { Teardown } from './boot/teardown.ts';
import { systemClock } from './clock.ts';
import { cloudFormationWire } from './cloudformation/protocol.ts';
import type { LinkHealth } from './cloudwatch/link-health.ts';
import { cloudWatchWire } from './cloudwatch/protocol.ts';
import type { DynamoDb } from './dynamodb/service.ts';
import { elastiCacheWire } from './elasticache/protocol.ts';
import type { ElastiCache } from './elasticache/service.ts';
import { type FaultPolicy, startEndpoint } from './endpoint/endpoint.ts';
import { listen } from './endpoint/listen.ts';
import { eventBridgeWire } from './eventbridge/protocol.ts';
import type { EventBridge, EventListener } from './eventbridge/service.ts';
import { httpApi } from './gateway/gateway.ts';
import { Mounts } from './gateway/mounts.ts';
import { gatewayMessage } from './gateway/response.ts';
import type { Kms } from './kms/keys.ts';
import { kmsWire } from './kms/protocol.ts';
import { lambdaWire } from './lambda/protocol.ts';
import type { LambdaService } from './lambda/service.ts';
import { secretsManagerWire } from './secretsmanager/protocol.ts';
import type { Secrets } from './secretsmanager/secrets.ts';
import { sqsWire } from './sqs/protocol.ts';
import type { Queues } from './sqs/queues.ts';
import { stepFunctionsWire } from './stepfunctions/protocol.ts';
import type { StepFunctions } from './stepfunctions/service.ts';
import { stsWire } from './sts/protocol.ts';
import { readTemplate } from './template/read.ts';

export type { EmbeddedAwsOptions } from './boot/options.ts';

export interface EmbeddedAws {
  /** `http://127.0.0.1:<port>`, likewise below */
  apiUrl: string;
  awsEndpoint: string;
  elastiCache: ElastiCache;
  /** The datapoints that CloudWatch has of groups under migration. */
  linkHealth: LinkHealth;
  stepFunctions: StepFunctions;
  lambda: LambdaService;
  eventBridge: EventBridge;
  queues: Queues;
  /** Its keys are made by createKey; the functions sign by the one that CertificateKeyArn names. */
  kms: Kms;
  /** Functions read those that SourceSecretArns names. */
  secrets: Secrets;
  dynamo: DynamoDb;
  /** The template's Outputs. */
  outputs: Record<string, string>;
  /** What `!Ref` gives for each resource of the template, by logical id: a function's name, a machine's ARN, a queue's URL. */
  resources: Record<string, string>;
  /** Hears every event that is put on any bus. @returns a function that ends the listening */
  onEvent(listener: EventListener): () => void;
  /** Replaces where `host:port` leads, for functions and replication groups alike. */
  setHostAliases(aliases: Record<string, string>): void;
  setFaultPolicy(policy: FaultPolicy): void;
  /** From now on another listener answers what is asked of the API's port at this path and below it; no route is looked for. */
  mount(path: string, listener: RequestListener): void;
  /** Ends everything that was started, and waits for it. Idempotent. */
  end(): Promise<void>;
}

const TEMPLATE = fileURLToPath(new URL('../template.yaml', import.meta.url));

/** The gateway's listener takes its port first, so that a taken one fails at once; it learns its routes later. */
const startGateway = async (port: number) => {
  const starting = gatewayMessage(503, 'Service Unavailable');
  const mounts = new Mounts((_, response) => {
    response.writeHead(starting.status, starting.headers).end(starting.body);
  });
  return { ...(await listen(port, 'PORT', mounts.listener)), mounts };
};

/** Sources and nodes are processes of this machine; what else is dialled is private. A stack without subnets is API-only. */
const ON_THIS_MACHINE = {
  AllowedNetworks: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,127.0.0.0/8,::1/128',
  VpcSubnetIds: 'subnet-0123456789abcdef0',
  VpcSecurityGroupIds: 'sg-0123456789abcdef0',
};

const boot = async (options: EmbeddedAwsOptions, teardown: Teardown): Promise<EmbeddedAws> => {
  const { clock = systemClock, report = console.error, lambda: { warm = false } = {} } = options;
  const { signal, faults, stackName = 'elasticache-migrator', parameters = {} } = options;
  const endpoint = await startEndpoint({ port: options.awsPort ?? 0, report, ...(faults ? { faults } : {}) });
  teardown.add(() => endpoint.close());
  const gateway = await startGateway(options.apiPort ?? 0);
  teardown.add(() => gateway.close());
  const surroundings = { stackName, apiUrl: gateway.url, awsEndpoint: endpoint.url };
  const model = readTemplate(options.template ?? TEMPLATE, {
    ...surroundings,
    parameters: { ...(options.template === undefined && ON_THIS_MACHINE), ...parameters },
  });
  signal?.throwIfAborted();
  const services = await makeServices(model, { ...options, clock, report }, endpoint.url, teardown);
  signal?.throwIfAborted();
  const { dynamo, queues, kms, secrets, elastiCache, linkHealth, lambda, stepFunctions, eventBridge } = services;
  // Last to start, first to end: nothing new comes in while the services end.
  teardown.add(() => Promise.all([gateway.close(), endpoint.close()]).then(() => undefined));
  endpoint.serve({
    states: stepFunctionsWire(stepFunctions),
    events: eventBridgeWire(eventBridge),
    dynamodb: dynamo.wire,
    sqs: sqsWire(queues),
    lambda: lambdaWire(lambda),
    elasticache: elastiCacheWire(elastiCache),
    kms: kmsWire(kms),
    secretsmanager: secretsManagerWire(secrets),
    cloudwatch: cloudWatchWire(linkHealth),
    cloudformation: cloudFormationWire({ name: stackName, createdAt: new Date(clock.now()), outputs: model.outputs }),
    sts: stsWire,
  });
  const invoke = (arn: string, event: unknown) => lambda.invoke(arn, event);
  gateway.mounts.rest = httpApi({
    routes: model.routes,
    clock,
    report,
    invoke,
    ...(options.fetch && { fetch: options.fetch }),
  });
  if (warm !== false) await lambda.warm(warm === true ? undefined : warm.map((id) => model.resources[id] ?? id));
  signal?.throwIfAborted();
  return {
    ...services,
    apiUrl: gateway.url,
    awsEndpoint: endpoint.url,
    outputs: model.outputs,
    resources: model.resources,
    onEvent: (listener) => eventBridge.onEvent(listener),
    setHostAliases: (aliases) => {
      lambda.setHostAliases(aliases);
      elastiCache.aliases.clear();
      for (const [name, address] of addressesOf(aliases)) elastiCache.aliases.set(name, address);
    },
    setFaultPolicy: (policy) => endpoint.setFaultPolicy(policy),
    mount: (path, listener) => gateway.mounts.add(path, listener),
    end: () => teardown.run(),
  };
};

/**
 * Boots what the template describes: API, functions, state machines, buses, queues, tables, and ElastiCache behind one AWS
 * endpoint. A boot that fails, or is aborted by its signal, leaves nothing behind.
 * @throws PortTakenError, TemplateError, TemplateParameterError, esbuild's BuildFailure, TableCreationError
 */
export const startEmbeddedAws = async (options: EmbeddedAwsOptions = {}): Promise<EmbeddedAws> => {
  const teardown = new Teardown();
  try {
    return await boot(options, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
};
