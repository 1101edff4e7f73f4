import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Fleet, FleetCount } from '../replication/fleet.ts';
import { documents } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { naming } from './transient.ts';

const COUNT = { pk: 'FLEET#count' };

/** How many there are, in DynamoDB: one item, of no index. */
export const fleetIn = (table: string): Fleet => ({
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
});

/** The table that the template names. @throws EnvironmentError */
export const theFleet = (): Fleet => fleetIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME);
