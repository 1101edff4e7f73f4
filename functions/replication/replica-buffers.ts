import type { ReplicaLine } from './info.ts';

/** What a source holds back for one of its replicas. */
export interface ReplicaBuffer {
  /** The replica's IP address, as the source sees it. */
  ip: string;
  bytes: number;
}

/** What a source holds back for the replica that is being synced. */
export interface SyncBuffer {
  bytes: number;
  /** Of so many replicas the largest was taken: nobody can tell which one is the target. */
  amongReplicas: number;
}

/** The replicas in the answer to CLIENT LIST, by flag `S`. A line that lacks a field is left out. */
export const parseReplicaBuffers = (text: string): ReplicaBuffer[] =>
  text.split('\n').flatMap((line) => {
    const field = new Map(line.trim().split(' ').map(pairOf));
    const bytes = field.get('omem') ?? '';
    const ip = ipOf(field.get('addr') ?? '');
    const isReplica = field.get('flags')?.includes('S') ?? false;
    return isReplica && ip !== '' && /^\d{1,15}$/.test(bytes) ? [{ ip, bytes: Number(bytes) }] : [];
  });

const pairOf = (pair: string): [string, string] => {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
};

/** `10.0.1.1` of `10.0.1.1:6379`, `::1` of `[::1]:6379`. */
const ipOf = (address: string): string => address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');

/** A replica that has its copy is `online`; what is held back for any other counts towards a full sync. */
export const waitingReplicas = (replicas: readonly ReplicaLine[]): ReplicaLine[] =>
  replicas.filter(({ state }) => state !== 'online');

/**
 * The buffer of the replica that is being synced. A source knows the target by another address than we do: of several
 * replicas the largest buffer is taken of those that are not online yet, or of all where the addresses do not tell these
 * apart. undefined when there is none.
 */
export const bufferOfSync = (
  buffers: readonly ReplicaBuffer[],
  replicas: readonly ReplicaLine[],
): SyncBuffer | undefined => {
  const waiting = new Set(waitingReplicas(replicas).map(({ ip }) => ip));
  for (const { ip, state } of replicas) if (state === 'online') waiting.delete(ip);
  const syncing = buffers.filter(({ ip }) => waiting.has(ip));
  const candidates = syncing.length > 0 ? syncing : buffers;
  if (candidates.length === 0) return undefined;
  return { bytes: Math.max(...candidates.map(({ bytes }) => bytes)), amongReplicas: candidates.length };
};
