import { type CloudFormationClient, paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { isPrivateUrl } from '../loopback.ts';
import type { TokenWanted } from '../token/errors.ts';
import { StackAccessDeniedError, StackNotFoundError, StackWithoutApiError } from './errors.ts';
import { asClientError, isDenied } from './failure.ts';

/** The template's output with the API's address. */
const API_OUTPUT = 'ApiUrl';

/** What a stack says of its API. */
export interface StackApi {
  apiUrl: string;
  /** Which requests it takes; undefined of a stack that was deployed before there was such an output. */
  authorization: 'iam' | 'jwt' | undefined;
  /** Of the tokens, where it takes those. */
  wanted: TokenWanted;
}

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

const authorizationIn = (value: string | undefined): StackApi['authorization'] =>
  value === 'iam' || value === 'jwt' ? value : undefined;

/**
 * Where the API of a deployed stack is, and which requests it takes.
 * @throws StackNotFoundError, StackAccessDeniedError, StackWithoutApiError, and what {@link asClientError} tells
 */
export const findApi = async (client: CloudFormationClient, request: StackRequest): Promise<StackApi> => {
  const { StackName = request.stack, StackStatus = 'UNKNOWN', Outputs = [] } = await describe(client, request);
  const output = (name: string) => Outputs.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
  const apiUrl = output(API_OUTPUT);
  if (apiUrl === undefined) throw new StackWithoutApiError(StackName, StackStatus, `has no output ${API_OUTPUT}`);
  // Signed requests carry a session token, others a bearer token, which nobody on the way may read.
  if (!isPrivateUrl(apiUrl)) {
    throw new StackWithoutApiError(StackName, StackStatus, `has an output ${API_OUTPUT} that is no https URL`);
  }
  const issuer = output('TokenIssuer');
  return {
    apiUrl,
    authorization: authorizationIn(output('Authorization')),
    wanted: {
      audiences: output('TokenAudience')?.split(',') ?? [],
      ...(issuer !== undefined && { issuer }),
    },
  };
};
