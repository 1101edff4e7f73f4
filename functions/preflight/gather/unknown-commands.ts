import type { Info } from '../../replication/info.ts';
import { callsIn, containerOf } from './command-calls.ts';
import { commandFlags } from './command-info.ts';
import type { Line } from './lines.ts';

/**
 * Commands of whoever runs a server, not of applications. ElastiCache does without most of them
 * (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/RestrictedCommands.html), and none is missed after a migration.
 */
const ADMINISTRATION = new Set([
  ...['acl', 'bgrewriteaof', 'bgsave', 'cluster', 'commandlog', 'config', 'debug', 'failover', 'lastsave', 'latency'],
  ...['module', 'monitor', 'psync', 'replconf', 'replicaof', 'role', 'save', 'sentinel', 'shutdown', 'slaveof'],
  ...['slowlog', 'sync', 'pfdebug', 'pfselftest', 'restore-asking'],
]);

/** Commands that were called on the source and that the target's primary does not know. @throws Unread */
export const commandsUnknownTo = async (primary: Line, source: Info): Promise<string[]> => {
  const names = new Set([...callsIn(source).keys()].map(containerOf));
  const asked = [...names].filter((name) => !ADMINISTRATION.has(name.toLowerCase()));
  const known = await commandFlags(primary, asked);
  return asked.filter((name) => known.get(name) === undefined).sort();
};
