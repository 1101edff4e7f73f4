import type { Endpoint } from '../migration/record.ts';
import type { ReplicaLimit, ReplicaSettings } from './replica-limit.ts';
import type { SyncCounters } from './sync-counters.ts';

/** The source, and what is known of it. */
export interface SourceSettings {
  source: Endpoint;
  settings: ReplicaSettings;
  counters: SyncCounters;
}

const MIB = 1024 * 1024;
/** Room above what was seen: writes have worse hours. */
const SAFETY = 2;
/** What the engines set when nobody does, for where it cannot be read. */
const DEFAULT_LIMIT: ReplicaLimit = { hardBytes: 256 * MIB, softBytes: 64 * MIB, softSeconds: 60 };
/** A limit that is overcome was too small by nobody knows how much. */
const LIMIT_GROWS_BY = 2;
const SMALLEST_BACKLOG_BYTES = 64 * MIB;
const BACKLOG_GROWS_BY = 4;

/**
 * The line that raises the limit far beyond itself, and so that a buffer of `peakBytes` stays below both of its parts. It
 * makes no limit where there is none. More than the machine has helps nobody: then there is no line.
 */
export const raiseLimit = ({ source, settings, counters }: SourceSettings, peakBytes: number): string[] => {
  const { hardBytes, softBytes, softSeconds } = settings.limit ?? DEFAULT_LIMIT;
  if (hardBytes === 0 && softBytes === 0) return [];
  const roomFor = Math.max(peakBytes, LIMIT_GROWS_BY * Math.max(hardBytes, softBytes));
  const bytes = Math.ceil((SAFETY * roomFor) / MIB) * MIB;
  if (counters.systemBytes !== undefined && bytes > counters.systemBytes) return [];
  // Before Redis 5 there is no class `replica`; later ones take both names.
  const name = (counters.majorVersion ?? 5) < 5 ? 'slave' : 'replica';
  const words = [name, hardBytes && bytes, softBytes && bytes / SAFETY, softSeconds];
  return [onSource(source, `CONFIG SET client-output-buffer-limit "${words.join(' ')}"`)];
};

/** The line for a backlog several times as large: how large it would have to be is not known. */
export const raiseBacklog = ({ source, settings, counters }: SourceSettings): string[] => {
  const bytes = Math.max(SMALLEST_BACKLOG_BYTES, BACKLOG_GROWS_BY * (settings.backlogBytes ?? 0));
  if (counters.systemBytes !== undefined && bytes > counters.systemBytes) return [];
  return [onSource(source, `CONFIG SET repl-backlog-size ${bytes}`)];
};

/** Full syncs that need no disk of the source's; there since Redis 2.8.18. */
export const syncWithoutDisk = ({ source }: SourceSettings): string[] => [
  onSource(source, 'CONFIG SET repl-diskless-sync yes'),
];

const onSource = ({ address, port }: Endpoint, command: string): string =>
  `redis-cli -h ${address} -p ${port} ${command}`;
