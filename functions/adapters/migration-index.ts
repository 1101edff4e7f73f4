import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ListQuery, OpenCount, Quiet } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { InvalidRequestError } from '../migration/request-errors.ts';
import { documents } from './dynamo.ts';
import { naming } from './transient.ts';

type Key = Record<string, string>;

/** Newest first, by the index that fits the filters; a second filter is applied to what that index gives. */
export const listMigrations = async (table: string, { status, replicationGroupId, limit, nextToken }: ListQuery) => {
  const filters = { ...(status && { status }), ...(replicationGroupId && { replicationGroupId }) };
  const [index, attribute, value]: [string, string, string] = replicationGroupId
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
  const from = nextToken === undefined ? undefined : { ...readToken(nextToken, filters), [attribute]: value };
  const { records, last } = await collect(query, limit, from);
  return { migrations: records, ...(last && { nextToken: writeToken(last, filters) }) };
};

/** One that is to be aborted has left the line, although its settlement takes minutes to record its end. */
const IN_LINE = {
  FilterExpression: '#status = :accepted AND attribute_exists(turnAt) AND attribute_not_exists(#abort)',
  names: { '#status': 'status', '#abort': 'abort' },
  values: { ':accepted': 'accepted' },
};

/**
 * Records that are not settled and have been quiet for too long, oldest first. Who waits for its turn says so every ten
 * minutes, and is quiet no sooner than a task that watches. The filter is the index's and not the
 * caller's: migrations that wait for their cutover, or for their turn, would fill the page, and hide those behind them.
 */
export const unsettledMigrations = async (table: string, { endedBefore, atWorkBefore }: Quiet, limit: number) => {
  return filtered(
    {
      TableName: table,
      IndexName: 'unsettled',
      KeyConditionExpression: 'unsettledMark = :yes',
      FilterExpression:
        'updatedAt < :atWorkBefore OR pendingAct.#at < :endedBefore OR (updatedAt < :endedBefore AND (attribute_exists(outcome) OR (#status = :accepted AND attribute_not_exists(turnAt))))',
      ExpressionAttributeNames: { '#status': 'status', '#at': 'at' },
      ExpressionAttributeValues: {
        ':yes': 'yes',
        ':accepted': 'accepted',
        ':endedBefore': endedBefore,
        ':atWorkBefore': atWorkBefore,
      },
    },
    limit,
  );
};

/** Those that wait for their turn, oldest first; with what they are called by. */
export const inLineMigrations = async (table: string, limit: number, heardSince: string) => {
  return filtered(
    {
      TableName: table,
      IndexName: 'unsettled',
      KeyConditionExpression: 'unsettledMark = :yes',
      FilterExpression: `${IN_LINE.FilterExpression} AND updatedAt >= :heardSince`,
      ExpressionAttributeNames: IN_LINE.names,
      ExpressionAttributeValues: { ':yes': 'yes', ':heardSince': heardSince, ...IN_LINE.values },
    },
    limit,
  );
};

/** Those that are open. Who waits for the cutover is counted after the others: about so many. */
export const countOpen = async (table: string): Promise<OpenCount> => {
  const open = await count(table, 'unsettled', 'unsettledMark', 'yes', {
    FilterExpression: IN_LINE.FilterExpression,
    ExpressionAttributeNames: { '#key': 'unsettledMark', ...IN_LINE.names },
    ExpressionAttributeValues: { ':key': 'yes', ...IN_LINE.values },
  });
  const waiting = open.looked === 0 ? 0 : (await count(table, 'byStatus', 'status', 'awaitingCutover')).looked;
  return { atWork: Math.max(0, open.looked - open.counted - waiting), inLine: open.counted };
};

const count = async (
  table: string,
  index: string,
  attribute: string,
  value: string,
  filter: Partial<QueryCommandInput> = {},
): Promise<{ looked: number; counted: number }> => {
  const sum = { looked: 0, counted: 0 };
  let last: Key | undefined;
  do {
    const page = await naming('Count migrations', () =>
      documents.send(
        new QueryCommand({
          TableName: table,
          IndexName: index,
          Select: 'COUNT',
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': attribute },
          ExpressionAttributeValues: { ':key': value },
          ...filter,
          ...(last && { ExclusiveStartKey: last }),
        }),
      ),
    );
    sum.looked += page.ScannedCount ?? 0;
    sum.counted += page.Count ?? 0;
    last = page.LastEvaluatedKey as Key | undefined;
  } while (last);
  return sum;
};

/**
 * The first ones that pass the filter. DynamoDB's limit is of what it looks at, before the filter, so none is set: what is
 * still missing would be a page of one in the end, a query for each that does not pass. A page is 1 MB.
 */
const filtered = async (query: QueryCommandInput, limit: number): Promise<MigrationRecord[]> => {
  const records: MigrationRecord[] = [];
  let last: Key | undefined;
  do {
    const page = await readPage({ ...query, ...(last && { ExclusiveStartKey: last }) });
    records.push(...page.records);
    last = page.last;
  } while (last && records.length < limit);
  return records.slice(0, limit);
};

/** A page of a list: its last key is where the next one begins. */
const collect = async (query: QueryCommandInput, limit: number, from: Key | undefined) => {
  const records: MigrationRecord[] = [];
  let last = from;
  do {
    const page = await readPage({
      ...query,
      Limit: limit - records.length,
      ...(last && { ExclusiveStartKey: last }),
    });
    records.push(...page.records);
    last = page.last;
  } while (last && records.length < limit);
  return { records, last };
};

const readPage = (query: QueryCommandInput) =>
  naming('List migrations', async () => {
    const { Items, LastEvaluatedKey } = await documents.send(new QueryCommand(query));
    return { records: (Items ?? []) as MigrationRecord[], last: LastEvaluatedKey as Key | undefined };
  });

/** A token holds where the page ended, and the filters it was made for: under others it would give wrong pages. */
const writeToken = ({ pk, sortKey }: Key, filters: Key): string =>
  Buffer.from(JSON.stringify({ pk, sortKey, filters })).toString('base64url');

/** Of its parts only those are taken that a key of the index must have; DynamoDB refuses any other. */
const readToken = (token: string, filters: Key): { pk: string; sortKey: string } => {
  const refused = (detail: string) => new InvalidRequestError([{ parameter: 'nextToken', detail }]);
  let parsed: { pk?: unknown; sortKey?: unknown; filters?: unknown } | null;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw refused(NOT_OURS);
  }
  const { pk, sortKey, filters: made } = parsed ?? {};
  if (!isKeyPart(pk) || !isKeyPart(sortKey)) throw refused(NOT_OURS);
  if (JSON.stringify(made) !== JSON.stringify(filters)) throw refused('was given for other filters');
  return { pk, sortKey };
};

const NOT_OURS = 'is not a token that this API gave';
/** Longer than any key that the table has. */
const LONGEST_KEY_PART = 200;
const isKeyPart = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_KEY_PART;
