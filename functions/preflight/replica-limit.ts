import type { Info } from '../replication/info.ts';
import { isAtLeast } from './engine.ts';
import { shown } from './text.ts';
import { numberField, textField, UnreadableFieldError } from './unreadable.ts';
import { sourceVersion } from './version.ts';

/** When the source closes the link of a replica that does not read fast enough. A limit of 0 is none. */
export interface ReplicaLimit {
  /** At this much in the buffer, at once. */
  hardBytes: number;
  /** At this much for longer than `softSeconds` without a break. */
  softBytes: number;
  softSeconds: number;
}

const PARAMETER = 'client-output-buffer-limit';

type Config = ReadonlyMap<string, string>;

/**
 * The limit as it was set: `normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60`. The class is called
 * `slave`, by newer Valkey `replica`.
 * @throws {UnreadableFieldError} it is absent, or of another form
 */
export const configuredLimit = (config: Config): ReplicaLimit => {
  const text = textField(config, PARAMETER, 'sourceConfig');
  const words = text.trim().split(/\s+/);
  const at = words.findIndex((word, index) => index % 4 === 0 && (word === 'slave' || word === 'replica'));
  const numbers = words.slice(at + 1, at + 4).map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
  const [hardBytes, softBytes, softSeconds] = numbers as [number, number, number];
  if (at === -1 || numbers.length < 3 || !numbers.every(Number.isSafeInteger)) {
    throw new UnreadableFieldError('sourceConfig', `its ${PARAMETER} is ${JSON.stringify(shown(text, 120))}`);
  }
  return { hardBytes, softBytes, softSeconds };
};

/**
 * The limit as it acts. From Redis 7 on a replica reads from the backlog's own memory, and a hard limit below
 * `repl-backlog-size` acts as if it were that size (redis.conf of 7.0); the soft limit stays as it is.
 * @throws {UnreadableFieldError}
 */
export const actingLimit = (info: Info, config: Config): ReplicaLimit => {
  const limit = configuredLimit(config);
  const shared = limit.hardBytes > 0 && isAtLeast(sourceVersion(info), '7.0');
  return shared ? { ...limit, hardBytes: Math.max(limit.hardBytes, backlogSize(config)) } : limit;
};

/** @throws {UnreadableFieldError} */
export const backlogSize = (config: Config): number => numberField(config, 'repl-backlog-size', 'sourceConfig');

/** What CONFIG SET calls the class: `replica` from Redis 5 on. @throws {UnreadableFieldError} */
export const limitClass = (info: Info): 'replica' | 'slave' =>
  isAtLeast(sourceVersion(info), '5.0') ? 'replica' : 'slave';
