import { type Resource, template } from './support.ts';

/** A policy of AWS's own that SAM gives to a role, because of a property: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ */
export interface ManagedPolicy {
  name: string;
  actions: string[];
  /** Why it stays, though it is wider than what is called. */
  reason: string;
  isGivenTo(resource: Resource): boolean;
}

const isFunction = ({ Type }: Resource): boolean => Type === 'AWS::Serverless::Function';
const traces = ({ Type, Properties }: Resource): boolean =>
  Type === 'AWS::Serverless::StateMachine'
    ? (Properties.Tracing as { Enabled: boolean } | undefined)?.Enabled === true
    : (Properties.Tracing ?? template.Globals.Function.Tracing) === 'Active';

export const MANAGED_POLICIES: readonly ManagedPolicy[] = [
  {
    name: 'AWSLambdaBasicExecutionRole',
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    reason:
      'SAM gives it to every role that it makes; by it Lambda writes what a function logs. It holds for every log group.',
    isGivenTo: isFunction,
  },
  {
    name: 'AWSXrayWriteOnlyAccess',
    actions: [
      ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      ...['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:GetSamplingStatisticSummaries'],
    ],
    reason: 'SAM gives it wherever Tracing is on. X-Ray has no resources to name for writing traces.',
    isGivenTo: (resource) =>
      (isFunction(resource) || resource.Type === 'AWS::Serverless::StateMachine') && traces(resource),
  },
  {
    name: 'AWSLambdaVPCAccessExecutionRole',
    actions: [
      ...['CreateNetworkInterface', 'DeleteNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets'],
      ...['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'],
    ].map((name) => `ec2:${name}`),
    reason:
      'SAM gives it wherever VpcConfig is written, whatever its condition says, so in an API-only stack, too. Lambda makes network interfaces by it; NetworkInterfacesByCode takes that from the code.',
    isGivenTo: (resource) => isFunction(resource) && resource.Properties.VpcConfig !== undefined,
  },
];

/** Names of the policies of AWS's own that a resource's role is given. */
export const managedPoliciesOf = (resource: Resource): string[] =>
  MANAGED_POLICIES.filter(({ isGivenTo }) => isGivenTo(resource)).map(({ name }) => name);
