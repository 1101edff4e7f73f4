import type { StreamFacts } from './ports.ts';

/*
 * The same text for a value as script-values.ts makes on the server: where one side forbids scripts its digests have to
 * equal the other's. A test holds the two together.
 */
const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const withLength = (value: Buffer): Buffer[] => [text(`${value.length}:`), value];

const sorted = (items: readonly Buffer[], hashed: boolean, sha1: (value: Buffer) => string): Buffer[] =>
  (hashed ? items.map((item) => text(sha1(item))) : items).toSorted(Buffer.compare).flatMap(withLength);

/** Makes the parts whose concatenation is digested. */
export const canonical = (sha1: (value: Buffer) => string) => ({
  string: (value: Buffer): Buffer[] => [text('s'), ...withLength(value)],
  hyperLogLog: (value: Buffer): Buffer[] => [text(`H${value.length}:`), value.subarray(0, 8), value.subarray(16)],
  list: (elements: readonly Buffer[]): Buffer[] => [text(`l${elements.length}:`), ...elements.flatMap(withLength)],
  set: (members: readonly Buffer[], hashed: boolean): Buffer[] => [
    text(`u${members.length}:`),
    ...sorted(members, hashed, sha1),
  ],
  /** @param expiries of each field, -1 for none */
  hash: (entries: readonly [Buffer, Buffer][], expiries: readonly number[], hashed: boolean): Buffer[] => [
    text(`h${entries.length}:`),
    ...sorted(
      entries.map(([field, value], at) => {
        const expiry = expiries[at] ?? -1;
        return Buffer.concat([
          ...withLength(field),
          ...withLength(value),
          ...(expiry >= 0 ? [text(`@${expiry}`)] : []),
        ]);
      }),
      hashed,
      sha1,
    ),
  ],
  zset: (entries: readonly [Buffer, Buffer][], printScores: boolean): Buffer[] => [
    text(`z${entries.length}:`),
    ...entries.flatMap(([member, score]) => [
      ...withLength(member),
      ...withLength(printScores ? printedScore(score) : score),
    ]),
  ],
  stream: (
    entries: readonly { entry: Buffer }[],
    facts: StreamFacts,
    pending: readonly (readonly { entry: Buffer }[])[],
  ): Buffer[] => [
    text(`x${entries.length}:`),
    ...entries.map(({ entry }) => entry),
    text(`|${facts.lastId}`),
    ...(facts.entriesAdded === undefined ? [] : [text(`|${facts.entriesAdded}|${facts.maxDeletedId}`)]),
    text(`|${facts.groups.length}:`),
    ...facts.groups.flatMap((group, at) => [
      ...withLength(group.name),
      text(group.lastDeliveredId),
      text(`|${group.pending}:`),
      ...(pending[at] ?? []).map(({ entry }) => entry),
      ...group.consumers.flatMap((consumer) => [...withLength(consumer.name), text(`${consumer.pending};`)]),
      text('.'),
    ]),
  ],
});

/** One stream entry: `id count:` and its fields and values, each with its length. */
export const streamEntry = (id: string, fields: readonly Buffer[]): Buffer =>
  Buffer.concat([text(`${id} ${fields.length}:`), ...fields.flatMap(withLength)]);

/**
 * One pending entry: id and consumer. Without the delivery count: a consumer that reads its history (`XREADGROUP … 0`) raises
 * it, and that is not replicated (measured on redis-server 7.0.15).
 */
export const pendingEntry = (id: string, consumer: Buffer): Buffer =>
  Buffer.concat([text(`${id} `), ...withLength(consumer)]);

/** A score as `%.17g` prints it: what every version prints, read and printed anew, so that versions do not matter. */
export const printedScore = (score: Buffer): Buffer =>
  text(print17(Number(score.toString('latin1').replace(/inf$/, 'Infinity'))));

const print17 = (value: number): string => {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  // Not every version keeps the sign of -0.
  if (value === 0) return '0';
  const [mantissa = '', power = ''] = value.toExponential(16).split('e');
  const exponent = Number(power);
  // C's %g: plain digits while the exponent lies in -4..16, then without trailing zeros.
  if (exponent < -4 || exponent >= 17) {
    const digits = Math.abs(exponent).toString().padStart(2, '0');
    return `${withoutZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  return withoutZeros(value.toFixed(16 - exponent));
};

const withoutZeros = (digits: string): string => (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits);
