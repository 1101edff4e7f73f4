/** When a source closes the link of a replica that does not read fast enough. A limit of 0 is none. */
export interface ReplicaLimit {
  /** With this much in the buffer, at once. */
  hardBytes: number;
  /** With this much for longer than `softSeconds` without a break. */
  softBytes: number;
  softSeconds: number;
}

/** What a source's configuration says of its replicas. What cannot be read is absent. */
export interface ReplicaSettings {
  /** As it was set. */
  limit?: ReplicaLimit;
  backlogBytes?: number;
}

/**
 * The class `slave` (Valkey may call it `replica`) of CONFIG's `client-output-buffer-limit`:
 * `normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60`. undefined when it is of another form.
 */
export const parseReplicaLimit = (text: string): ReplicaLimit | undefined => {
  const words = text.trim().split(/\s+/);
  const at = words.findIndex((word, index) => index % 4 === 0 && (word === 'slave' || word === 'replica'));
  const [hardBytes, softBytes, softSeconds] = words.slice(at + 1, at + 4).map(toCount);
  if (at < 0 || hardBytes === undefined || softBytes === undefined || softSeconds === undefined) return undefined;
  return { hardBytes, softBytes, softSeconds };
};

/** A whole number of zero or more; undefined when it is none, or beyond what a number holds exactly. */
export const toCount = (text: string): number | undefined =>
  /^\d+$/.test(text) && Number(text) <= Number.MAX_SAFE_INTEGER ? Number(text) : undefined;

/**
 * The limit as it acts. From Redis 7 on, and in Valkey, a hard limit below `repl-backlog-size` acts as if it were that
 * size (measured: with 8 MB and a backlog of 16 MB, 7.0.15 closed the link at 16.8 MB; 6.2.5 closes it at the limit).
 */
export const actingLimit = (
  { limit, backlogBytes = 0 }: ReplicaSettings,
  majorVersion: number | undefined,
): ReplicaLimit | undefined => {
  if (!limit) return undefined;
  const sharesBacklog = limit.hardBytes > 0 && (majorVersion ?? 0) >= 7;
  return sharesBacklog ? { ...limit, hardBytes: Math.max(limit.hardBytes, backlogBytes) } : limit;
};
