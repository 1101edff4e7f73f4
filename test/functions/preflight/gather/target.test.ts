import { afterEach, describe, expect, it } from 'vitest';
import { TransientServiceError } from '../../../../functions/migration/errors.ts';
import type { TargetCluster } from '../../../../functions/preflight/facts.ts';
import { Unread } from '../../../../functions/preflight/ports.ts';
import * as act from '../../../preflight/acts.ts';
import { startFront } from '../../../preflight/front.ts';
import { serveTcp } from '../../support/tcp.ts';
import { endpointOf, gather, groupOf, type Scene, setScene, valueIn } from './scene.ts';

const scene: Scene = setScene();
afterEach(() => scene.end());

const primaryAndReplica = async () => {
  const primary = await scene.start();
  const replica = await scene.start({ config: { replicaof: `127.0.0.1 ${primary.port}` } });
  const client = await scene.client(replica);
  await expect.poll(async () => String(await client.sendCommand(['INFO']))).toContain('master_link_status:up');
  client.destroy();
  return { primary, replica };
};
const nobody = async () => {
  const server = await serveTcp({});
  await server.close();
  return server.endpoint;
};
const cluster = (cacheClusterId: string, parameterGroup?: string): TargetCluster => ({
  cacheClusterId,
  status: 'available',
  nodeStatuses: ['available'],
  ...(parameterGroup && { parameterGroup }),
});

describe('The group', () => {
  it('is told as the API describes it, with its members and their parameters', async () => {
    const [source, node] = [await scene.start(), await scene.start()];
    const asked: unknown[] = [];
    const facts = await gather(source, {
      nodes: [node, node],
      targets: {
        clusters: async (ids) => {
          asked.push(ids);
          return [cluster('test-001', 'mine'), cluster('test-002', 'mine')];
        },
        parameters: async (group) => {
          asked.push(group);
          return new Map([['databases', '16']]);
        },
      },
    });

    expect(asked).toEqual([['test-001', 'test-002'], 'mine']);
    expect(facts).toMatchObject({
      groupPresence: { value: 'present' },
      group: { value: groupOf([endpointOf(node), endpointOf(node)]) },
      clusters: { value: [{ cacheClusterId: 'test-001' }, { cacheClusterId: 'test-002' }] },
      parameters: { value: new Map([['databases', '16']]) },
    });
  });

  it('that does not exist leaves nothing else to read of the target, and the source is read all the same', async () => {
    const facts = await gather(await scene.start(), { sampleMs: 1 });

    const moot = Object.entries(facts).filter(([, fact]) => 'moot' in fact);
    expect(facts.groupPresence).toEqual({ value: 'absent' });
    expect(moot.map(([name]) => name).sort()).toEqual([
      ...[
        'clocks',
        'clusters',
        'commandsUnknownToTarget',
        'fenceRights',
        'group',
        'nodes',
        'parameters',
        'rdbFormat',
        // Nothing logs in to it.
        'sourceLogin',
        'targetClients',
      ],
    ]);
  });

  it('has members of which no node is told yet, and they are described too', async () => {
    const asked: unknown[] = [];
    await gather(await scene.start(), {
      targets: {
        group: async () => ({ ...groupOf([]), memberClusters: ['test-001', 'test-002'] }),
        clusters: async (ids) => {
          asked.push(ids);
          return [];
        },
      },
    });

    expect(asked).toEqual([['test-001', 'test-002']]);
  });

  it('has parameters that were not read when no parameter group is told', async () => {
    const facts = await gather(await scene.start(), {
      nodes: [await scene.start()],
      targets: { clusters: () => Promise.reject(new Unread('AccessDenied')) },
    });

    expect(facts).toMatchObject({
      clusters: { unreadable: 'AccessDenied' },
      parameters: { unreadable: 'DescribeCacheClusters tells no parameter group' },
    });
    const silent = await gather(await scene.start(), {
      nodes: [await scene.start()],
      targets: { clusters: async () => [cluster('test-001')] },
    });
    expect(silent.parameters).toEqual({ unreadable: 'DescribeCacheClusters tells no parameter group' });
  });

  it('has members and no parameters when those cannot be described', async () => {
    const facts = await gather(await scene.start(), {
      nodes: [await scene.start()],
      targets: {
        clusters: async () => [cluster('test-001', 'mine')],
        parameters: () => Promise.reject(new Unread('AccessDenied')),
      },
    });

    expect(facts).toMatchObject({ clusters: { value: [{}] }, parameters: { unreadable: 'AccessDenied' } });
  });

  it.each(['group', 'clusters', 'parameters'] as const)(
    'is asked for again by the state machine when the API fails for a while at its %s, and no connection is left',
    async (call) => {
      const fault = new TransientServiceError('Describe', new Error('Throttling'));
      const front = await startFront((await scene.start()).port);
      scene.later(() => front.close());
      const gathering = gather(front, {
        nodes: [await scene.start()],
        sampleMs: 10_000,
        targets: { clusters: async () => [cluster('test-001', 'mine')], [call]: () => Promise.reject(fault) },
      });

      await expect(gathering).rejects.toBe(fault);
      await expect.poll(() => front.open).toBe(0);
    },
  );
});

describe('Nodes of the group', () => {
  it('are told with their INFO and their addresses, and those that were not read with the reason', async () => {
    const [{ primary, replica }, gone] = [await primaryAndReplica(), await nobody()];
    const secret = await scene.start({ config: { requirepass: 'secret' } });
    const facts = await gather(await scene.start(), { nodes: [primary, replica, gone, secret] });
    const { read, unread } = valueIn(facts.nodes);

    expect(read.map(({ info: _, ...node }) => node)).toEqual([
      { cacheClusterId: 'test-001', endpoint: endpointOf(primary), role: 'primary', addresses: ['127.0.0.1'] },
      { cacheClusterId: 'test-002', endpoint: endpointOf(replica), role: 'replica', addresses: ['127.0.0.1'] },
    ]);
    expect(read.map(({ info }) => info.get('role'))).toEqual(['master', 'slave']);
    expect(unread).toEqual([
      { cacheClusterId: 'test-003', endpoint: gone, why: expect.stringContaining('ECONNREFUSED') },
      { cacheClusterId: 'test-004', endpoint: endpointOf(secret), why: 'NOAUTH Authentication required.' },
    ]);
  });

  it('have clients: neither each other, nor us', async () => {
    const { primary, replica } = await primaryAndReplica();
    expect((await gather(await scene.start(), { nodes: [primary, replica] })).targetClients).toEqual({ value: [] });

    const client = await scene.client(replica);
    await client.sendCommand(['CLIENT', 'SETNAME', 'app']);
    const clients = valueIn((await gather(await scene.start(), { nodes: [primary, replica] })).targetClients);
    expect(clients.map(({ cacheClusterId, line }) => [cacheClusterId, line.get('name')])).toEqual([
      ['test-002', 'app'],
    ]);
  });

  it('have clients that are not known when one of them refuses to tell', async () => {
    const { primary, replica } = await primaryAndReplica();
    const client = await scene.client(replica);
    await client.sendCommand(['ACL', 'SETUSER', 'default', '-client|list']);

    expect((await gather(await scene.start(), { nodes: [primary, replica] })).targetClients).toEqual({
      unreadable: expect.stringMatching(/^test-002: NOPERM /),
    });
  });

  it('that cannot be read hide nothing of the others', async () => {
    const facts = await gather(await scene.start(), { nodes: [await scene.start(), await nobody()], sampleMs: 1 });

    expect(facts).toMatchObject({
      nodes: { value: { read: [{}], unread: [{}] } },
      targetClients: { value: [] },
      commandsUnknownToTarget: { value: [] },
      clocks: { value: {} },
    });
  });

  it('leave nothing to compare when the primary cannot be read', async () => {
    const facts = await gather(await scene.start(), { nodes: [await nobody(), await scene.start()] });

    expect(facts).toMatchObject({
      targetClients: { value: [] },
      commandsUnknownToTarget: { moot: true },
      clocks: { moot: true },
    });
  });
});

describe('Commands that the target does not know', () => {
  it('are those that clients of the source have called, and no administrator’s', async () => {
    const source = await scene.start();
    const client = await scene.client(source);
    for (const command of [
      ['SET', 'key', 'value'],
      ['GET', 'key'],
      ['XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM'],
      ['CONFIG', 'GET', 'save'],
      ['LATENCY', 'RESET'],
    ]) {
      await client.sendCommand(command);
    }
    const target = await scene.start();
    expect((await gather(source, { nodes: [target] })).commandsUnknownToTarget).toEqual({ value: [] });

    const lacking = await scene.start({ config: { 'rename-command': 'XGROUP ""' } });
    expect((await gather(source, { nodes: [lacking] })).commandsUnknownToTarget).toEqual({ value: ['xgroup'] });
  });

  it('are found among hundreds at one question', async () => {
    const stats = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`cmdstat_module.${at}`, 'calls=1,usec=1']),
    );
    const source = await startFront((await scene.start()).port, {
      INFO: act.info({ ...stats, cmdstat_never: 'calls=0,usec=0' }),
    });
    const target = await startFront((await scene.start()).port);
    scene.later(() => Promise.all([source.close(), target.close()]));
    const unknown = valueIn((await gather(source, { nodes: [target] })).commandsUnknownToTarget);

    expect(unknown).toHaveLength(500);
    expect(unknown).toContain('module.499');
    expect(target.heard.filter(([name]) => name === 'COMMAND')).toHaveLength(1);
  });

  it('are not known when it refuses to tell', async () => {
    const source = await scene.start();
    await (await scene.client(source)).sendCommand(['SET', 'key', 'value']);
    const target = await scene.start({ acl: ['default on nopass ~* &* +@all -command'] });

    expect((await gather(source, { nodes: [target] })).commandsUnknownToTarget).toEqual({
      unreadable: expect.stringMatching(/^NOPERM /),
    });
  });
});

describe('The clocks of both sides', () => {
  it('differ by what TIME tells, give or take the round trips', async () => {
    const target = await scene.start();
    const { sourceAheadMs, uncertainMs } = valueIn((await gather(await scene.start(), { nodes: [target] })).clocks);
    expect(Math.abs(sourceAheadMs)).toBeLessThanOrEqual(uncertainMs);

    const [seconds] = [Math.floor(Date.now() / 1000) + 3600];
    const ahead = await startFront((await scene.start()).port, { TIME: act.answer([String(seconds), '500000']) });
    scene.later(() => ahead.close());
    const skewed = valueIn((await gather(ahead, { nodes: [target] })).clocks);
    expect(skewed.sourceAheadMs / 60_000).toBeCloseTo(60, 0);
    const behind = valueIn((await gather(target, { nodes: [ahead] })).clocks);
    expect(behind.sourceAheadMs / 60_000).toBeCloseTo(-60, 0);
  });

  it('are not known when one of them does not tell', async () => {
    const mute = await scene.start({ acl: ['default on nopass ~* &* +@all -time'] });

    expect((await gather(await scene.start(), { nodes: [mute] })).clocks).toEqual({
      unreadable: expect.stringMatching(/^NOPERM /),
    });
  });
});
