import type { Redaction } from '../../migration/key-name.ts';
import type { Endpoint } from '../../migration/record.ts';
import type { Info } from '../../replication/info.ts';
import type { Clock } from '../../replication/ports.ts';
import { isAtLeast } from '../engine.ts';
import type { Fact, Facts, SampledKey } from '../facts.ts';
import { type Keyspace, keyspaceOf } from '../keyspace.ts';
import { type Servers, Unread } from '../ports.ts';
import { UnreadableFieldError } from '../unreadable.ts';
import { sourceVersion } from '../version.ts';
import type { ClockReading } from './clocks.ts';
import { commandFlags, replicationOf } from './command-info.ts';
import { factOf, MOOT, valueIn } from './fact.ts';
import { readFenceRights } from './fence-rights.ts';
import { type LookedAt, lookAgain, lookAtKeys, toSampledKey } from './keys.ts';
import type { Line, Lines } from './lines.ts';
import { meet } from './meet.ts';
import { rdbFormatOf } from './rdb-format.ts';
import { type Reading, takeReading } from './reading.ts';
import { reachReplicas } from './replicas.ts';
import { integerIn } from './replies.ts';
import { sampleNames } from './sample.ts';
import { findSentinels } from './sentinels.ts';
import { readServer } from './source-server.ts';
import { writeRate } from './writes.ts';

type SourceFactName = Extract<keyof Facts, `source${string}`> | 'writes' | 'sentinels' | 'rdbFormat' | 'fenceRights';
export type SourceFacts = Pick<Facts, SourceFactName> & { clock: Fact<ClockReading> };

/** What the parts of the source's gathering share. */
export interface Asking {
  source: Endpoint;
  lines: Lines;
  servers: Servers;
  clock: Clock;
  /** Between the two readings of the writes; 0 for none. */
  sampleMs: number;
  /** Of names of keys; undefined where they are told as they are. */
  redaction: Redaction | undefined;
}

/** Reads all of the source's facts: over one connection, and what takes longer beside it. */
export const gatherSource = async (asking: Asking): Promise<SourceFacts> => {
  const { source, lines, servers, clock } = asking;
  const line = lines.to(source);
  const addresses = factOf(() => servers.resolve(source.address, lines.untilMs));
  const { reach, info: sourceInfo, reading, login, answers } = await meet(source, line, lines, servers, clock);
  const begun = {
    sourceAddresses: await addresses,
    sourceReach: { value: reach },
    sourceLogin: login ? { value: login } : MOOT,
    sourceInfo,
  };
  if (!answers) return { ...NOTHING, ...begun };

  const info = valueIn(sourceInfo);
  const version = info && versionIn(info);
  const keyLine = lines.to(source);
  const looking = lookAtSome(asking, keyLine, info, version);
  const { clock: sourceClock, ...server } = await readServer(line, info, version, clock);
  const sentinels = factOf(() => findSentinels(source, line, lines, server.sourceClients));
  const sourceReplicas = factOf(() => (info ? reachReplicas(info, lines) : MOOT));
  const looked = await looking;
  const rdbFormat = 'value' in looked ? await factOf(() => rdbFormatOf(keyLine, looked.value)) : MOOT;

  if (reading) await lines.pause(reading.atMs + asking.sampleMs - clock.now(), clock);
  return {
    ...begun,
    ...server,
    fenceRights: login ? await readFenceRights(line, version) : MOOT,
    clock: sourceClock,
    writes: await watched(asking, line, reading, server.sourceCommands),
    sourceKeys: await lookedAtAgain(asking, keyLine, looked),
    rdbFormat,
    sentinels: await sentinels,
    sourceReplicas: await sourceReplicas,
  };
};

/** Of a source that is not open: its reach says why. */
const NOTHING: Omit<SourceFacts, 'sourceAddresses' | 'sourceReach' | 'sourceLogin' | 'sourceInfo'> = {
  sourceConfig: MOOT,
  sourceCommands: MOOT,
  sourceModules: MOOT,
  sourceFunctions: MOOT,
  sourceClients: MOOT,
  sourceUsers: MOOT,
  sourceRules: MOOT,
  fenceRights: MOOT,
  sourceReplicas: MOOT,
  sourceKeys: MOOT,
  writes: MOOT,
  sentinels: MOOT,
  rdbFormat: MOOT,
  clock: MOOT,
};

/** undefined when INFO does not tell it, which is for the checks to say. */
const versionIn = (info: Info): string | undefined => {
  try {
    return sourceVersion(info);
  } catch (error) {
    if (error instanceof UnreadableFieldError) return undefined;
    throw error;
  }
};

const lookAtSome = (
  { clock }: Asking,
  line: Line,
  info: Info | undefined,
  version: string | undefined,
): Promise<Fact<LookedAt[]>> =>
  factOf(async () => {
    const databases = info ? keyspaceOf(info, 'sourceKeys') : await firstDatabase(line);
    const measured = version === undefined || isAtLeast(version, '4.0');
    return lookAtKeys(line, await sampleNames(line, databases), measured, clock);
  });

/** Without INFO nobody knows which databases there are. */
const firstDatabase = async (line: Line): Promise<Keyspace[]> => {
  const keys = integerIn(await line.ask('DBSIZE'), 'DBSIZE');
  return keys > 0 ? [{ database: 0, keys, expires: 0 }] : [];
};

const lookedAtAgain = async (
  { clock, sampleMs, redaction }: Asking,
  line: Line,
  looked: Fact<LookedAt[]>,
): Promise<Fact<SampledKey[]>> => {
  if (!('value' in looked)) return looked;
  if (sampleMs === 0) return { value: looked.value.map((look) => toSampledKey(look, redaction)) };
  return factOf(() => lookAgain(line, looked.value, clock, redaction));
};

const watched = (
  { sampleMs, lines, source, clock }: Asking,
  line: Line,
  first: Reading | undefined,
  sourceCommands: Facts['sourceCommands'],
): Promise<Facts['writes']> =>
  factOf(async () => {
    if (!first) return MOOT;
    if (sampleMs === 0) throw new Unread('the sample of the writes is set to 0 ms');
    const second = await takeReading(line, lines, source, clock);
    return writeRate(first, second, async (names) => {
      if (!('value' in sourceCommands)) throw new Unread('COMMAND INFO was not answered');
      const flags = await commandFlags(line, names);
      return (name) => replicationOf(name, flags.get(name));
    });
  });
