import type { Clock } from '../../replication/ports.ts';
import type { SampledKey } from '../facts.ts';
import { type Command, Refused, type Reply, Unread } from '../ports.ts';
import { shown } from '../text.ts';
import type { Line } from './lines.ts';
import { accepted, integerIn, textIn, unexpected } from './replies.ts';
import { askIn, type KeyName } from './sample.ts';

/** A key as it was at one look. */
export interface LookedAt extends KeyName {
  type: string;
  bytes?: number;
  elements?: number;
  ttlMs?: number;
  atMs: number;
}

/** So many keys are asked about at once: the source serves others between two lots. */
const LOT = 50;

/** Commands that count what a key holds without a look at it. */
const COUNT: Readonly<Record<string, string>> = {
  string: 'STRLEN',
  hash: 'HLEN',
  list: 'LLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  stream: 'XLEN',
};

/**
 * What the keys are; those that are gone meanwhile are left out. No value is read.
 * @param measured whether the server has MEMORY USAGE (Redis 4.0)
 * @throws Unread
 */
export const lookAtKeys = async (
  line: Line,
  names: readonly KeyName[],
  measured: boolean,
  clock: Clock,
): Promise<LookedAt[]> => {
  const looked: LookedAt[] = [];
  for (const { database, lot } of lotsOf(names)) {
    const atMs = clock.now();
    const first = await askEach(line, database, lot, ({ key }) => [
      ['TYPE', key],
      ['PTTL', key],
      ...(measured ? [['MEMORY', 'USAGE', key, 'SAMPLES', '5']] : []),
    ]);
    const found = lot.flatMap((name, at) => toLook(name, first[at] as Reply[], atMs));
    const counts = await askEach(line, database, found, ({ key, type }) => (COUNT[type] ? [[COUNT[type], key]] : []), {
      // Somebody may have replaced the key by one of another type.
      mayBe: 'WRONGTYPE',
    });
    looked.push(...found.map((look, at) => withCount(look, counts[at] as Reply[])));
  }
  if (names.length > 0 && looked.length === 0) throw new Unread('all sampled keys were gone when they were looked at');
  return looked;
};

/** Looks at the TTLs of those that expire once more. @throws Unread */
export const lookAgain = async (line: Line, looked: readonly LookedAt[], clock: Clock): Promise<SampledKey[]> => {
  const later = new Map<LookedAt, Pick<SampledKey, 'laterTtlMs' | 'apartMs'>>();
  for (const { database, lot } of lotsOf(looked.filter(({ ttlMs }) => ttlMs !== undefined))) {
    const atMs = clock.now();
    const replies = await askEach(line, database, lot, ({ key }) => [['PTTL', key]]);
    lot.forEach((look, at) => {
      const ttl = toTtl((replies[at] as Reply[])[0]);
      later.set(look, { apartMs: atMs - look.atMs, ...(typeof ttl === 'number' && { laterTtlMs: ttl }) });
    });
  }
  return looked.map((look) => ({ ...toSampledKey(look), ...later.get(look) }));
};

export const toSampledKey = ({ key, atMs: _, ...look }: LookedAt): SampledKey => ({
  ...look,
  name: shown(key.toString(), 80),
});

const lotsOf = <T extends KeyName>(names: readonly T[]): { database: number; lot: T[] }[] => {
  const lots: { database: number; lot: T[] }[] = [];
  for (const name of names) {
    const last = lots.at(-1);
    if (last?.database === name.database && last.lot.length < LOT) last.lot.push(name);
    else lots.push({ database: name.database, lot: [name] });
  }
  return lots;
};

/** The answers about each of them, in the order of its commands. */
const askEach = async <T>(
  line: Line,
  database: number,
  lot: readonly T[],
  commandsFor: (one: T) => Command[],
  { mayBe }: { mayBe?: string } = {},
): Promise<Reply[][]> => {
  const commands = lot.map(commandsFor);
  if (commands.flat().length === 0) return commands.map(() => []);
  const replies = await askIn(line, database, commands.flat());
  accepted(replies.filter((reply) => !(reply instanceof Refused && reply.kind === mayBe)));
  return commands.map(({ length }) => replies.splice(0, length));
};

const toLook = (name: KeyName, [typeReply, ttlReply, bytesReply]: Reply[], atMs: number): LookedAt[] => {
  const type = textIn(typeReply, 'TYPE');
  const ttlMs = toTtl(ttlReply);
  if (type === 'none' || ttlMs === 'gone' || bytesReply === null) return [];
  const look = { ...name, type: shown(type, 40), atMs, ...(ttlMs !== 'forever' && { ttlMs }) };
  if (bytesReply === undefined) return [look];
  const bytes = integerIn(bytesReply, 'MEMORY USAGE');
  // Even an empty string takes some dozen.
  if (bytes < 8) throw unexpected('MEMORY USAGE');
  return [{ ...look, bytes }];
};

const withCount = (look: LookedAt, [reply]: Reply[]): LookedAt => {
  if (reply === undefined || reply instanceof Refused) return look;
  const elements = integerIn(reply, COUNT[look.type] ?? '');
  if (elements < 0) throw unexpected(COUNT[look.type] ?? '');
  return { ...look, elements };
};

/** A key may live for 292 million years, which is more than a number holds exactly. */
const toTtl = (reply: Reply | undefined): number | 'forever' | 'gone' => {
  if (typeof reply !== 'number' || !(reply >= -2)) throw unexpected('PTTL');
  if (reply === -1) return 'forever';
  return reply === -2 ? 'gone' : Math.min(reply, Number.MAX_SAFE_INTEGER);
};
