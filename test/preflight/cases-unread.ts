import type { CheckId } from '../../functions/migration/preflight.ts';
import type { FaultRule } from '../../local/elasticache/faults.ts';
import * as act from './acts.ts';
import type { Case } from './case.ts';
import type { Pair } from './pair.ts';

/** The source lets everybody do everything but this. */
const withoutCommand = (command: string) => [`default on nopass ~* &* +@all -${command}`];

/** Whoever reads may do everything but this on every node of the target. */
const targetWithout = (command: string) => async (pair: Pair) => {
  const rule = (sign: string) =>
    Promise.all(pair.group.nodes().map((node) => node.command('ACL', 'SETUSER', 'default', `${sign}${command}`)));
  await rule('-');
  return () => rule('+');
};

const apiFault = (fault: FaultRule) => async (pair: Pair) => pair.ground.scene.service.faults.add(fault);

const refusedBySource = (id: CheckId, command: string, also?: readonly CheckId[]): Case => ({
  id,
  how: 'ACL',
  what: `the source's default user has -${command}`,
  pair: { acl: withoutCommand(command) },
  ...(also && { also }),
});

/** A fact that could not be read, each by itself. */
export const UNREAD_CASES: readonly Case[] = [
  {
    id: 'unread-target-clusters',
    how: 'API fault',
    what: 'DescribeCacheClusters is denied',
    prepare: apiFault({ action: 'DescribeCacheClusters', kind: 'accessDenied' }),
    also: ['unread-target-parameters'],
  },
  {
    id: 'unread-target-parameters',
    how: 'API fault',
    what: 'DescribeCacheParameters is denied',
    prepare: apiFault({ action: 'DescribeCacheParameters', kind: 'accessDenied' }),
  },
  {
    id: 'unread-target-clients',
    how: 'ACL',
    what: "the target's default user has -client|list",
    prepare: targetWithout('client|list'),
  },
  {
    id: 'unread-target-commands',
    how: 'ACL',
    what: "the target's default user has -command",
    prepare: targetWithout('command'),
  },
  {
    id: 'unread-source-address',
    how: 'name',
    what: 'DNS does not know the name when it is first asked',
    pair: { address: 'untold.example' },
    async prepare({ ground }) {
      ground.aliases['untold.example:*'] = '127.0.0.1:*';
      let asked = 0;
      const addresses = () => (asked++ === 0 ? [] : ['10.0.0.5']);
      Object.defineProperty(ground.addresses, 'untold.example', { get: addresses, configurable: true });
      return undefined;
    },
  },
  refusedBySource('unread-source-info', 'info', ['unread-source-clients']),
  refusedBySource('unread-source-config', 'config|get'),
  refusedBySource('unread-source-commands', 'command', ['unread-source-writes']),
  refusedBySource('unread-source-modules', 'module|list'),
  refusedBySource('unread-source-functions', 'function|list'),
  refusedBySource('unread-source-clients', 'client|list'),
  refusedBySource('unread-source-users', 'acl|users', ['fence-weak']),
  refusedBySource('unread-source-keys', 'scan'),
  {
    id: 'unread-source-writes',
    how: 'RESP front',
    what: 'INFO is refused the second time',
    pair: { front: { INFO: act.onceThen(act.refuse()) } },
  },
  refusedBySource('unread-sentinels', 'pubsub|numsub'),
  refusedBySource('unread-rdb-format', 'dump'),
  refusedBySource('unread-clocks', 'time'),
];
