import { ClientError } from '../errors.ts';

/** Nowhere is said in which Region the stack is. */
export class RegionMissingError extends ClientError {
  override readonly name = 'RegionMissingError';
  readonly code = 'region-missing';

  constructor(options?: ErrorOptions) {
    super('No Region is given: pass --region, or set AWS_REGION or the region of the profile', options);
  }
}

/** The SDK's chain (environment, profile, SSO, container, instance) has no credentials. */
export class CredentialsMissingError extends ClientError {
  override readonly name = 'CredentialsMissingError';
  readonly code = 'credentials-missing';

  constructor(profile: string | undefined, cause: Error) {
    const where = profile === undefined ? '' : ` for the profile ${profile}`;
    super(
      `There are no AWS credentials${where} (${cause.message}): pass --profile, run aws configure or aws sso login, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
      { cause },
    );
  }
}

/** There are credentials, and their time is over. */
export class CredentialsExpiredError extends ClientError {
  override readonly name = 'CredentialsExpiredError';
  readonly code = 'credentials-expired';

  constructor(profile: string | undefined, said: string, options?: ErrorOptions) {
    const login = profile === undefined ? 'aws sso login' : `aws sso login --profile ${profile}`;
    super(`The AWS credentials have expired (${said}): renew them, say by ${login}, and try again`, options);
  }
}

/** AWS does not know the key, or finds the signature wrong. */
export class CredentialsRefusedError extends ClientError {
  override readonly name = 'CredentialsRefusedError';
  readonly code = 'credentials-refused';

  constructor(said: string, options?: ErrorOptions) {
    super(
      `AWS does not accept the credentials (${said}): look whether key and secret belong together, and at the clock`,
      options,
    );
  }
}

export class StackNotFoundError extends ClientError {
  override readonly name = 'StackNotFoundError';
  readonly code = 'stack-not-found';

  constructor(stack: string, region: string, options?: ErrorOptions) {
    super(
      `There is no stack ${stack} in ${region}, in the account of these credentials: look at its name by aws cloudformation list-stacks --region ${region}, and at the account by aws sts get-caller-identity`,
      options,
    );
  }
}

/** The stack may be there; this identity may not look. */
export class StackAccessDeniedError extends ClientError {
  override readonly name = 'StackAccessDeniedError';
  readonly code = 'stack-access-denied';

  constructor(stack: string, said: string, options?: ErrorOptions) {
    super(
      `The stack ${stack} cannot be read (${said}): the identity needs cloudformation:DescribeStacks on it`,
      options,
    );
  }
}

/** The stack is there, and does not say where its API is. */
export class StackWithoutApiError extends ClientError {
  override readonly name = 'StackWithoutApiError';
  readonly code = 'stack-without-api';

  constructor(stack: string, status: string, found: string) {
    super(
      `The stack ${stack} (${status}) ${found}: is it one of elasticache-migrator's template, and has its creation come to an end?`,
    );
  }
}

/** CloudFormation or STS gave no answer that helps. */
export class AwsUnreachableError extends ClientError {
  override readonly name = 'AwsUnreachableError';
  readonly code = 'aws-unreachable';

  constructor(what: string, cause: Error) {
    super(
      `${what} does not answer (${cause.name}: ${cause.message}): look at the network, the Region and AWS_ENDPOINT_URL`,
      {
        cause,
      },
    );
  }
}
