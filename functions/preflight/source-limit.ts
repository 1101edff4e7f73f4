import type { Info } from '../replication/info.ts';
import { actingLimit, parseReplicaLimit, type ReplicaLimit } from '../replication/replica-limit.ts';
import { isAtLeast } from './engine.ts';
import { shown } from './text.ts';
import { numberField, textField, UnreadableFieldError } from './unreadable.ts';
import { sourceVersion } from './version.ts';

const PARAMETER = 'client-output-buffer-limit';

type Config = ReadonlyMap<string, string>;

/** The limit of replicas' buffers as it was set. @throws {UnreadableFieldError} it is absent, or of another form */
export const configuredLimit = (config: Config): ReplicaLimit => {
  const text = textField(config, PARAMETER, 'sourceConfig');
  const limit = parseReplicaLimit(text);
  if (limit) return limit;
  throw new UnreadableFieldError('sourceConfig', `its ${PARAMETER} is ${JSON.stringify(shown(text, 120))}`);
};

/** The limit as it acts: Redis 7 takes no hard one below the backlog's size. @throws {UnreadableFieldError} */
export const sourceLimit = (info: Info, config: Config): ReplicaLimit => {
  const settings = { limit: configuredLimit(config), backlogBytes: backlogSize(config) };
  return actingLimit(settings, Number.parseInt(sourceVersion(info), 10)) ?? settings.limit;
};

/** @throws {UnreadableFieldError} */
export const backlogSize = (config: Config): number => numberField(config, 'repl-backlog-size', 'sourceConfig');

/** What CONFIG SET calls the class: `replica` from Redis 5 on. @throws {UnreadableFieldError} */
export const limitClass = (info: Info): 'replica' | 'slave' =>
  isAtLeast(sourceVersion(info), '5.0') ? 'replica' : 'slave';
