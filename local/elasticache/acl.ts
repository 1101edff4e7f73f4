import { randomBytes } from 'node:crypto';

/** The control plane's own account on every node of a replication group. */
export interface ControlUser {
  username: string;
  password: string;
}

export const createControlUser = (): ControlUser => ({
  username: 'control-plane',
  password: randomBytes(24).toString('hex'),
});

/**
 * What clients find refused: the list of restricted commands of the ElastiCache user guide (RestrictedCommands), and the
 * commands beside them that would let a client change the topology of a node that AWS manages.
 */
const REFUSED = [
  ...['replicaof', 'slaveof', 'psync', 'sync', 'replconf', 'migrate', 'failover', 'module'],
  ...['config', 'debug', 'save', 'bgsave', 'bgrewriteaof', 'shutdown'],
  ...['deluser', 'load', 'save', 'setuser'].map((admin) => `acl|${admin}`),
  ...['addslots', 'addslotsrange', 'bumpepoch', 'delslots', 'delslotsrange', 'failover', 'flushslots'].map(
    (admin) => `cluster|${admin}`,
  ),
  ...['forget', 'meet', 'replicate', 'reset', 'saveconfig', 'set-config-epoch', 'setslot'].map(
    (admin) => `cluster|${admin}`,
  ),
];

/** The ACL of a node: everybody may use it as on ElastiCache, the control plane may do everything. */
export const aclRules = (control: ControlUser): string[] => [
  `${control.username} on >${control.password} ~* &* +@all`,
  `default on nopass ~* &* +@all ${REFUSED.map((command) => `-${command}`).join(' ')}`,
];
