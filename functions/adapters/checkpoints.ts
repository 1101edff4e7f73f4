import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Checkpoint } from '../verification/checkpoint.ts';
import type { Checkpoints } from '../verification/ports.ts';
import { documents, unlessConditionFails } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

/** Longer than any migration lasts. */
const LIFETIME_SECONDS = 30 * 24 * 3600;

const keyOf = (migrationId: string) => ({ pk: `CHECKPOINT#${migrationId}` });

/** Checkpoints in DynamoDB: one item a migration, of no index. */
export const checkpointsIn = (table: string): Checkpoints => ({
  find: (migrationId) =>
    naming('Read checkpoint', async () => {
      const { Item } = await documents.send(
        new GetCommand({ TableName: table, Key: keyOf(migrationId), ConsistentRead: true }),
      );
      if (!Item) return undefined;
      return { round: Number(Item.round), checkpoint: JSON.parse(String(Item.checkpoint)) as Checkpoint };
    }),

  async keep(migrationId, { round, checkpoint }) {
    const expiresAt = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
    const update = new UpdateCommand({
      TableName: table,
      Key: keyOf(migrationId),
      UpdateExpression: 'SET #round = :round, steps = :steps, #checkpoint = :checkpoint, expiresAt = :expiresAt',
      // An invocation that is given up may still be at work: what is further on stays.
      ConditionExpression: 'attribute_not_exists(pk) OR #round < :round OR (#round = :round AND steps < :steps)',
      ExpressionAttributeNames: { '#round': 'round', '#checkpoint': 'checkpoint' },
      ExpressionAttributeValues: {
        ':round': round,
        ':steps': checkpoint.steps,
        // As text: it is read and written as a whole.
        ':checkpoint': JSON.stringify(checkpoint),
        ':expiresAt': expiresAt,
      },
    });
    await naming('Write checkpoint', () => unlessConditionFails(() => documents.send(update)));
  },
});

/** The table that the template names. @throws EnvironmentError */
export const theCheckpoints = (): Checkpoints => checkpointsIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
