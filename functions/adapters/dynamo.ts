import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** The one client of the table that a process has. */
export const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
});

/** The write, or undefined when its condition did not hold. */
export const unlessConditionFails = async <T>(write: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};

export interface ConditionalWrite {
  expression: string;
  condition: string;
  values: Record<string, unknown>;
  names?: Record<string, string>;
}

/** The whole item after the write, or undefined when its condition did not hold. */
export const updateIf = (
  table: string,
  key: { pk: string },
  { expression, condition, values, names = {} }: ConditionalWrite,
): Promise<Record<string, unknown> | undefined> =>
  unlessConditionFails(async () => {
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName: table,
        Key: key,
        UpdateExpression: expression,
        ConditionExpression: condition,
        ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
        ExpressionAttributeValues: values,
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes;
  });

/** An UpdateExpression that sets the given attributes. */
export const settingAll = (change: Record<string, unknown>) => {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined);
  return {
    sets: entries.map((_, index) => `#s${index} = :s${index}`),
    names: Object.fromEntries(entries.map(([name], index) => [`#s${index}`, name])),
    values: Object.fromEntries(entries.map(([, value], index) => [`:s${index}`, value])),
  };
};
