import { type Engine, engineText, isAtLeast } from './engine.ts';

/**
 * The RDB version that each release writes (RDB_VERSION in its src/rdb.h). Releases that are not here, such as
 * ElastiCache's own Redis OSS 7.1 and Valkey 8.2, write and load at least what the one before them does.
 */
const RELEASES: Record<Engine['name'], readonly (readonly [release: string, format: number])[]> = {
  redis: [
    ...(['2.8', '3.0'] as const).map((release) => [release, 6] as const),
    ['3.2', 7],
    ['4.0', 8],
    ...(['5.0', '6.0', '6.2'] as const).map((release) => [release, 9] as const),
    ['7.0', 10],
    ['7.2', 11],
    ...(['7.4', '8.0', '8.2', '8.4'] as const).map((release) => [release, 12] as const),
    ['8.6', 13],
    ['8.8', 14],
  ],
  valkey: [
    ...(['7.2', '8.0', '8.1'] as const).map((release) => [release, 11] as const),
    ['9.0', 80],
    ['9.1', 80],
    ['9.2', 81],
  ],
};

/** The last version that both engines have in common. */
const LAST_COMMON = 11;
/** Valkey's own begin here; those between are of Redis, and Valkey refuses them whatever its release. */
const FIRST_OF_VALKEY = 80;

/** What is known of a release: its version, or only that it is not below one. */
interface Known {
  format: number;
  isExact: boolean;
}

const knownOf = ({ name, version }: Engine): Known | undefined => {
  const last = RELEASES[name].findLast(([release]) => isAtLeast(version, release));
  if (last === undefined) return undefined;
  const [release, format] = last;
  return { format, isExact: `${version}.`.startsWith(`${release}.`) };
};

export type Direction = { loads: 'yes' } | { loads: 'no' | 'unknown'; why: string };

/**
 * Whether the target loads what the source sends in a full sync. A newer format is refused by an older release: `Can't
 * handle RDB format version`.
 *
 * @param dumpFormat what a DUMP of the source says, which goes before the table
 */
export const rdbDirection = (source: Engine, target: Engine, dumpFormat: number | undefined): Direction => {
  const sent = dumpFormat === undefined ? knownOf(source) : { format: dumpFormat, isExact: true };
  const has = knownOf(target);
  const sides = `${engineText(source)} writes ${sent === undefined ? 'an RDB version that is not known here' : `RDB version ${sent.format}`}${sent?.isExact === false ? ' or later' : ''}, ${engineText(target)} `;
  if (has === undefined) return { loads: 'unknown', why: `${sides}is older than what is known here.` };
  if (sent === undefined) return { loads: 'unknown', why: `${sides}loads up to ${has.format}.` };

  const fits = loads(target, has.format, sent.format);
  if (fits && sent.isExact) return { loads: 'yes' };
  const why = `${sides}loads ${has.isExact ? 'up to' : 'at least'} ${has.format}.`;
  if (fits) return { loads: 'unknown', why };
  if (source.name === 'valkey' && sent.format >= FIRST_OF_VALKEY && loads(target, has.format, LAST_COMMON))
    return {
      loads: 'unknown',
      why: `${why} Valkey 9 sends version ${LAST_COMMON} to an older replica, if the sync is diskless and no newer feature is in use.`,
    };
  if (has.isExact || isForeign(target, sent.format)) return { loads: 'no', why };
  return { loads: 'unknown', why };
};

const loads = (target: Engine, own: number, format: number): boolean => format <= own && !isForeign(target, format);

/** Versions that a Valkey never loads, and those of Valkey that a Redis never does. */
const isForeign = ({ name }: Engine, format: number): boolean =>
  name === 'valkey' ? format > LAST_COMMON && format < FIRST_OF_VALKEY : format >= FIRST_OF_VALKEY;
