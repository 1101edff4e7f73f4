import { type Info, numberOf, parseInfo } from '../replication/info.ts';
import { toServerReading } from '../replication/server-reading.ts';
import { VerificationImpossibleError } from '../verification/errors.ts';
import type { Position, ServerIdentity, Traits } from '../verification/ports.ts';
import type { Connections } from './key-reader-connection.ts';

/** Which commands a server knows that others do not, and since when, for servers that do not answer COMMAND. */
const SINCE = {
  evalsha_ro: 7,
  pexpiretime: 7,
  smismember: 6.2,
  zmscore: 6.2,
  hpexpiretime: 7.4,
} as const;

export type Known = Record<keyof typeof SINCE, boolean>;

export interface Abilities {
  version: string;
  known: Known;
  traits: Omit<Traits, 'scripts' | 'sortsByBytes' | 'watch'>;
}

/** MEMORY USAGE came with 4.0; without it a big value could not be told before it is read. */
const OLDEST = 4;

export const readInfo = async (connections: Connections, section?: string): Promise<Info> =>
  parseInfo(String(await connections.aside(section ? ['INFO', section] : ['INFO'])));

/** @throws VerificationImpossibleError for a server that is too old, or in cluster mode */
export const readAbilities = async (connections: Connections): Promise<Abilities> => {
  const info = await readInfo(connections);
  const version = info.get('redis_version') ?? '0';
  const release = Number(/^\d+\.\d+/.exec(version)?.[0] ?? 0);
  if (release < OLDEST) {
    throw new VerificationImpossibleError(
      connections.name,
      `it is Redis ${version}, and 4.0 is the oldest that tells sizes`,
    );
  }
  if (info.get('redis_mode') === 'cluster') {
    throw new VerificationImpossibleError(connections.name, 'it is in cluster mode, which is not supported yet');
  }
  const known = await knownCommands(connections, release);
  const valkey = info.get('valkey_version');
  return {
    version: valkey === undefined ? version : `valkey ${valkey}`,
    known,
    traits: {
      version: valkey === undefined ? version : `valkey ${valkey}`,
      exactExpiry: known.pexpiretime,
      streamCounters: release >= 7,
      fieldExpiry: known.hpexpiretime,
    },
  };
};

const knownCommands = async (connections: Connections, release: number): Promise<Known> => {
  const names = Object.keys(SINCE) as (keyof Known)[];
  try {
    const answers = await connections.aside<unknown[]>(['COMMAND', 'INFO', ...names]);
    return Object.fromEntries(names.map((name, at) => [name, Array.isArray(answers[at])])) as Known;
  } catch (error) {
    if (!(error instanceof VerificationImpossibleError)) throw error;
    return Object.fromEntries(names.map((name) => [name, release >= SINCE[name]])) as Known;
  }
};

export const readIdentity = async (connections: Connections): Promise<ServerIdentity> => {
  const [info, stats, time] = await Promise.all([
    readInfo(connections),
    readInfo(connections, 'commandstats'),
    connections.aside<[Buffer, Buffer]>(['TIME']),
  ]);
  const calls = (...commands: string[]) => commands.reduce((sum, one) => sum + callsOf(stats, one), 0);
  const nowMs = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
  const reading = toServerReading(info, nowMs);
  return {
    runId: info.get('run_id') ?? '',
    replicationId: reading.replicationId,
    role: reading.role,
    linkUp: reading.link?.status === 'up' && !reading.link.loading,
    offset: reading.offset,
    keys: keysByDatabase(info),
    evictedKeys: numberOf(info, 'evicted_keys') ?? 0,
    fullSyncs: numberOf(info, 'sync_full') ?? 0,
    swaps: calls('swapdb'),
    renames: calls('rename', 'renamenx', 'move'),
    nowMs,
  };
};

/** `cmdstat_swapdb:calls=2,usec=5,…` */
const callsOf = (stats: Info, command: string): number =>
  Number(/^calls=(\d+)/.exec(stats.get(`cmdstat_${command}`) ?? '')?.[1] ?? 0);

export const readOffset = async (ask: Connections['aside']): Promise<number> =>
  toServerReading(parseInfo(String(await ask(['INFO', 'replication']))), 0).offset;

export const readPosition = async (connections: Connections): Promise<Position> => {
  // Several sections in one INFO are understood from 7.0 on only.
  const [replication, persistence] = await Promise.all(
    ['replication', 'persistence'].map((section) => readInfo(connections, section)),
  );
  const { offset } = toServerReading(replication as Info, 0);
  return { offset, changes: numberOf(persistence as Info, 'rdb_changes_since_last_save') ?? Number.NaN };
};

/** `db0:keys=3,expires=0,avg_ttl=0` */
const keysByDatabase = (info: Info): Record<string, number> => {
  const keys: Record<string, number> = {};
  for (const [name, value] of info) {
    const database = /^db(\d+)$/.exec(name)?.[1];
    const count = /keys=(\d+)/.exec(value)?.[1];
    if (database !== undefined && count !== undefined) keys[database] = Number(count);
  }
  return keys;
};
