import { type CloudFormationClient, paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { StackAccessDeniedError, StackNotFoundError, StackWithoutApiError } from './errors.ts';
import { asClientError, isDenied } from './failure.ts';

/** The template's output with the API's address. */
const API_OUTPUT = 'ApiUrl';

export interface StackRequest {
  /** A name, or an ARN. */
  stack: string;
  region: string;
  profile?: string;
}

const isAbsent = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);

const describe = async (client: CloudFormationClient, { stack, region, profile }: StackRequest): Promise<Stack> => {
  try {
    for await (const { Stacks = [] } of paginateDescribeStacks({ client }, { StackName: stack })) {
      const found = Stacks.find(({ StackName, StackId }) => StackName === stack || StackId === stack);
      if (found) return found;
    }
  } catch (error) {
    if (isAbsent(error)) throw new StackNotFoundError(stack, region, { cause: error });
    if (isDenied(error)) throw new StackAccessDeniedError(stack, error.message, { cause: error });
    throw asClientError(error, `CloudFormation in ${region}`, profile);
  }
  throw new StackNotFoundError(stack, region);
};

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Signed requests carry a session token, which nobody on the way may read. */
const isSafe = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || LOOPBACK.includes(url.hostname));
};

/**
 * Where the API of a deployed stack is.
 * @throws StackNotFoundError, StackAccessDeniedError, StackWithoutApiError, and what {@link asClientError} tells
 */
export const findApiUrl = async (client: CloudFormationClient, request: StackRequest): Promise<string> => {
  const { StackName = request.stack, StackStatus = 'UNKNOWN', Outputs = [] } = await describe(client, request);
  const apiUrl = Outputs.find(({ OutputKey }) => OutputKey === API_OUTPUT)?.OutputValue;
  if (apiUrl === undefined) throw new StackWithoutApiError(StackName, StackStatus, `has no output ${API_OUTPUT}`);
  if (!isSafe(apiUrl)) {
    throw new StackWithoutApiError(StackName, StackStatus, `has an output ${API_OUTPUT} that is no https URL`);
  }
  return apiUrl;
};
