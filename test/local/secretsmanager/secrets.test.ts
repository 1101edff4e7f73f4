import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsManager } from '../../../functions/adapters/the-dialler.ts';
import { secretsManagerWire } from '../../../local/secretsmanager/protocol.ts';
import { Secrets, secretArn } from '../../../local/secretsmanager/secrets.ts';
import { sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

const secrets = new Secrets();
let served: Served;
let client: SecretsManagerClient;
beforeAll(async () => {
  served = await serveAlone({ secretsmanager: secretsManagerWire(secrets) });
  client = new SecretsManagerClient(sdkSettings(served.url));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

describe('Secrets Manager', () => {
  it('tells the current value of a secret, by its ARN or its name', async () => {
    const arn = secrets.put('prod/redis', 'first');
    const first = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    secrets.put('prod/redis', 'second');
    const second = await client.send(new GetSecretValueCommand({ SecretId: 'prod/redis' }));

    expect(arn).toBe(secretArn('prod/redis'));
    expect(first).toMatchObject({ ARN: arn, Name: 'prod/redis', SecretString: 'first', VersionStages: ['AWSCURRENT'] });
    expect(first.CreatedDate).toBeInstanceOf(Date);
    expect(second).toMatchObject({ ARN: arn, SecretString: 'second' });
    expect(second.VersionId).not.toBe(first.VersionId);
  });

  it('is asked by the functions, which tell why there is no answer, and what to do', async () => {
    const fetch = secretsManager(client);
    const arn = secrets.put('asked', 'planted');
    expect(await fetch(arn)).toEqual({ text: 'planted', versionId: expect.any(String) });

    const end = secrets.refuse('asked', 'AccessDeniedException', 'Access to KMS is not allowed');
    await expect(fetch(arn)).rejects.toMatchObject({
      message: 'AccessDeniedException: Access to KMS is not allowed',
      remedy: [expect.stringContaining('KmsKeyId'), expect.stringContaining('SourceSecretKeyArn')],
    });
    end();
    secrets.delete('asked');
    await expect(fetch(arn)).rejects.toMatchObject({
      message: "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
      remedy: [`aws secretsmanager describe-secret --secret-id ${arn}`],
    });
  });

  it('that does not answer is given up', async () => {
    const arn = secrets.put('slow', 'planted');
    secrets.delayMs = 500;

    await expect(secretsManager(client, 50)(arn)).rejects.toMatchObject({
      message: 'no answer within 50 ms',
      // In China it is `cn.com.amazonaws…` of some services: AWS is asked for the name.
      remedy: [
        expect.stringMatching(/^SERVICE=\$\(aws ec2 describe-vpc-endpoint-services --region us-west-2 /),
        expect.stringMatching(/create-vpc-endpoint .*--service-name "\$SERVICE" --region us-west-2 /),
      ],
    });
    secrets.delayMs = 0;
  });
});
