/** A metric that AWS documents: the page, and the sets of dimensions that it is told under. */
interface DocumentedMetric {
  page: string;
  dimensions: string[][];
}

const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html';
const STATES = 'https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html';
const TABLE = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html';
const machine: DocumentedMetric = { page: STATES, dimensions: [['StateMachineArn']] };
const lambda: DocumentedMetric = { page: LAMBDA, dimensions: [['FunctionName']] };
const table: DocumentedMetric = { page: TABLE, dimensions: [['TableName'], ['GlobalSecondaryIndexName', 'TableName']] };

/** What alarms and the dashboard use of AWS's own metrics. */
export const AWS_METRICS: Readonly<Record<string, DocumentedMetric>> = {
  'AWS/Lambda Throttles': lambda,
  'AWS/Lambda Errors': lambda,
  'AWS/Lambda Invocations': lambda,
  'AWS/Lambda Duration': lambda,
  'AWS/Lambda ClaimedAccountConcurrency': {
    page: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html',
    dimensions: [[]],
  },
  // The usage metric of the quota L-B99A9384, for SERVICE_QUOTA.
  'AWS/Usage ResourceCount': {
    page: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html',
    dimensions: [['Class', 'Resource', 'Service', 'Type']],
  },
  'AWS/States ExecutionsFailed': machine,
  'AWS/States ExecutionsTimedOut': machine,
  'AWS/States ExecutionThrottled': machine,
  'AWS/DynamoDB ReadThrottleEvents': table,
  'AWS/DynamoDB WriteThrottleEvents': table,
  'AWS/SQS ApproximateNumberOfMessagesVisible': {
    page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html',
    dimensions: [['QueueName']],
  },
  'AWS/ApiGateway 5xx': {
    page: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html',
    dimensions: [['ApiId']],
  },
};
