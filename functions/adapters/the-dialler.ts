import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { shown } from '../migration/shown.ts';
import { theDialledNetworks } from './allowed-networks.ts';
import { Dialler, type DiallerOptions } from './dial.ts';
import { type FetchSecret, NO_SECRETS, SecretUnread, SourceSecrets } from './source-secrets.ts';

/** Repeats included: a fence that has to be lifted has 10 s for all. */
const READ_WITHIN_MS = 3000;

interface Fault {
  name?: string;
  message?: string;
}

const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

/** What is answered there is kept for the next deployment, unlike what one is told on its command line. */
const KEY_FOR_SECRETS =
  'npm ci && sam build && sam deploy --guided # at SourceSecretKeyArn give the key that encrypts the secret';

/** What an operator does about it, by the errors of Secrets Manager's API (GetSecretValue). */
const remedyOf = (arn: string, name: string): string[] =>
  ({
    TimeoutError: [
      // Asked for: in China some services have names of another form.
      `SERVICE=$(aws ec2 describe-vpc-endpoint-services --region ${regionOf(arn)} --query "ServiceNames[?ends_with(@, '.secretsmanager')] | [0]" --output text)`,
      `aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --service-name "$SERVICE" --region ${regionOf(arn)} --vpc-id "$VPC" --subnet-ids "$SUBNET" --security-group-ids "$SECURITY_GROUP"`,
    ],
    AccessDeniedException: [`aws secretsmanager describe-secret --secret-id ${arn} --query KmsKeyId`, KEY_FOR_SECRETS],
    DecryptionFailure: [KEY_FOR_SECRETS],
    ResourceNotFoundException: [`aws secretsmanager describe-secret --secret-id ${arn}`],
    InvalidRequestException: [`aws secretsmanager restore-secret --secret-id ${arn}`],
  })[name] ?? [];

/** By Secrets Manager's GetSecretValue. */
export const secretsManager =
  (client = new SecretsManagerClient({ maxAttempts: 3 }), withinMs = READ_WITHIN_MS): FetchSecret =>
  async (arn) => {
    const abortSignal = AbortSignal.timeout(withinMs);
    try {
      const { SecretString, VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }), {
        abortSignal,
      });
      if (SecretString === undefined) throw new SecretUnread('it is binary, and has to be text');
      return { text: SecretString, versionId: VersionId };
    } catch (error) {
      if (error instanceof SecretUnread) throw error;
      const { name = 'Error', message = '' } = error as Fault;
      if (abortSignal.aborted) throw new SecretUnread(`no answer within ${withinMs} ms`, remedyOf(arn, 'TimeoutError'));
      throw new SecretUnread(shown(`${name}: ${message}`, 200), remedyOf(arn, name));
    }
  };

let secrets: SourceSecrets | undefined;

/** One for all connections of the process; the variable is empty where the deployment has none. */
const theSourceSecrets = (): SourceSecrets => {
  const arns = process.env.SOURCE_SECRET_ARNS;
  secrets ??= arns ? new SourceSecrets(arns.split(','), secretsManager(), READ_WITHIN_MS) : NO_SECRETS;
  return secrets;
};

/** Of the deployment: into its networks, if it reaches any, with its secrets. @throws EnvironmentError */
export const theDialler = (options?: DiallerOptions): Dialler =>
  new Dialler(theDialledNetworks(), theSourceSecrets(), options);
