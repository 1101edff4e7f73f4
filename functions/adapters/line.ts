import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TransientServiceError } from '../migration/errors.ts';
import type { Line } from '../replication/line.ts';
import { documents, unlessConditionFails } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

const LINE = { pk: 'FLEET#line' };
const MOST_TRIES = 10;

/** The line of those who wait to begin, in DynamoDB: one item, of no index. */
export const lineIn = (table: string): Line => {
  const update = async (expression: string, values: Record<string, number>, condition?: string) => {
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName: table,
        Key: LINE,
        UpdateExpression: expression,
        ExpressionAttributeValues: values,
        ReturnValues: 'ALL_OLD',
        ...(condition && { ConditionExpression: condition }),
      }),
    );
    return { nextMs: (Attributes?.nextMs as number | undefined) ?? 0 };
  };
  /** Moves the line on, if it still is where it is thought to be. Answers where it was, or undefined. */
  const move = (expression: string, condition: string, values: Record<string, number>) =>
    unlessConditionFails(() => update(expression, values, condition));

  return {
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

    giveBack: () =>
      naming('Give turn back', async () => {
        await update('ADD unused :one', { ':one': 1 });
      }),

    end: () =>
      naming('Read line', async () => {
        const { Item } = await documents.send(new GetCommand({ TableName: table, Key: LINE, ConsistentRead: true }));
        // An earlier release took turns in fractions, which read as a number are more than they are.
        return Item && { nextMs: Math.floor((Item.nextMs as number) ?? 0), unused: (Item.unused as number) ?? 0 };
      }),

    shorten: ({ nextMs, unused }, byMs) =>
      naming('Shorten line', async () => {
        const shortened = await move(
          'SET nextMs = nextMs - :by ADD unused :forget',
          `nextMs >= :seen${unused > 0 ? ' AND unused >= :unused' : ''}`,
          { ':by': byMs, ':forget': -unused, ':seen': nextMs, ...(unused > 0 && { ':unused': unused }) },
        );
        return shortened !== undefined;
      }),
  };
};

/** The table that the template names. @throws EnvironmentError */
export const theLine = (): Line => lineIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
