import { printable, type Redaction } from '../../migration/key-name.ts';
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
 * MEMORY USAGE takes samples of these. It counts all consumer groups of a stream, which took 13 ms (measured), and what it
 * does with the types of modules is up to them.
 */
const MEASURED = new Set(['string', 'hash', 'list', 'set', 'zset']);

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
    ]);
    const found = lot.flatMap((name, at) => toLook(name, first[at] as Reply[], atMs));
    const sizesOf = ({ key, type }: LookedAt): Command[] => [
      ...(COUNT[type] ? [[COUNT[type], key]] : []),
      ...(measured && MEASURED.has(type) ? [['MEMORY', 'USAGE', key, 'SAMPLES', '5']] : []),
    ];
    // Somebody may have replaced the key by one of another type.
    const sizes = await askEach(line, database, found, sizesOf, { mayBe: 'WRONGTYPE' });
    looked.push(...found.flatMap((look, at) => withSizes(look, sizes[at] as Reply[])));
  }
  if (names.length > 0 && looked.length === 0) throw new Unread('all sampled keys were gone when they were looked at');
  return looked;
};

/** Looks at the TTLs of those that expire once more. @throws Unread */
export const lookAgain = async (
  line: Line,
  looked: readonly LookedAt[],
  clock: Clock,
  redaction?: Redaction,
): Promise<SampledKey[]> => {
  const later = new Map<LookedAt, Pick<SampledKey, 'laterTtlMs' | 'apartMs'>>();
  for (const { database, lot } of lotsOf(looked.filter(({ ttlMs }) => ttlMs !== undefined))) {
    const atMs = clock.now();
    const replies = await askEach(line, database, lot, ({ key }) => [['PTTL', key]]);
    lot.forEach((look, at) => {
      const ttl = toTtl((replies[at] as Reply[])[0]);
      later.set(look, { apartMs: atMs - look.atMs, ...(typeof ttl === 'number' && { laterTtlMs: ttl }) });
    });
  }
  return looked.map((look) => ({ ...toSampledKey(look, redaction), ...later.get(look) }));
};

export const toSampledKey = ({ key, atMs: _, ...look }: LookedAt, redaction?: Redaction): SampledKey => ({
  ...look,
  name: redaction ? redaction(printable(key).key) : shown(key.toString(), 80),
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

const toLook = (name: KeyName, [typeReply, ttlReply]: Reply[], atMs: number): LookedAt[] => {
  const type = textIn(typeReply, 'TYPE');
  const ttlMs = toTtl(ttlReply);
  if (type === 'none' || ttlMs === 'gone') return [];
  return [{ ...name, type: shown(type, 40), atMs, ...(ttlMs !== 'forever' && { ttlMs }) }];
};

const withSizes = (look: LookedAt, replies: Reply[]): LookedAt[] => {
  const countedBy = COUNT[look.type];
  const [count, usage] = countedBy ? replies : [undefined, ...replies];
  if (usage === null) return [];
  const elements = countedBy && !(count instanceof Refused) ? integerIn(count, countedBy) : undefined;
  if (elements !== undefined && elements < 0) throw unexpected(countedBy ?? '');
  const bytes = usage === undefined ? undefined : integerIn(usage, 'MEMORY USAGE');
  // Even an empty string takes some dozen.
  if (bytes !== undefined && bytes < 8) throw unexpected('MEMORY USAGE');
  return [{ ...look, ...(bytes !== undefined && { bytes }), ...(elements !== undefined && { elements }) }];
};

/** A key may live for 292 million years, which is more than a number holds exactly. */
const toTtl = (reply: Reply | undefined): number | 'forever' | 'gone' => {
  if (typeof reply !== 'number' || !(reply >= -2)) throw unexpected('PTTL');
  if (reply === -1) return 'forever';
  return reply === -2 ? 'gone' : Math.min(reply, Number.MAX_SAFE_INTEGER);
};
