import { pendingEntry, printedScore, streamEntry } from '../verification/canonical.ts';
import type { Collection, KeyReader, Manner, StreamFacts } from '../verification/ports.ts';
import type { Connections } from './key-reader-connection.ts';
import type { Known } from './key-reader-info.ts';

type PartsReader = Pick<
  KeyReader,
  'elementBytes' | 'stringPart' | 'listPart' | 'members' | 'valuesOf' | 'streamPart' | 'streamFacts' | 'pendingPart'
>;

const SCANS = { hash: 'HSCAN', set: 'SSCAN', zset: 'ZSCAN' } as const;

/** Reads pieces of one value by plain commands. */
export const partsReader = (connections: Connections, known: () => Promise<Known>): PartsReader => {
  const { command } = connections;

  const plainValues = async (database: number, key: Buffer, type: Collection, members: readonly Buffer[]) => {
    const { smismember, zmscore } = await known();
    if (type === 'hash') return command<(Buffer | null)[]>(database, ['HMGET', key, ...members]);
    if (type === 'set') {
      const has = smismember
        ? await command<number[]>(database, ['SMISMEMBER', key, ...members])
        : await Promise.all(members.map((member) => command<number>(database, ['SISMEMBER', key, member])));
      return has.map((one) => (one === 1 ? HELD : null));
    }
    return zmscore
      ? command<(Buffer | null)[]>(database, ['ZMSCORE', key, ...members])
      : Promise.all(members.map((member) => command<Buffer | null>(database, ['ZSCORE', key, member])));
  };

  /** A value as it is compared: a score printed anew, a hash field with its expiry. */
  const dressed = async (
    database: number,
    key: Buffer,
    type: Collection,
    members: readonly Buffer[],
    values: readonly (Buffer | null)[],
    manner: Manner,
  ): Promise<(Buffer | undefined)[]> => {
    if (type === 'zset') return values.map((value) => (value === null ? undefined : printedScore(value)));
    if (type === 'set' || !manner.fieldExpiry || members.length === 0) return values.map((value) => value ?? undefined);
    const expiries = await command<number[] | null>(database, [
      'HPEXPIRETIME',
      key,
      'FIELDS',
      String(members.length),
      ...members,
    ]);
    return values.map((value, at) => {
      const expiry = expiries?.[at] ?? -1;
      return value === null ? undefined : expiry < 0 ? value : Buffer.concat([value, Buffer.from(`@${expiry}`)]);
    });
  };

  return {
    async elementBytes(database, key, length) {
      const bytes = await command<number | null>(database, ['MEMORY', 'USAGE', key, 'SAMPLES', '20']);
      return bytes === null ? 0 : Math.ceil(bytes / Math.max(1, length));
    },
    stringPart: (database, key, from, to) => command(database, ['GETRANGE', key, String(from), String(to)]),
    listPart: (database, key, from, to) => command(database, ['LRANGE', key, String(from), String(to)]),
    async members(database, key, type, cursor, count, manner) {
      const [next, flat] = await command<[Buffer, Buffer[]]>(database, [
        SCANS[type],
        key,
        cursor,
        'COUNT',
        String(count),
      ]);
      const members = type === 'set' ? flat : flat.filter((_, at) => at % 2 === 0);
      const plain = type === 'set' ? members.map(() => HELD) : flat.filter((_, at) => at % 2 === 1);
      const values = await dressed(database, key, type, members, plain, manner);
      return { cursor: String(next), members, values: values.map((value) => value ?? EMPTY) };
    },
    async valuesOf(database, key, type, members, manner) {
      if (members.length === 0) return [];
      return dressed(database, key, type, members, await plainValues(database, key, type, members), manner);
    },
    async streamPart(database, key, from, to, count) {
      const entries = await command<[Buffer, Buffer[] | null][]>(database, [
        'XRANGE',
        key,
        from,
        to,
        'COUNT',
        String(count),
      ]);
      return entries.map(([id, fields]) => ({ id: String(id), entry: streamEntry(String(id), fields ?? []) }));
    },
    async streamFacts(database, key, manner) {
      const facts = fieldsOf(await command<unknown[]>(database, ['XINFO', 'STREAM', key]));
      const groups = (await command<unknown[][]>(database, ['XINFO', 'GROUPS', key])).map(fieldsOf);
      return {
        length: Number(facts.get('length')),
        lastId: String(facts.get('last-generated-id')),
        ...(manner.streamCounters && {
          entriesAdded: String(facts.get('entries-added')),
          maxDeletedId: String(facts.get('max-deleted-entry-id')),
        }),
        groups: await Promise.all(
          groups.map(async (group): Promise<StreamFacts['groups'][number]> => {
            const name = group.get('name') as Buffer;
            const consumers = (await command<unknown[][]>(database, ['XINFO', 'CONSUMERS', key, name])).map(fieldsOf);
            return {
              name,
              lastDeliveredId: String(group.get('last-delivered-id')),
              pending: Number(group.get('pending')),
              consumers: consumers
                .map((one) => ({ name: one.get('name') as Buffer, pending: Number(one.get('pending')) }))
                .filter(({ pending }) => pending > 0),
            };
          }),
        ),
      };
    },
    async pendingPart(database, key, group, from, to, count) {
      const entries = await command<[Buffer, Buffer, number, number][]>(database, [
        'XPENDING',
        key,
        group,
        from,
        to,
        String(count),
      ]);
      return entries.map(([id, consumer]) => ({
        id: String(id),
        entry: pendingEntry(String(id), consumer),
      }));
    },
  };
};

const HELD = Buffer.from('1');
const EMPTY = Buffer.alloc(0);

const fieldsOf = (flat: readonly unknown[]): Map<string, unknown> => {
  const fields = new Map<string, unknown>();
  for (let at = 0; at < flat.length; at += 2) fields.set(String(flat[at]), flat[at + 1]);
  return fields;
};
