import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FakeAws {
  url: string;
  /** What was called, such as `StartExecution`, in order. */
  calls: string[];
  close(): Promise<void>;
}

const FAULT = `<ErrorResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><Error><Type>Sender</Type>
<Code>ReplicationGroupNotFoundFault</Code><Message>ReplicationGroup test not found.</Message></Error>
<RequestId>r</RequestId></ErrorResponse>`;

/** An AWS in which nothing exists yet: every condition fails, no item, no group; an execution can be started. */
const ANSWERS: Record<string, { status: number; body: object }> = {
  GetItem: { status: 200, body: { Item: { owner: { S: 'somebody-0123456789ab' }, epoch: { N: '1' } } } },
  PutItem: { status: 200, body: {} },
  Query: { status: 200, body: { Items: [], Count: 0, ScannedCount: 0 } },
  UpdateItem: {
    status: 400,
    body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no' },
  },
  StartExecution: { status: 200, body: { executionArn: 'arn:aws:states:::execution:m:n', startDate: 1.7e9 } },
};

/** A tiny AWS on a free port: DynamoDB and Step Functions by their JSON protocols, ElastiCache by its query protocol. */
export const startFakeAws = async (): Promise<FakeAws> => {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const target = request.headers['x-amz-target'];
    const operation = target ? String(target).split('.').at(-1) : new URLSearchParams(body).get('Action');
    calls.push(operation ?? 'unknown');
    response.setHeader('x-amzn-requestid', 'r');
    if (!target) return response.writeHead(404, { 'content-type': 'text/xml' }).end(FAULT);
    // Only locks exist: whatever else is read is not there.
    const missing = operation === 'GetItem' && !body.includes('LOCK#');
    // What all migrations have in common is there for whoever comes first.
    const first = operation === 'UpdateItem' && body.includes('FLEET#');
    const answer = missing || first ? { status: 200, body: {} } : ANSWERS[operation ?? ''];
    response
      .writeHead(answer?.status ?? 400, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(answer?.body ?? { __type: 'UnknownOperationException', message: String(operation) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
