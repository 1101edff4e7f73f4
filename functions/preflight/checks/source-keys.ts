import { check, measured } from '../check.ts';
import { copySeconds, datasetBytes } from '../copy-time.ts';
import type { SampledKey } from '../facts.ts';
import { keysIn, keyspaceOf } from '../keyspace.ts';
import { bytesText, listed, shown } from '../text.ts';

const BIG_ELEMENTS = 100_000;
const BIG_BYTES = 64 * 1024 * 1024;
const SHORT_TTL_MS = 60_000;
const SHORT_SHARE = 0.05;
const LARGE_KEYS = 100_000_000;
const LARGE_BYTES = 50e9;

/** What is special about the keys, as far as a sample shows it. */
export const SOURCE_KEYS_CHECKS = [
  check({
    id: 'big-keys',
    title: 'There are keys so big that a look at one stops the server.',
    required: `Keys of at most ${BIG_ELEMENTS.toLocaleString('en-US')} elements and ${bytesText(BIG_BYTES)}; or a cutover that can wait for them.`,
    because: measured(
      'a digest of a hash of 100,000 fields stopped its server for 0.3 s, one of a string of 64 MiB too',
    ),
    needs: ['sourceKeys'],
    rule: ({ sourceKeys }) => {
      const big = sourceKeys.filter(isBig).sort((one, other) => (other.bytes ?? 0) - (one.bytes ?? 0));
      return big.length === 0
        ? undefined
        : { found: `${big.length} of ${sourceKeys.length} sampled: ${listed(big.map(keyText))}.`, remedy: [] };
    },
  }),
  check({
    id: 'short-ttls',
    title: 'Many keys expire within a minute.',
    required: 'Nothing: they are copied with their TTLs. Until they expire, the two sides may differ in them.',
    because: measured('TTLs of a source before 7.0 came out longer by the replication lag: 4.0 s after a stall of 4 s'),
    needs: ['sourceKeys'],
    rule: ({ sourceKeys }) => {
      const short = sourceKeys.filter(({ ttlMs }) => ttlMs !== undefined && ttlMs <= SHORT_TTL_MS);
      return short.length === 0 || short.length < SHORT_SHARE * sourceKeys.length
        ? undefined
        : {
            found: `${short.length} of ${sourceKeys.length} sampled: ${listed(
              short.map(
                ({ database, name, ttlMs = 0 }) =>
                  `\`${shown(name)}\` of db${database} in ${Math.round(ttlMs / 1000)} s`,
              ),
              3,
            )}.`,
            remedy: [],
          };
    },
  }),
  check({
    id: 'sliding-ttls',
    title: 'TTLs are renewed while keys are in use.',
    required: 'Nothing for the copy. At the cutover, clients that renew a TTL as they read are stopped like writers.',
    because: measured('CLIENT PAUSE WRITE and ACL rules against writes stop EXPIRE and GETEX'),
    needs: ['sourceKeys'],
    rule: ({ sourceKeys }) => {
      const renewed = sourceKeys.filter(isRenewed);
      return renewed.length === 0
        ? undefined
        : {
            found: `${renewed.length} of ${sourceKeys.length} sampled: ${listed(
              renewed.map(
                (key) => `\`${shown(key.name)}\` of db${key.database} from ${key.ttlMs} ms to ${key.laterTtlMs} ms`,
              ),
              3,
            )}.`,
            remedy: [],
          };
    },
  }),
  check({
    id: 'keyspace-large',
    title: 'There is much to copy.',
    required: 'Time: the copy is made at one go, and begins again when its link is lost for too long.',
    because: measured('a full sync carried 39 MB/s between two servers, 59 MB/s at best'),
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }, circumstances) => {
      const keys = keysIn(keyspaceOf(sourceInfo, 'sourceInfo'));
      const bytes = datasetBytes(sourceInfo);
      if (keys < LARGE_KEYS && bytes < LARGE_BYTES) return undefined;
      const speed = Math.round(circumstances.copyBytesPerSecond / 1e6);
      return {
        found: `${keys.toLocaleString('en-US')} keys, ${bytesText(bytes)}: about ${durationText(copySeconds(sourceInfo, circumstances))} at ${speed} MB/s.`,
        remedy: [],
      };
    },
  }),
] as const;

/** A string's elements are its bytes. */
const isBig = ({ type, bytes = 0, elements = 0 }: SampledKey): boolean =>
  bytes > BIG_BYTES || elements > (type === 'string' ? BIG_BYTES : BIG_ELEMENTS);

const keyText = ({ database, name, type, bytes, elements }: SampledKey): string => {
  const size = [
    ...(elements === undefined || type === 'string' ? [] : [`${elements.toLocaleString('en-US')} elements`]),
    ...(bytes === undefined ? [] : [bytesText(bytes)]),
  ];
  return `\`${shown(name)}\` of db${database} (${[shown(type, 20), ...size].join(', ')})`;
};

const isRenewed = ({ ttlMs, laterTtlMs }: SampledKey): boolean =>
  ttlMs !== undefined && laterTtlMs !== undefined && laterTtlMs > ttlMs;

const durationText = (seconds: number): string => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
};
