import { tlsRefused } from '../../../functions/adapters/login.ts';
import type { Circumstances, FactValues } from '../../../functions/preflight/facts.ts';
import { aCluster, aNode, aTargetGroup, NOW, nodeInfo, nodes, sourceConfig, sourceInfo } from '../support/facts.ts';

/** Facts of a pair that many checks speak of; those of `unread` could not be read. */
export interface BrokenFacts {
  values: Partial<FactValues>;
  unread?: 'sourceUsers';
  circumstances?: Partial<Circumstances>;
}

const there = { address: '10.9.9.9', port: 6379 };

/** Each check whose lines to paste hold a word that a server has told is broken in one of these. */
export const BROKEN: readonly BrokenFacts[] = [
  {
    values: {
      sourceCommands: new Map([['psync', false]]),
      sourceInfo: sourceInfo({
        connected_slaves: '2',
        slave0: 'ip=10.9.9.9,port=6379,state=online,offset=1,lag=0',
      }),
      sourceReplicas: [{ endpoint: there, unreached: 'no answer' }],
      sentinels: [
        { endpoint: there, primaryName: 'mymaster', replicas: [{ address: 'test-001.example', port: 6379 }] },
      ],
      sourceModules: [{ name: 'ReJSON', path: '/rejson.so' }],
      sourceFunctions: ['mylib'],
      sourceConfig: sourceConfig({ 'maxmemory-policy': 'noeviction', databases: '32', bind: '127.0.0.1' }),
      clusters: [aCluster({ parameterGroup: 'mine' })],
      nodes: nodes(aNode({ info: nodeInfo({ redis_version: '6.2.6' }) })),
    },
    unread: 'sourceUsers',
  },
  {
    values: {
      sourceInfo: sourceInfo({ role: 'slave', master_host: '10.9.9.9', master_port: '6379' }),
      sourceAddresses: ['10.9.9.9', '10.9.9.8'],
      group: aTargetGroup({
        globalReplicationGroupId: 'ldgnf-x',
        cacheNodeType: 'cache.r6gd.large',
        dataTiering: 'enabled',
        clusterEnabled: true,
        multiAz: 'disabled',
        transitEncryptionEnabled: true,
        authTokenEnabled: true,
        memberClusters: ['test-001', 'test-002', 'test-003'],
      }),
      clusters: [aCluster({ status: 'modifying', parameterApplyStatus: 'pending-reboot' })],
    },
    circumstances: { rolledBack: { migrationId: 'test-0123456789ab', at: new Date(NOW - 1000).toISOString() } },
  },
  { values: { nodes: { read: [aNode()], unread: [{ cacheClusterId: 'test-002', endpoint: there, why: 'silent' }] } } },
];

/** What a secret for a server with such a name is told of by a line. */
export const loginTo = (address: string): BrokenFacts => ({
  values: {
    sourceLogin: [tlsRefused({ address, port: 6379 }, { code: 'CERT_HAS_EXPIRED' })?.problem].filter(
      (problem) => problem !== undefined,
    ),
  },
});

/** A place of a text in facts. */
export type Place = readonly (string | number)[];

/** Each text of a value. Keys of a map are not: only our own lists make them. */
export const placesIn = (value: unknown): Place[] => {
  if (typeof value === 'string') return [[]];
  if (typeof value !== 'object' || value === null) return [];
  const members = value instanceof Map ? [...value] : Object.entries(value);
  return members.flatMap(([name, one]) => placesIn(one).map((place) => [name, ...place]));
};

/** A copy with the word in that place, or where the text there holds an address among others, for the address. */
export const withWord = <T>(value: T, place: Place, word: string): T => copied(value, place, word) as T;

const copied = (value: unknown, [name, ...inner]: Place, word: string): unknown => {
  if (name === undefined) return String(value).includes('ip=10.9.9.9') ? String(value).replace('10.9.9.9', word) : word;
  if (value instanceof Map) return new Map(value).set(name, copied(value.get(name), inner, word));
  if (Array.isArray(value)) return value.with(Number(name), copied(value[Number(name)], inner, word));
  const object = value as Record<string, unknown>;
  return { ...object, [name]: copied(object[name], inner, word) };
};
