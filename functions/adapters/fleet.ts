import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TransientServiceError } from '../migration/errors.ts';
import type { Fleet, FleetCount } from '../replication/fleet.ts';
import { documents, unlessConditionFails } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

const COUNT = { pk: 'FLEET#count' };
const LINE = { pk: 'FLEET#line' };
const MOST_TRIES = 10;

/** What all migrations have in common, in DynamoDB: two items, of no index. */
export const fleetIn = (table: string): Fleet => {
  /** Moves the line on, if it still is where it is thought to be. Answers where it was, or undefined. */
  const move = (expression: string, condition: string, values: Record<string, number>) =>
    unlessConditionFails(async () => {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: LINE,
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_OLD',
        }),
      );
      return { nextMs: (Attributes?.nextMs as number | undefined) ?? 0 };
    });

  return {
    find: () =>
      naming('Read fleet', async () => {
        const { Item } = await documents.send(new GetCommand({ TableName: table, Key: COUNT }));
        return Item as FleetCount | undefined;
      }),

    note: ({ atWork, asOf }) =>
      naming('Write fleet', async () => {
        const values = { ':atWork': atWork, ':asOf': asOf };
        const set = 'SET atWork = :atWork, asOf = :asOf';
        await documents.send(
          new UpdateCommand({
            TableName: table,
            Key: COUNT,
            UpdateExpression: set,
            ExpressionAttributeValues: values,
          }),
        );
      }),

    takeTurn: (nowMs, everyMs) =>
      naming('Take turn', async () => {
        for (let tries = 0; tries < MOST_TRIES; tries++) {
          const waited = await move('SET nextMs = nextMs + :every', 'nextMs > :now', {
            ':every': everyMs,
            ':now': nowMs,
          });
          if (waited) return waited.nextMs;
          const first = await move('SET nextMs = :next', 'attribute_not_exists(nextMs) OR nextMs <= :now', {
            ':next': nowMs + everyMs,
            ':now': nowMs,
          });
          if (first) return nowMs;
          // Somebody came in between the two: now there is a line.
        }
        throw new TransientServiceError('Take turn', new Error(`the line moved at each of ${MOST_TRIES} tries`));
      }),
  };
};

/** The table that the template names. @throws EnvironmentError */
export const theFleet = (): Fleet => fleetIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
