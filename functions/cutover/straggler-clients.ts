import type { ClientLine } from '../preflight/facts.ts';
import { isReplication } from '../preflight/gather/client-list.ts';

/** What monitors ask: who looks at a server does not use its data. */
const MONITORING = new Set([
  ...['acl', 'client', 'cluster', 'command', 'config', 'dbsize', 'debug', 'info', 'lastsave', 'latency', 'memory'],
  ...['module', 'monitor', 'ping', 'psync', 'replconf', 'role', 'sentinel', 'slowlog', 'sync', 'time'],
]);

/** A client that is connected, as CLIENT LIST tells it. */
export interface Connected {
  user?: string;
  name?: string;
  /** The last one, in lower case; absent when it has sent none. */
  command?: string;
  /** Since it sent something, to the second. 0 while a command of it waits for data. */
  idleMs: number;
  client: ClientLine;
}

/**
 * The clients that use a server or sit on it: no replicas, no Sentinels, no monitors by their last command.
 *
 * @param ourIds CLIENT ID of our own connections
 */
export const usersIn = (clients: readonly ClientLine[], ourIds: ReadonlySet<string>): Connected[] =>
  clients.flatMap((client) => {
    const [flags, name, cmd, idle] = ['flags', 'name', 'cmd', 'idle'].map((field) => client.get(field) ?? '') as [
      string,
      string,
      string,
      string,
    ];
    const command = cmd.toLowerCase();
    const isOurs = ourIds.has(client.get('id') ?? '') || name.startsWith('elasticache-migrator-');
    const isMonitor = flags.includes('O') || MONITORING.has(command.split('|', 1)[0] as string);
    if (isOurs || isMonitor || isReplication(client) || name.startsWith('sentinel-')) return [];
    const user = client.get('user');
    return [
      {
        ...(user && { user }),
        ...(name && { name }),
        ...(command && command !== 'null' && { command }),
        idleMs: flags.includes('b') ? 0 : (Number(idle) || 0) * 1000,
        client,
      },
    ];
  });
