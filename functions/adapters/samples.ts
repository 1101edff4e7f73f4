import { BatchGetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TransientServiceError } from '../migration/errors.ts';
import { type KeptSample, SAMPLES_LIVE_SECONDS, type Samples } from '../migration/sample.ts';
import { documents } from './dynamo.ts';
import { readEnvironment, text } from './environment.ts';
import { tellFigures } from './metrics.ts';
import { fromRows, toRows } from './sample-rows.ts';
import { naming } from './transient.ts';

/**
 * An item holds what was seen in ten minutes: at a sample each 10 s that is 5 KB at the most. A write is paid by the size
 * of the whole item, a reading by the number of items.
 */
const BUCKET_MS = 600_000;
/** BatchGetItem takes no more. */
const MOST_KEYS = 100;
const TRIES = 5;
/** Of a doubt that lasted for months there are hundreds of pages: asked for at once, the table would throttle them. */
const PAGES_AT_ONCE = 8;

const bucketOf = (atMs: number): number => Math.floor(atMs / BUCKET_MS);
const keyOf = (migrationId: string, bucket: number) => ({ pk: `SAMPLES#${migrationId}#${iso(bucket)}` });
/** `2026-01-01T00:10`, since keys are read by people too. */
const iso = (bucket: number): string => new Date(bucket * BUCKET_MS).toISOString().slice(0, 16);

/**
 * Samples in DynamoDB: an item for each ten minutes of a migration, of no index.
 *
 * @param heard is told of what was kept
 */
export const samplesIn = (
  table: string,
  heard: (samples: readonly KeptSample[]) => void = () => undefined,
): Samples => ({
  async append(migrationId, samples) {
    for (const [bucket, group] of Map.groupBy(samples, ({ at }) => bucketOf(Date.parse(at)))) {
      const update = new UpdateCommand({
        TableName: table,
        Key: keyOf(migrationId, bucket),
        UpdateExpression: 'SET #rows = list_append(if_not_exists(#rows, :none), :rows), expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#rows': 'rows' },
        ExpressionAttributeValues: {
          ':none': [],
          ':rows': [toRows(group)],
          ':expiresAt': Math.floor(Date.now() / 1000) + SAMPLES_LIVE_SECONDS,
        },
      });
      await naming('Write samples', () => documents.send(update));
      heard(group);
    }
  },

  async between(migrationId, fromMs, toMs) {
    const keys: { pk: string }[] = [];
    for (let bucket = bucketOf(fromMs); bucket <= bucketOf(toMs); bucket++) keys.push(keyOf(migrationId, bucket));
    const pages = Array.from({ length: Math.ceil(keys.length / MOST_KEYS) }, (_, page) =>
      keys.slice(page * MOST_KEYS, (page + 1) * MOST_KEYS),
    );
    const items: Stored[] = [];
    for (let page = 0; page < pages.length; page += PAGES_AT_ONCE) {
      const some = pages.slice(page, page + PAGES_AT_ONCE);
      items.push(...(await Promise.all(some.map((keys) => readItems(table, keys)))).flat());
    }
    return items
      .flatMap(({ rows }) => rows.flatMap(fromRows))
      .filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
  },
});

interface Stored {
  rows: string[];
}

/** @throws TransientServiceError also when DynamoDB leaves keys out again and again, as it may when it is throttled */
const readItems = async (table: string, keys: readonly { pk: string }[]): Promise<Stored[]> => {
  const items: Stored[] = [];
  let left: Record<string, unknown>[] = [...keys];
  for (let tries = 0; left.length > 0; tries++) {
    if (tries === TRIES) throw new TransientServiceError('Read samples', `${left.length} items were left out`);
    const { Responses, UnprocessedKeys } = await naming('Read samples', () =>
      documents.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: left } } })),
    );
    items.push(...((Responses?.[table] ?? []) as Stored[]));
    left = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
};

/** The worst of what was kept at once: every 30 s of a watch, and at each look while a cutover is awaited. */
const tellLag = (samples: readonly KeptSample[]): void =>
  tellFigures({ LagSeconds: largest('lagSeconds', samples), LagBytes: largest('lagBytes', samples) });

const largest = (name: 'lagSeconds' | 'lagBytes', samples: readonly KeptSample[]): number | undefined => {
  const values = samples.flatMap((sample) => sample[name] ?? []);
  return values.length > 0 ? Math.max(...values) : undefined;
};

/** The table that the template names. @throws EnvironmentError */
export const theSamples = (): Samples => samplesIn(readEnvironment({ TABLE_NAME: text }).TABLE_NAME, tellLag);
