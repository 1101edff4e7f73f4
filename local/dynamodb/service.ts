import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import dynalite from 'dynalite';
import type { WireRequest, WireResponse, WireService } from '../endpoint/wire.ts';
import { REGION } from '../identity.ts';
import type { TableModel } from '../template/model.ts';

/** DynamoDB refused to create a table of the template. */
export class TableCreationError extends Error {
  override readonly name = 'TableCreationError' as const;
}

/** dynalite's server, made while the region in its tables' ARNs is this account's: it reads that from the environment. */
const inRegion = (make: () => Server): Server => {
  const before = process.env.AWS_REGION;
  process.env.AWS_REGION = REGION;
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env.AWS_REGION;
    else process.env.AWS_REGION = before;
  }
};

/** As much of http's request and response as dynalite touches; no socket is between the endpoint and it. */
const exchange = (server: Server, { method, path, headers, body }: WireRequest): Promise<WireResponse> =>
  new Promise((resolve) => {
    const request = Object.assign(new EventEmitter(), { method, url: path, headers });
    const answered: Record<string, string> = {};
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: string | number) => {
        answered[name.toLowerCase()] = String(value);
      },
      end: (text = '') => resolve({ status: response.statusCode, headers: answered, body: text }),
    };
    server.emit('request', request, response);
    if (body.length > 0) request.emit('data', body);
    request.emit('end');
  });

/**
 * DynamoDB by dynalite, in memory. Items past their TTL stay: DynamoDB itself promises no more than to delete them within
 * a few days, so whoever reads must look at the attribute. There are no transactions and no streams.
 */
export class DynamoDb {
  readonly #server = inRegion(() => dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
  readonly wire: WireService = (request) => exchange(this.#server, request);

  /** @throws TableCreationError with DynamoDB's own words */
  async createTable({ logicalId, create }: TableModel): Promise<void> {
    const { status, body } = await this.call('CreateTable', create);
    if (status !== 200) throw new TableCreationError(`${logicalId}: ${JSON.stringify(body)}`);
    // A table is there for its first request only after dynalite has turned it to ACTIVE.
    for (;;) {
      const described = await this.call('DescribeTable', { TableName: create.TableName });
      if ((described.body as { Table: { TableStatus: string } }).Table.TableStatus === 'ACTIVE') return;
    }
  }

  /** One operation of the API in this process, for tests and consoles. */
  async call(operation: string, input: unknown): Promise<{ status: number; body: unknown }> {
    const { status, body } = await exchange(this.#server, {
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        // dynalite wants a signature to be there, but verifies none.
        authorization: `AWS4-HMAC-SHA256 Credential=embedded/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: Buffer.from(JSON.stringify(input)),
    });
    return { status, body: JSON.parse(String(body)) };
  }
}
