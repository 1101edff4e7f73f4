import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDb } from '../../../local/dynamodb/service.ts';
import type { TableModel } from '../../../local/template/model.ts';
import { fixtureModel, sdkSettings } from '../fixture/fixture.ts';
import { type Served, serveAlone } from '../fixture/serve.ts';

const [table] = fixtureModel().tables as [TableModel];
const dynamo = new DynamoDb();
let served: Served;
let client: DynamoDBClient;
beforeAll(async () => {
  await dynamo.createTable(table);
  served = await serveAlone({ dynamodb: dynamo.wire });
  client = new DynamoDBClient(sdkSettings(served.url, 3));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const Item = (pk: string) => ({ pk: { S: pk }, kind: { S: 'k' } });
const put = (pk: string) =>
  client.send(
    new PutItemCommand({ TableName: table.name, Item: Item(pk), ConditionExpression: 'attribute_not_exists(pk)' }),
  );
const get = async (pk: string) =>
  (await client.send(new GetItemCommand({ TableName: table.name, Key: { pk: { S: pk } } }))).Item;

describe('DynamoDB by the stock client', () => {
  it('keeps conditional writes and indexes', async () => {
    await put('one');

    await expect(put('one')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    const { Items } = await client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: 'byKind',
        KeyConditionExpression: 'kind = :k',
        ExpressionAttributeValues: { ':k': { S: 'k' } },
      }),
    );
    expect(Items).toEqual([Item('one')]);
  });

  it('refuses what DynamoDB refuses', async () => {
    const update = new UpdateItemCommand({ TableName: table.name, Key: { pk: { S: 'x' } }, UpdateExpression: 'SET' });
    await expect(client.send(update)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(client.send(new GetItemCommand({ TableName: 'none', Key: { pk: { S: 'x' } } }))).rejects.toMatchObject(
      {
        name: 'ResourceNotFoundException',
      },
    );
  });

  it('has tables with the ARNs of this account', async () => {
    const { body } = await dynamo.call('DescribeTable', { TableName: table.name });
    expect(body).toMatchObject({ Table: { TableArn: table.arn } });
  });

  it('names a table that cannot be created', async () => {
    const broken = { ...table, create: { ...table.create, TableName: 'y', KeySchema: [] } };
    await expect(dynamo.createTable(broken)).rejects.toThrow(/^Table: .*ValidationException/);
  });
});

describe('injected faults', () => {
  it('let a call fail without effect, which the client tries again', async () => {
    served.setFaultPolicy(({ operation, nth }) => (operation === 'PutItem' && nth === 3 ? 'fail' : 'none'));

    await put('two');

    expect(await get('two')).toEqual(Item('two'));
  });

  it("lose the answer of a call that took effect, so that the client's own repetition meets it", async () => {
    let lost = 0;
    served.setFaultPolicy(({ operation }) => (operation === 'PutItem' && lost++ === 0 ? 'loseAnswer' : 'none'));

    await expect(put('three')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });

    expect(await get('three')).toEqual(Item('three'));
  });
});
