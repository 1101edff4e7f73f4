import { Unread } from '../ports.ts';
import { MOOT } from './fact.ts';
import type { LookedAt } from './keys.ts';
import type { Line } from './lines.ts';
import { accepted, bytesIn, unexpected } from './replies.ts';
import { askIn } from './sample.ts';

const SMALL_BYTES = 4096;
const MOST_TRIES = 3;
/** RDB version in two bytes, the lower first, then a checksum in eight. */
const FOOTER_BYTES = 10;

/** The RDB version at the end of what DUMP makes of a small key; moot without one. @throws Unread */
export const rdbFormatOf = async (line: Line, keys: readonly LookedAt[]): Promise<number | typeof MOOT> => {
  const small = keys.filter(isSmall).slice(0, MOST_TRIES);
  for (const { database, key } of small) {
    const [dump] = accepted(await askIn(line, database, [['DUMP', key]]));
    if (dump === null) continue;
    const bytes = bytesIn(dump, 'DUMP');
    if (bytes.length <= FOOTER_BYTES) throw unexpected('DUMP');
    return bytes.readUInt16LE(bytes.length - FOOTER_BYTES);
  }
  if (small.length > 0) throw new Unread('the keys that DUMP was asked for were gone');
  return MOOT;
};

/** Without MEMORY USAGE only the size of a string is known. */
const isSmall = ({ type, bytes, elements }: LookedAt): boolean =>
  bytes === undefined ? type === 'string' && elements !== undefined && elements < SMALL_BYTES : bytes < SMALL_BYTES;
