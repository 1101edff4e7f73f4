import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ListQuery } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { InvalidRequestError } from '../migration/request-errors.ts';
import { documents } from './dynamo.ts';
import { naming } from './transient.ts';

type Key = Record<string, string>;

/** Newest first, by the index that fits the filters; a second filter is applied to what that index gives. */
export const listMigrations = async (table: string, { status, replicationGroupId, limit, nextToken }: ListQuery) => {
  const filters = { ...(status && { status }), ...(replicationGroupId && { replicationGroupId }) };
  const [index, attribute, value] = replicationGroupId
    ? ['byReplicationGroup', 'replicationGroupId', replicationGroupId]
    : status
      ? ['byStatus', 'status', status]
      : ['byTime', 'listed', 'yes'];
  const query: QueryCommandInput = {
    TableName: table,
    IndexName: index,
    ScanIndexForward: false,
    KeyConditionExpression: '#key = :key',
    ExpressionAttributeNames: { '#key': attribute },
    ExpressionAttributeValues: { ':key': value },
    ...(replicationGroupId &&
      status && {
        FilterExpression: '#status = :status',
        ExpressionAttributeNames: { '#key': attribute, '#status': 'status' },
        ExpressionAttributeValues: { ':key': value, ':status': status },
      }),
  };
  const from = nextToken === undefined ? undefined : readToken(nextToken, filters);
  const { records, last } = await collect(query, limit, from);
  return { migrations: records, ...(last && { nextToken: writeToken(last, filters) }) };
};

/** Records that are not settled and were last written before that time, oldest first. */
export const unsettledMigrations = async (table: string, untouchedSince: string, limit: number) => {
  const { records } = await collect(
    {
      TableName: table,
      IndexName: 'unsettled',
      KeyConditionExpression: 'unsettledMark = :yes',
      FilterExpression: 'updatedAt < :since',
      ExpressionAttributeValues: { ':yes': 'yes', ':since': untouchedSince },
    },
    limit,
    undefined,
  );
  return records;
};

const collect = async (query: QueryCommandInput, limit: number, from: Key | undefined) => {
  const records: MigrationRecord[] = [];
  let last = from;
  do {
    const page = await naming('List migrations', () =>
      documents.send(
        new QueryCommand({ ...query, Limit: limit - records.length, ...(last && { ExclusiveStartKey: last }) }),
      ),
    );
    records.push(...((page.Items ?? []) as MigrationRecord[]));
    last = page.LastEvaluatedKey as Key | undefined;
  } while (last && records.length < limit);
  return { records, last };
};

/** A token holds where the page ended, and the filters it was made for: under others it would give wrong pages. */
const writeToken = (last: Key, filters: Key): string =>
  Buffer.from(JSON.stringify({ last, filters })).toString('base64url');

const readToken = (token: string, filters: Key): Key => {
  const refused = (detail: string) => new InvalidRequestError([{ parameter: 'nextToken', detail }]);
  let parsed: { last?: unknown; filters?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw refused('is not a token that this API gave');
  }
  const { last, filters: made } = parsed ?? {};
  const isKey = (value: unknown): value is Key =>
    typeof value === 'object' && value !== null && Object.values(value).every((part) => typeof part === 'string');
  if (!isKey(last) || !isKey(made) || !('pk' in last)) throw refused('is not a token that this API gave');
  if (JSON.stringify(made) !== JSON.stringify(filters)) throw refused('was given for other filters');
  return last;
};
