import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CacheNode } from '../../../local/elasticache/node.ts';
import type { ReplicationGroup } from '../../../local/elasticache/replication-group.ts';
import { ElastiCache } from '../../../local/elasticache/service.ts';
import { noDelays } from '../../../local/elasticache/settings.ts';
import { ask, type Scene, setScene } from './harness.ts';

let scene: Scene;
let group: ReplicationGroup;

beforeAll(async () => {
  scene = await setScene();
  group = await scene.service.createGroup({ id: 'test', replicas: 1 });
});

afterAll(() => scene.end());

describe('a client of a node', () => {
  it.each([
    'REPLICAOF NO ONE',
    'SLAVEOF NO ONE',
    'CONFIG GET databases',
    'CONFIG SET maxmemory 1',
    'DEBUG JMAP',
    'SAVE',
    'BGSAVE',
    'BGREWRITEAOF',
    'SHUTDOWN NOSAVE',
    'PSYNC ? -1',
    'SYNC',
    'MIGRATE 127.0.0.1 1 key 0 1',
    'FAILOVER',
    'MODULE LIST',
    'ACL SETUSER default +@all',
    'ACL DELUSER control-plane',
    'ACL LOAD',
    'ACL SAVE',
    'CLUSTER MEET 127.0.0.1 1',
    'CLUSTER RESET',
  ])('is refused %s', async (command) => {
    for (const node of group.nodes()) {
      await expect(ask(node, ...command.split(' '))).rejects.toThrow(/NOPERM/);
    }
  });

  it.each([
    'INFO',
    'DBSIZE',
    'SCAN 0',
    'CLIENT LIST',
    'ACL WHOAMI',
    'COMMAND COUNT',
    'EVAL return{1} 0',
    'FUNCTION LIST',
  ])('may use %s', async (command) => {
    await ask(group.primary(), ...command.split(' '));
  });

  it('finds the memory of the node type, the reserve taken off', async () => {
    expect(await ask(group.primary(), 'INFO', 'memory')).toContain('maxmemory:10527885772');
  });

  it('finds an empty server in the place of one that was replaced, a replica following again', async () => {
    const [primary, replica] = group.nodes() as [CacheNode, CacheNode];
    await ask(primary, 'SET', 'kept', 'yes');
    const before = replica.pid;
    replica.kill();
    await replica.replace();

    expect(replica.pid).not.toBe(before);
    await vi.waitUntil(async () => (await ask(replica, 'GET', 'kept').catch(() => undefined)) === 'yes', 30_000);
  });

  it('may write to the primary alone', async () => {
    await ask(group.primary(), 'SET', 'a', '1');

    await expect(ask(group.nodes()[1] ?? group.primary(), 'SET', 'a', '1')).rejects.toThrow(/READONLY/);
  });
});

describe('a group of many', () => {
  it('starts side by side with others, and closing leaves nothing of any of them', async () => {
    const service = new ElastiCache({ settings: noDelays });
    const groups = await Promise.all(
      Array.from({ length: 12 }, (_, n) => service.createGroup({ id: `group-${n}`, replicas: n % 3 })),
    );
    const processes = groups.flatMap((each) => each.nodes()).map((node) => node.process);
    expect(processes).toHaveLength(24);

    await service.close();

    expect(processes.filter(({ folder }) => existsSync(folder))).toEqual([]);
    await Promise.all(processes.map(({ exited }) => exited));
  });

  it('leaves nothing when it is closed while a group is being made', async () => {
    const service = new ElastiCache({ settings: noDelays });
    const making = service.createGroup({ id: 'half', replicas: 2 }).catch((failure: Error) => failure);

    await service.close();

    expect(await making).toBeInstanceOf(Error);
    expect(service.groups()).toEqual([]);
  });
});
