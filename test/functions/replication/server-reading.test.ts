import { describe, expect, it } from 'vitest';
import { parseInfo } from '../../../functions/replication/info.ts';
import { toServerReading } from '../../../functions/replication/server-reading.ts';
import { NO_ID, OTHER_ID, SOURCE_ID } from '../support/nodes.ts';

const read = (fields: Record<string, string | number>) =>
  toServerReading(
    parseInfo(
      Object.entries(fields)
        .map(([name, value]) => `${name}:${value}`)
        .join('\r\n'),
    ),
    1000,
  );

const primary = { role: 'master', master_replid: SOURCE_ID, master_repl_offset: 42 };
const replica = {
  role: 'slave',
  master_host: '10.0.0.5',
  master_port: 6379,
  master_link_status: 'up',
  master_sync_in_progress: 0,
  slave_repl_offset: 40,
  master_repl_offset: 40,
  master_replid: SOURCE_ID,
};

describe('a reading of a primary', () => {
  it('has its history, its offset and who follows it', () => {
    expect(
      read({
        ...primary,
        master_replid2: NO_ID,
        second_repl_offset: -1,
        slave0: 'ip=10.0.1.1,port=6379,state=online,offset=41,lag=0',
      }),
    ).toEqual({
      atMs: 1000,
      role: 'master',
      replicationId: SOURCE_ID,
      previousReplicationId: NO_ID,
      previousIdUpToOffset: -1,
      offset: 42,
      replicas: [{ ip: '10.0.1.1', port: 6379, state: 'online', offset: 41, lagSeconds: 0 }],
      counters: {},
    });
  });

  it('before Redis 4 has the run id for its replication id: that is what its replicas take over', () => {
    expect(read({ role: 'master', run_id: OTHER_ID, master_repl_offset: 42 }).replicationId).toBe(OTHER_ID);
  });
});

describe('a reading of a replica', () => {
  it('has its link', () => {
    expect(read(replica)).toMatchObject({
      role: 'slave',
      offset: 40,
      link: { status: 'up', followed: { address: '10.0.0.5', port: 6379 }, syncInProgress: false, loading: false },
    });
  });

  it.each([
    ['a copy of known size', { master_sync_total_bytes: 100, master_sync_read_bytes: 25 }, [25, 100]],
    ['a copy that streams without a size', { master_sync_total_bytes: 0, master_sync_read_bytes: 25 }, [25, undefined]],
    ['a copy that has not begun', { master_sync_total_bytes: -1, master_sync_read_bytes: -1 }, [undefined, undefined]],
    ['a copy of which nothing is said', {}, [undefined, undefined]],
  ])('during %s', (_, fields, [bytesRead, bytesTotal]) => {
    const { link } = read({ ...replica, master_link_status: 'down', master_sync_in_progress: 1, ...fields });

    expect([link?.syncInProgress, link?.bytesRead, link?.bytesTotal]).toEqual([true, bytesRead, bytesTotal]);
  });

  it('takes figures of a copy for nothing when none is going on', () => {
    expect(read({ ...replica, master_sync_total_bytes: 100 }).link).not.toHaveProperty('bytesTotal');
  });

  it.each([
    ['loading', { loading: 1, loading_total_bytes: 100 }, 100],
    ['loading as it comes', { async_loading: 1 }, undefined],
  ])('while %s', (_, fields, loadingBytes) => {
    expect(read({ ...replica, ...fields }).link).toMatchObject({ loading: true });
    expect(read({ ...replica, ...fields }).link?.loadingBytes).toBe(loadingBytes);
  });

  it('counts any status but up as down', () => {
    for (const status of ['down', 'connecting', '', 'UP']) {
      expect(read({ ...replica, master_link_status: status }).link?.status).toBe('down');
    }
  });

  it('tells for how long the link has been down, where that is known', () => {
    const down = { ...replica, master_link_status: 'down' };

    expect(read({ ...down, master_link_down_since_seconds: 7 }).link?.downSinceSeconds).toBe(7);
    expect(read({ ...down, master_link_down_since_seconds: -1 }).link).not.toHaveProperty('downSinceSeconds');
  });
});

describe('a server that is none to read', () => {
  it.each<[string, Record<string, string | number>]>([
    ['says nothing', {}],
    ['is a sentinel', { ...primary, role: 'sentinel' }],
    ['has no offset: 0 would be taken for in sync', { role: 'master', master_replid: SOURCE_ID }],
    ['has no number for its offset', { ...primary, master_repl_offset: 'many' }],
    ['has no replication id', { role: 'master', master_repl_offset: 1 }],
    ['is a replica without any offset', { role: 'slave', master_replid: SOURCE_ID }],
  ])('%s', (_, fields) => {
    expect(() => read(fields)).toThrow(/INFO has no/);
  });
});
