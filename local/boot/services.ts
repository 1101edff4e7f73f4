import type { Clock } from '../clock.ts';
import { LinkHealth } from '../cloudwatch/link-health.ts';
import { DynamoDb } from '../dynamodb/service.ts';
import { ElastiCache } from '../elasticache/service.ts';
import { EventBridge } from '../eventbridge/service.ts';
import { ACCOUNT, REGION } from '../identity.ts';
import { Kms } from '../kms/keys.ts';
import { bundleFunctions } from '../lambda/bundle.ts';
import { LambdaService } from '../lambda/service.ts';
import { Secrets } from '../secretsmanager/secrets.ts';
import { Queues } from '../sqs/queues.ts';
import { StepFunctions } from '../stepfunctions/service.ts';
import { TemplateError } from '../template/errors.ts';
import type { TemplateModel } from '../template/model.ts';
import { addressesOf } from './aliases.ts';
import { lambdaInvoke } from './lambda-invoke.ts';
import type { EmbeddedAwsOptions } from './options.ts';
import { eventsPutEvents } from './put-events.ts';
import { statesStartExecution } from './start-execution.ts';
import { callTarget } from './targets.ts';
import type { Teardown } from './teardown.ts';

/** A service's refusal of something in the template, behind the name of what it is about. */
const named = (name: string, create: () => void): void => {
  try {
    create();
  } catch (error) {
    throw new TemplateError(`${name}: ${(error as Error).message}`, { cause: error });
  }
};

/** The services of one template, wired to each other; none is reachable from outside yet. */
export const makeServices = async (
  model: TemplateModel,
  options: EmbeddedAwsOptions & { clock: Clock; report: (error: unknown) => void },
  awsEndpoint: string,
  teardown: Teardown,
) => {
  const { clock, report, lambda: lambdaOptions = {}, hostAliases = {} } = options;
  const dynamo = new DynamoDb();
  const bundling = bundleFunctions(model.functions);
  // Both at once; a table that cannot be created must not leave bundles behind.
  const [bundled, ...tables] = await Promise.allSettled([
    bundling,
    ...model.tables.map((table) => dynamo.createTable(table)),
  ]);
  if (bundled.status === 'rejected') throw bundled.reason;
  const bundles = bundled.value;
  teardown.add(() => bundles.remove());
  for (const table of tables) if (table.status === 'rejected') throw table.reason;

  const queues = new Queues({ clock });
  teardown.add(() => queues.close());
  for (const queue of model.queues) queues.create(queue.name, queue);

  const kms = new Kms();
  for (const key of model.macKeys) kms.createMacKey(key.name);
  const secrets = new Secrets();
  for (const [name, text] of Object.entries(options.secrets ?? {})) secrets.put(name, text);
  const elastiCache = new ElastiCache({ ...options.elastiCache, clock, aliases: new Map(addressesOf(hostAliases)) });
  teardown.add(() => elastiCache.close());
  const linkHealth = new LinkHealth(elastiCache, clock, options.cloudWatch);
  teardown.add(async () => linkHealth.close());

  const { env = {}, warm: _, unhandledErrorNames = 'documented', ...rest } = lambdaOptions;
  const lambda = new LambdaService({
    ...rest,
    functions: model.functions,
    bundles,
    clock,
    hostAliases,
    report,
    environment: { AWS_ENDPOINT_URL: awsEndpoint, ...env },
    discard: (queueArn, record) => queues.send(queueArn, JSON.stringify(record)),
  });
  teardown.add(() => lambda.close());

  const stepFunctions: StepFunctions = new StepFunctions({
    clock,
    region: REGION,
    account: ACCOUNT,
    integrations: {
      'arn:aws:states:::lambda:invoke': lambdaInvoke(lambda, unhandledErrorNames),
      'arn:aws:states:::events:putEvents': (args, call) => eventsPutEvents(eventBridge)(args, call),
      'arn:aws:states:::states:startExecution': statesStartExecution(() => stepFunctions),
    },
    onStatusChange: (detail) =>
      eventBridge.putServiceEvent({
        source: 'aws.states',
        detailType: 'Step Functions Execution Status Change',
        resources: [detail.executionArn],
        detail,
      }),
  });
  teardown.add(() => stepFunctions.close());

  const eventBridge: EventBridge = new EventBridge({
    clock,
    report,
    ...(options.deliveries ? { policy: options.deliveries } : {}),
    call: callTarget(lambda, stepFunctions),
    sendToQueue: ({ queueArn, body, attributes }) => {
      const entries = Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: 'String', StringValue: value },
      ]);
      queues.send(queueArn, body, Object.fromEntries(entries));
    },
  });
  teardown.add(() => eventBridge.close());

  for (const machine of model.machines) named(machine.logicalId, () => stepFunctions.createStateMachine(machine));
  for (const bus of model.buses) eventBridge.createBus(bus.name);
  for (const rule of model.rules) named(rule.name, () => eventBridge.putRule(rule));
  for (const schedule of model.schedules) named(schedule.name, () => eventBridge.addSchedule(schedule));
  return { dynamo, queues, kms, secrets, elastiCache, linkHealth, lambda, stepFunctions, eventBridge };
};
