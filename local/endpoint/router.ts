import type { WireRequest } from './wire.ts';

export type ServiceName =
  | 'states'
  | 'events'
  | 'dynamodb'
  | 'sqs'
  | 'lambda'
  | 'elasticache'
  | 'kms'
  | 'secretsmanager'
  | 'cloudwatch'
  | 'cloudformation'
  | 'sts';

export interface RoutedCall {
  service: ServiceName;
  /** `StartMigration`, `PutItem`, … */
  operation: string;
}

const BY_TARGET: Record<string, ServiceName> = {
  AWSStepFunctions: 'states',
  AWSEvents: 'events',
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  TrentService: 'kms',
  secretsmanager: 'secretsmanager',
  GraniteServiceVersion20100801: 'cloudwatch',
};

/** The API version of a query protocol request, which is the one thing in it that tells the service. */
const BY_QUERY_VERSION: Record<string, ServiceName> = {
  '2015-02-02': 'elasticache',
  '2010-05-15': 'cloudformation',
  '2011-06-15': 'sts',
};

/** The service in the credential scope of SigV4, which every signed request carries. */
const signedFor = ({ headers }: WireRequest): string | undefined =>
  /Credential=[^/]+\/\d+\/[\w-]+\/([\w-]+)\//.exec(headers.authorization ?? '')?.[1];

/** The access key in the credential scope. */
export const callerOf = ({ headers }: WireRequest): string | undefined =>
  /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];

/** What the request asks for, or undefined when nobody here speaks it. */
export const routeCall = (request: WireRequest): RoutedCall | undefined => {
  const { headers, path, body } = request;
  const target = headers['x-amz-target'];
  if (target !== undefined) {
    const [prefix = '', operation = ''] = target.split('.');
    const service = BY_TARGET[prefix];
    return service && { service, operation };
  }
  if (path.startsWith('/2015-03-31/functions/')) return { service: 'lambda', operation: 'Invoke' };
  // The media type may carry a charset: older command line clients send one.
  if (headers['content-type']?.split(';', 1)[0] === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams(body.toString());
    const service = BY_QUERY_VERSION[form.get('Version') ?? ''];
    return service && { service, operation: form.get('Action') ?? '' };
  }
  return undefined;
};

/** Says what came in, so that a request to a service that is not played here can be told from a broken one. */
export const describeUnknown = (request: WireRequest): string => {
  const { method, path, headers } = request;
  const signed = signedFor(request);
  const target = headers['x-amz-target'];
  const what = target ?? `${method} ${path} (${headers['content-type'] ?? 'no content type'})`;
  return `The embedded AWS does not play ${what}${signed === undefined ? '' : ` of ${signed}`}; it plays Step Functions, EventBridge (PutEvents), DynamoDB, SQS (JSON protocol), Lambda (Invoke), KMS (Sign, Verify, GetPublicKey), CloudWatch (GetMetricData), CloudFormation (DescribeStacks), STS (GetCallerIdentity) and ElastiCache`;
};
