import type { ReplicationGroup } from '@aws-sdk/client-elasticache';
import * as act from './acts.ts';
import { startSentinel } from './bare-server.ts';
import type { Case } from './case.ts';
import type { Pair } from './pair.ts';
import { until } from './until.ts';

const VALUE = 'x'.repeat(100_000);

const infoNumber = async (pair: Pair, field: string): Promise<number> =>
  Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(await pair.onSource<string>('INFO', 'memory'))?.[1]);

const withMaxmemory = async (pair: Pair, bytes: number) => {
  const [, before] = await pair.onTarget<[string, string]>('CONFIG', 'GET', 'maxmemory');
  await pair.onTarget('CONFIG', 'SET', 'maxmemory', String(Math.round(bytes)));
  return () => pair.onTarget('CONFIG', 'SET', 'maxmemory', before);
};

/** DUMP whose footer says this RDB version: two bytes before the eight of the checksum, the lower one first. */
const dumpOf = (format: number): act.Act =>
  act.change((reply) => {
    if (!('data' in reply) || reply.data === null) return reply;
    const data = Buffer.from(reply.data);
    data.writeUInt16LE(format, data.length - 10);
    return { ...reply, data };
  });

const laterBy =
  (seconds: number): Parameters<typeof act.change>[0] =>
  (reply) => {
    if (!('items' in reply) || reply.items === null) return reply;
    const [first, ...rest] = reply.items;
    const data = first !== undefined && 'data' in first ? first.data : null;
    if (data === null) return reply;
    return { ...reply, items: [{ type: '$', data: Buffer.from(String(Number(data) + seconds)) }, ...rest] };
  };

const withReplicaAt = ({ NodeGroups = [] }: ReplicationGroup, port: number): Partial<ReplicationGroup> => ({
  NodeGroups: NodeGroups.map((nodeGroup) => ({
    ...nodeGroup,
    NodeGroupMembers: (nodeGroup.NodeGroupMembers ?? []).map((member) =>
      member.CurrentRole === 'replica' ? { ...member, ReadEndpoint: { Address: '10.0.0.5', Port: port } } : member,
    ),
  })),
});

/** Conditions between the two sides. */
export const COMPARED_CASES: readonly Case[] = [
  {
    id: 'target-memory',
    how: 'redis.conf',
    what: 'maxmemory of its primary is half of what the source uses',
    prepare: async (pair) => withMaxmemory(pair, (await infoNumber(pair, 'used_memory')) / 2),
  },
  {
    id: 'target-memory-tight',
    how: 'redis.conf',
    what: 'maxmemory of its primary is hardly more than what the source uses',
    async prepare(pair) {
      // Much against what connections take and give back; one by one, so that the peak is not much more than the end.
      const client = await pair.client(pair.source.port);
      for (let index = 0; index < 200; index++) await client.sendCommand(['SET', `filled:${index}`, VALUE]);
      return withMaxmemory(pair, 1.02 * (await infoNumber(pair, 'used_memory_peak')));
    },
  },
  {
    id: 'target-lacks-commands',
    how: 'redis.conf',
    what: 'a command that a client of the source has called is renamed on its nodes',
    pair: { group: { config: { 'rename-command': 'LOLWUT ""' } } },
    async prepare({ onSource }) {
      await onSource('LOLWUT');
      return undefined;
    },
  },
  {
    id: 'eviction-policy-differs',
    how: 'redis.conf',
    what: 'maxmemory-policy of the source is noeviction',
    pair: { source: { 'maxmemory-policy': 'noeviction' } },
  },
  {
    id: 'databases-differ',
    how: 'redis.conf',
    what: 'databases of the source is 32',
    pair: { source: { databases: '32' } },
  },
  {
    id: 'several-databases',
    how: 'data',
    what: 'one key of the source is in db3',
    async prepare({ onSource }) {
      await onSource('MOVE', 'key:0', '3');
      return undefined;
    },
  },
  {
    id: 'rdb-format',
    how: 'RESP front',
    what: 'INFO of its primary says 6.2.6',
    pair: { targetFronts: { primary: { INFO: act.info({ redis_version: '6.2.6' }) } } },
  },
  {
    id: 'rdb-format-unknown',
    how: 'RESP front',
    what: "INFO of its primary says 7.1.0, which is of ElastiCache alone, and the source's DUMP says 11",
    pair: {
      front: { DUMP: dumpOf(11) },
      targetFronts: { primary: { INFO: act.info({ redis_version: '7.1.0' }) } },
    },
  },
  {
    id: 'source-version',
    how: 'RESP front',
    what: 'INFO of the source says 2.8.20',
    // So old a server has no fence that holds scripts.
    also: ['fence-none'],
    pair: { front: { INFO: act.info({ redis_version: '2.8.20' }) } },
  },
  {
    id: 'source-modules',
    how: 'RESP front',
    what: 'MODULE LIST of the source names one',
    pair: { front: { 'MODULE LIST': act.answer([['name', 'ReJSON', 'ver', 20_609]]) } },
  },
  {
    id: 'source-functions',
    how: 'RESP front',
    what: 'the source has a library, and INFO of its primary says 6.2.6',
    // A source that has functions writes an RDB that a target without them does not load.
    also: ['rdb-format'],
    pair: { targetFronts: { primary: { INFO: act.info({ redis_version: '6.2.6' }) } } },
    async prepare({ onSource }) {
      await onSource('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('one', function() return 1 end)");
      return undefined;
    },
  },
  {
    id: 'source-scripts',
    how: 'command',
    what: 'the source has cached a script',
    async prepare({ onSource }) {
      await onSource('SCRIPT', 'LOAD', 'return 1');
      return undefined;
    },
  },
  {
    id: 'source-is-target',
    how: 'group attribute',
    what: 'the source is described as one of its nodes',
    pair: { keys: 0 },
    prepare: async ({ group: target, source }) => target.override(withReplicaAt(target.describe(), source.port)),
  },
  {
    id: 'source-cluster-mode',
    how: 'redis.conf',
    what: 'cluster-enabled of the source is yes',
    pair: { source: { 'cluster-enabled': 'yes' }, keys: 0 },
  },
  {
    id: 'target-is-failover-candidate',
    how: 'clients',
    what: 'a replica of the source names itself as a node of it',
    // Whoever is listed as a candidate is listed as a replica.
    also: ['source-replicas'],
    async prepare(pair) {
      const replica = await pair.client(pair.source.port);
      await replica.sendCommand(['REPLCONF', 'listening-port', String(pair.group.primary().port)]);
      // Nothing reads the stream that begins now.
      replica.sendCommand(['PSYNC', '?', '-1']).catch(() => undefined);
      await until(async () => /^slave0:/m.test(await pair.onSource<string>('INFO', 'replication')));
      return undefined;
    },
  },
  {
    id: 'target-is-failover-candidate',
    how: 'process',
    what: 'a Sentinel of the source remembers it as a replica',
    // It is a Sentinel on the source, and it stays connected to what it lists.
    also: ['source-sentinel', 'target-clients'],
    pair: { group: {} },
    async prepare({ group: target, source, onSource, onTarget }) {
      const lists = async (command: readonly string[], what: string) =>
        JSON.stringify(await onSource(...command)).includes(what);
      await onTarget('REPLICAOF', source.host, String(source.port));
      await until(() => lists(['INFO', 'replication'], `port=${target.primary().port},state=online`));
      const sentinel = await startSentinel('mymaster', source.port);
      await until(() => lists(['CLIENT', 'LIST'], 'cmd=subscribe'));
      await until(async () => JSON.stringify(await onTarget('CLIENT', 'LIST')).includes('name=sentinel-'));
      await onTarget('REPLICAOF', 'NO', 'ONE');
      await onTarget('FLUSHALL');
      await until(async () => Number(await target.nodes()[1]?.command('DBSIZE')) === 0);
      await until(() => lists(['INFO', 'replication'], 'connected_slaves:0'));
      return () => sentinel.stop();
    },
  },
  {
    id: 'clock-skew',
    how: 'RESP front',
    what: "TIME of the source is five seconds ahead of the machine's",
    pair: { front: { TIME: act.change(laterBy(5)) } },
  },
];
