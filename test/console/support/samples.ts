import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { toRows } from '../../../functions/adapters/sample-rows.ts';
import type { KeptSample } from '../../../functions/migration/sample.ts';
import type { Lab } from '../../e2e/lab.ts';

const BUCKET_MS = 600_000;

/** Writes samples as the watching tasks do, each ten minutes of them at once. */
export const putSamples = async ({ aws }: Lab, migrationId: string, samples: readonly KeptSample[]): Promise<void> => {
  const documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: aws.awsEndpoint,
      region: 'us-west-2',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  );
  const buckets = Map.groupBy(samples, ({ at }) => Math.floor(Date.parse(at) / BUCKET_MS));
  await Promise.all(
    [...buckets].map(([bucket, group]) =>
      documents.send(
        new PutCommand({
          TableName: aws.outputs.MigrationTableName as string,
          Item: {
            pk: `SAMPLES#${migrationId}#${new Date(bucket * BUCKET_MS).toISOString().slice(0, 16)}`,
            rows: [toRows(group)],
          },
        }),
      ),
    ),
  );
  documents.destroy();
};
