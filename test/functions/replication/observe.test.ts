import { describe, expect, it } from 'vitest';
import { judgeLink } from '../../../functions/replication/link-state.ts';
import { linksOf, observe } from '../../../functions/replication/observe.ts';
import { FakeClock } from '../support/clock.ts';
import {
  aReplica,
  aSource,
  FakeServers,
  groupWith,
  NODES,
  nodeNamed,
  OTHER_ID,
  SOURCE,
  unreadable,
} from '../support/nodes.ts';

const links = linksOf(groupWith(), SOURCE);

const look = async (servers: FakeServers, clock = new FakeClock()) => {
  const [reading] = await observe(servers.probe(), links, clock);
  if (!reading) throw new Error('no reading');
  return reading;
};

describe('observe', () => {
  it('reads the source before the nodes: what the target has then, it had not later', async () => {
    const servers = new FakeServers();
    await look(servers);

    expect(servers.reads).toEqual(['10.0.0.5', 'test-001.test', 'test-002.test']);
  });

  it('looks at a primary that is behind once more, a moment later', async () => {
    const servers = new FakeServers();
    let offset = 900;
    servers.primary(() => {
      offset += 60;
      return aReplica({}, { offset });
    });
    const clock = new FakeClock();
    const before = clock.now();
    const reading = await look(servers, clock);

    expect([reading.laterOffset, clock.now() - before]).toEqual([1020, 100]);
    expect(judgeLink(reading).phase).toBe('inSync');
  });

  it.each([
    ['is not behind', aReplica()],
    ['has no link', aReplica({ status: 'down' }, { offset: 1 })],
    ['follows somebody else', aReplica({}, { offset: 1, replicationId: OTHER_ID })],
    ['cannot be read', unreadable()],
  ])('does not wait for a primary that %s', async (_, primary) => {
    const servers = new FakeServers();
    servers.primary(primary);

    expect(await look(servers)).not.toHaveProperty('laterOffset');
    expect(servers.reads).toHaveLength(3);
  });

  it('does not wait when the source cannot be read', async () => {
    const servers = new FakeServers();
    servers.source(unreadable());

    expect(await look(servers)).toMatchObject({ source: { unreadable: expect.anything() } });
    expect(servers.reads).toHaveLength(3);
  });

  it('keeps the first look when the second fails', async () => {
    const servers = new FakeServers();
    let reads = 0;
    servers.primary(() => (++reads === 1 ? aReplica({}, { offset: 1 }) : unreadable()));

    expect(await look(servers)).not.toHaveProperty('laterOffset');
  });

  it('reads a link for each node group', async () => {
    const servers = new FakeServers();
    servers.set('test-0002-001.test', aReplica({}, { offset: 7 }));
    const nodeGroups = [
      { nodeGroupId: '0001', nodes: NODES },
      { nodeGroupId: '0002', nodes: [nodeNamed('test-0002-001', 'primary')] },
    ];
    servers.source(aSource({ offset: 7 }));
    const readings = await observe(servers.probe(), linksOf(groupWith({ nodeGroups }), SOURCE), new FakeClock());

    expect(readings.map(({ link, nodes }) => [link.nodeGroupId, nodes.size])).toEqual([
      ['0001', 2],
      ['0002', 1],
    ]);
  });
});

describe('linksOf', () => {
  it.each([
    ['no node groups', []],
    ['a node group without nodes', [{ nodeGroupId: '0001', nodes: [] }]],
  ])('has nothing to judge a group by that shows %s: that may pass', (_, nodeGroups) => {
    expect(() => linksOf(groupWith({ nodeGroups }), SOURCE)).toThrow(
      expect.objectContaining({ name: 'TransientServiceError', message: expect.stringContaining('test') }),
    );
  });
});
