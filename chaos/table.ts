import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Lab } from '../test/e2e/lab.ts';

/** The table of a lane, as somebody sees it who is no part of the service. */
export interface Table {
  find(pk: string): Promise<Record<string, unknown> | undefined>;
  /** A record as if nobody had written it for hours: the sweeper's suspects. */
  makeOld(migrationId: string): Promise<void>;
  close(): void;
}

export const openTable = ({ aws }: Lab): Table => {
  const client = new DynamoDBClient({
    endpoint: aws.awsEndpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'chaos', secretAccessKey: 'chaos' },
  });
  const documents = DynamoDBDocumentClient.from(client);
  const TableName = aws.outputs.MigrationTableName;
  return {
    async find(pk) {
      const { Item } = await documents.send(new GetCommand({ TableName, Key: { pk }, ConsistentRead: true }));
      return Item;
    },
    async makeOld(migrationId) {
      await documents.send(
        new UpdateCommand({
          TableName,
          Key: { pk: `MIGRATION#${migrationId}` },
          UpdateExpression: 'SET updatedAt = :old',
          ExpressionAttributeValues: { ':old': '2026-01-01T00:00:00.000Z' },
        }),
      );
    },
    close: () => client.destroy(),
  };
};
