import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import type { Lab } from '../../e2e/lab.ts';

/** A migration that somebody else is at: in the table, without an execution behind it. */
export const madeRecord = (
  migrationId: string,
  replicationGroupId: string,
  more: Partial<MigrationRecord> = {},
): MigrationRecord => {
  const acceptedAt = more.acceptedAt ?? new Date().toISOString();
  return {
    migrationId,
    replicationGroupId,
    request: {
      replicationGroupId,
      customerNodeEndpointList: [{ address: '10.0.0.9', port: 6379 }],
      cutover: { mode: 'manual' },
    },
    correlationId: migrationId,
    input: '{}',
    executionArn: `arn:aws:states:us-west-2:000000000000:execution:made:${migrationId}`,
    status: 'syncing',
    statusReason: 'The full sync of the source is under way.',
    phase: 'copying',
    waitingFor: 'the full sync of the source',
    acceptedAt,
    updatedAt: acceptedAt,
    phases: [{ phase: 'queued', at: acceptedAt }],
    ...more,
  };
};

/** DynamoDB takes no more in one call. */
const BATCH = 25;

/** Writes records as the service does, but for the mark by which the sweeper would find them. */
export const putRecords = async ({ aws }: Lab, records: readonly MigrationRecord[]): Promise<void> => {
  const client = new DynamoDBClient({
    endpoint: aws.awsEndpoint,
    region: 'us-west-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const table = aws.outputs.MigrationTableName as string;
  const items = records.map((record) => ({
    PutRequest: {
      Item: {
        pk: `MIGRATION#${record.migrationId}`,
        ...record,
        listed: 'yes',
        sortKey: `${record.acceptedAt}#${record.migrationId}`,
      },
    },
  }));
  for (let from = 0; from < items.length; from += BATCH) {
    await documents.send(new BatchWriteCommand({ RequestItems: { [table]: items.slice(from, from + BATCH) } }));
  }
  client.destroy();
};
