import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalBody } from '../cutover/certificate-body.ts';
import type { Certificates } from '../cutover/certificate-ports.ts';
import type { CertificateBody, CertificateSignature, OffsetCertificate } from '../migration/certificate.ts';
import { documents, unlessConditionFails } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

/** The body is kept as the very text that was hashed and signed. */
interface Stored {
  body: string;
  hash: string;
  signature?: CertificateSignature;
}

const keyOf = (migrationId: string) => ({ pk: `CERTIFICATE#${migrationId}` });

const toCertificate = ({ body, hash, signature }: Stored): OffsetCertificate => ({
  ...(JSON.parse(body) as CertificateBody),
  hash: { algorithm: 'SHA-256', value: hash },
  ...(signature && { signature }),
});

/** Certificates in DynamoDB: one item a migration, of no index, which never expires. */
export const certificatesIn = (table: string): Certificates => {
  const find = (migrationId: string) =>
    naming('Read certificate', async () => {
      const { Item } = await documents.send(
        new GetCommand({ TableName: table, Key: keyOf(migrationId), ConsistentRead: true }),
      );
      return Item && toCertificate(Item as Stored);
    });
  const standing = async (migrationId: string): Promise<OffsetCertificate> => {
    const found = await find(migrationId);
    if (!found) throw new Error(`There is no certificate of migration ${migrationId}`);
    return found;
  };

  return {
    find,

    async keep(certificate) {
      const { migrationId, hash } = certificate;
      const item: Stored = { body: canonicalBody(certificate), hash: hash.value };
      const put = new PutCommand({
        TableName: table,
        Item: { ...keyOf(migrationId), ...item },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await naming('Write certificate', () => unlessConditionFails(() => documents.send(put)));
      return standing(migrationId);
    },

    async addSignature(migrationId, signature) {
      const update = new UpdateCommand({
        TableName: table,
        Key: keyOf(migrationId),
        UpdateExpression: 'SET signature = :signature',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(signature)',
        ExpressionAttributeValues: { ':signature': signature },
      });
      await naming('Write certificate', () => unlessConditionFails(() => documents.send(update)));
      return standing(migrationId);
    },
  };
};

/** The table that the template names. @throws EnvironmentError */
export const theCertificates = (): Certificates => certificatesIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
