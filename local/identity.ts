/** The account and region that the embedded AWS plays. Documented AWS samples of ElastiCache are of us-west-2. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-west-2';
export const PARTITION = 'aws';

/** `arn:aws:<service>:us-west-2:000000000000:<resource>` */
export const arn = (service: string, resource: string): string =>
  `arn:${PARTITION}:${service}:${REGION}:${ACCOUNT}:${resource}`;

export const functionArn = (name: string, qualifier?: string): string =>
  arn('lambda', qualifier === undefined ? `function:${name}` : `function:${name}:${qualifier}`);

export const stateMachineArn = (name: string): string => arn('states', `stateMachine:${name}`);

export const executionArn = (machineName: string, executionName: string): string =>
  arn('states', `execution:${machineName}:${executionName}`);

export const eventBusArn = (name: string): string => arn('events', `event-bus/${name}`);

/** On the default bus the bus is not part of a rule's ARN. */
export const ruleArn = (busName: string, ruleName: string): string =>
  arn('events', busName === 'default' ? `rule/${ruleName}` : `rule/${busName}/${ruleName}`);

export const queueArn = (name: string): string => arn('sqs', name);

export const tableArn = (name: string): string => arn('dynamodb', `table/${name}`);

export const replicationGroupArn = (id: string): string => arn('elasticache', `replicationgroup:${id}`);
