/** CONFIG GET is asked for these, and no others. */
export const SOURCE_PARAMETERS = [
  'aclfile',
  'appendonly',
  'bind',
  'client-output-buffer-limit',
  'databases',
  'maxclients',
  'maxmemory',
  'maxmemory-policy',
  'min-replicas-max-lag',
  'min-replicas-to-write',
  'min-slaves-max-lag',
  'min-slaves-to-write',
  'protected-mode',
  'repl-backlog-size',
  'save',
] as const;

/**
 * Commands that must not be renamed (Migration-Prepare: "data-modifying/replication commands"; `sync`, `psync`, `info`,
 * `config`, `command` and `cluster` by name). Only such as every supported version has.
 */
export const NEEDED_COMMANDS = [
  ...['sync', 'psync', 'info', 'config', 'command', 'cluster', 'replconf', 'ping', 'select', 'multi', 'exec', 'eval'],
  ...['set', 'append', 'incrby', 'setrange', 'del', 'rename', 'expire', 'pexpireat', 'persist', 'restore'],
  ...['lpush', 'rpush', 'lpop', 'rpop', 'lrem', 'ltrim', 'lset', 'linsert', 'sadd', 'srem', 'sunionstore'],
  ...['zadd', 'zrem', 'zincrby', 'zunionstore', 'hset', 'hdel', 'hincrby', 'pfadd', 'flushdb', 'flushall', 'publish'],
] as const;
