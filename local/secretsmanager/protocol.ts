import { setTimeout as sleep } from 'node:timers/promises';
import { jsonAnswer, jsonError, type WireService } from '../endpoint/wire.ts';
import { type Secrets, SecretsManagerError } from './secrets.ts';

/** The JSON 1.1 slice of Secrets Manager that functions need: GetSecretValue of what is current. */
export const secretsManagerWire =
  (secrets: Secrets): WireService =>
  async ({ headers, body }) => {
    const name = (headers['x-amz-target'] ?? '').replace('secretsmanager.', '');
    if (name !== 'GetSecretValue') {
      return jsonError('UnknownOperationException', `Secrets Manager ${name} is not played by the embedded AWS`, '1.1');
    }
    if (secrets.delayMs > 0) await sleep(secrets.delayMs);
    try {
      const { SecretId = '', VersionStage = 'AWSCURRENT' } = JSON.parse(body.toString()) as Record<string, string>;
      if (VersionStage !== 'AWSCURRENT') {
        throw new SecretsManagerError('InvalidParameterException', `${VersionStage} is not played by the embedded AWS`);
      }
      const secret = secrets.get(SecretId);
      return jsonAnswer(
        {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: secret.versionId,
          SecretString: secret.text,
          VersionStages: ['AWSCURRENT'],
          CreatedDate: secret.createdAtMs / 1000,
        },
        '1.1',
      );
    } catch (error) {
      if (error instanceof SecretsManagerError) return jsonError(error.code, error.message, '1.1');
      if (error instanceof SyntaxError) return jsonError('InvalidRequestException', error.message, '1.1');
      throw error;
    }
  };
