import { describe, expect, it } from 'vitest';
import { judgeLink } from '../../../functions/replication/link-state.ts';
import type { Reading, ReplicaSide, ServerReading } from '../../../functions/replication/shard-link.ts';
import { followSync, freshSync, type SyncMemory } from '../../../functions/replication/sync-attempts.ts';
import type { SyncCounters } from '../../../functions/replication/sync-counters.ts';
import { aReplica, aSource, lookAt, unreadable } from '../support/nodes.ts';

const line = (state: string, ip = '10.0.1.1') => ({ ip, port: 6379, state, offset: 0 });
const OURS = line('wait_bgsave');
const OTHER_ONLINE = line('online', '10.0.0.6');

const source = (fullSyncs: number, change: Partial<ServerReading> = {}, counters: SyncCounters = {}): ServerReading =>
  aSource({ replicas: [OURS], ...change, counters: { runId: 'run-1', fullSyncs, ...counters } });
const copying = (bytesRead = 0, link: Partial<ReplicaSide> = {}) =>
  aReplica({ status: 'down', syncInProgress: true, bytesRead, ...link });
const loading = aReplica({ status: 'down', loading: true });
const down = aReplica({ status: 'down' });
const behind = aReplica({}, { offset: 10 });
const synced = aReplica();
const gone = { replicas: [] };
const online = { replicas: [line('online')] };

/** What is remembered after these looks, each of them source and target. */
const remembered = (looks: readonly (readonly [Reading, Reading])[], begin: SyncMemory = freshSync): SyncMemory =>
  looks.reduce<SyncMemory>((memory, [seen, target]) => {
    const { phase } = judgeLink(lookAt(seen, target));
    return followSync(memory, { phase, source: seen, target });
  }, begin);

const restartsAfter = (...looks: (readonly [Reading, Reading])[]) => remembered(looks).restarts;
const causesAfter = (...looks: (readonly [Reading, Reading])[]) => remembered(looks).causes;

describe('a full sync that begins anew', () => {
  it('is seen when the link was down in between', () => {
    expect(restartsAfter([source(1), copying(500)], [source(1, gone), down], [source(2), copying()])).toBe(1);
  });

  it('is seen when it has copied less than before', () => {
    const other = { replicas: [OURS, line('wait_bgsave', '10.0.0.6')] };

    expect(restartsAfter([source(1, other), copying(500)], [source(2, other), copying(20)])).toBe(1);
  });

  it('is seen when the target looks as before, and the source has had no other replica that waits', () => {
    expect(restartsAfter([source(1), copying()], [source(2), copying()], [source(3), copying()])).toBe(2);
  });

  it('is seen beside a replica of the source that is online', () => {
    const withOther = { replicas: [OTHER_ONLINE, OURS] };

    expect(restartsAfter([source(4, withOther), copying()], [source(5, withOther), copying()])).toBe(1);
  });

  it('is seen when the source had already let go of a target that did not know it yet', () => {
    expect(
      restartsAfter(
        [source(1), copying(500)],
        [source(1, gone), copying(600)],
        [source(2, { replicas: [OURS, line('wait_bgsave', '10.0.0.6')] }), copying(700)],
      ),
    ).toBe(1);
  });

  it('is seen one look later when the source was read before it counted', () => {
    expect(restartsAfter([source(1), copying(500)], [source(1), copying(0)], [source(2), copying(10)])).toBe(1);
  });

  it('is seen after a copy that was over', () => {
    expect(restartsAfter([source(1), copying(500)], [source(1, online), behind], [source(2), copying()])).toBe(1);
  });

  it('is seen after a load that failed', () => {
    expect(restartsAfter([source(1), copying(500)], [source(1, online), loading], [source(2), copying(0)])).toBe(1);
  });

  it('is seen through looks at which the target could not be read', () => {
    expect(restartsAfter([source(1), copying(500)], [source(1), unreadable()], [source(2), copying(20)])).toBe(1);
  });

  it('is seen through looks at which the source could not be read', () => {
    expect(restartsAfter([source(1), copying(500)], [unreadable(), copying(20)], [source(2), copying(30)])).toBe(1);
  });

  it('is counted once, however often it is looked at', () => {
    const looks = [1, 2, 3, 4].map((bytes) => [source(2), copying(bytes)] as const);

    expect(restartsAfter([source(1), copying(500)], [source(1, gone), down], ...looks)).toBe(1);
  });

  it('is forgotten once it was in sync', () => {
    const memory = remembered([
      [source(1), copying(500)],
      [source(2), copying(20)],
      [source(2, online), synced],
    ]);

    expect(memory).toEqual(freshSync);
  });

  it('survives the way through the state machine', () => {
    const memory = remembered([
      [source(1), copying(500)],
      [source(1, gone), down],
    ]);

    expect(remembered([[source(2), copying()]], JSON.parse(JSON.stringify(memory))).restarts).toBe(1);
  });
});

describe('what is no new full sync of ours', () => {
  it.each<[string, (readonly [Reading, Reading])[]]>([
    [
      'a link that drops and resumes',
      [
        [source(1), copying(500)],
        [source(1, online), behind],
        [source(1, gone), down],
        [source(1, online), behind],
        [source(1, gone), down],
        [source(1, online), behind],
      ],
    ],
    [
      'another replica that comes and copies',
      [
        [source(1), copying(500)],
        [source(2, { replicas: [OURS, line('wait_bgsave', '10.0.0.6')] }), copying(600)],
        [source(2, { replicas: [OURS, OTHER_ONLINE] }), copying(700)],
      ],
    ],
    [
      'another replica that copies again and again',
      [1, 2, 3, 4, 5].map((count) => [
        source(count, { replicas: [OURS, line('send_bulk', '10.0.0.6')] }),
        copying(count * 100),
      ]),
    ],
    [
      'another replica that copies while ours resumes',
      [
        [source(1, online), behind],
        [source(1, gone), down],
        [source(2, { replicas: [line('wait_bgsave', '10.0.0.6')] }), down],
        [source(2, { replicas: [line('online'), OTHER_ONLINE] }), behind],
      ],
    ],
    [
      'the first one, which the source counts only after the first look',
      [
        [source(0, gone), copying()],
        [source(1), copying()],
        [source(1), copying(100)],
      ],
    ],
    [
      'tries of the target that the source does not answer',
      [
        [source(1, gone), copying()],
        [source(1, gone), down],
        [source(1, gone), copying()],
        [source(1, gone), down],
      ],
    ],
    [
      'whatever a source does that does not count its full syncs',
      [
        [aSource(), copying(500)],
        [aSource(), down],
        [aSource(), copying(20)],
      ],
    ],
    [
      'a copy that ends while the source already lists the target as online',
      [
        [source(1), copying(900)],
        [source(1, online), copying(1000)],
        [source(1, online), loading],
        [source(1, online), behind],
      ],
    ],
  ])('%s', (_, looks) => {
    expect(restartsAfter(...looks)).toBe(0);
  });
});

describe('the cause', () => {
  const overcome = (count: number) => ({ bufferDisconnections: count });

  it('is the buffer when the source has counted one that was overcome', () => {
    expect(causesAfter([source(1, {}, overcome(4)), copying(5)], [source(2, {}, overcome(5)), copying()])).toEqual({
      buffer: 1,
    });
  });

  it('is the buffer when it came near its limit', () => {
    const memory = remembered([[source(1), copying(5)]]);
    const threatened = { ...memory, attempt: { ...(memory.attempt as object), threatened: true } } as SyncMemory;

    expect(remembered([[source(2), copying()]], threatened).causes).toEqual({ buffer: 1 });
  });

  it('is a restart of the source when its run id is another one, though its count may be the same', () => {
    expect(causesAfter([source(1), copying(5)], [source(1, {}, { runId: 'run-2' }), copying()])).toEqual({
      restart: 1,
    });
  });

  it('is a snapshot when the last one failed', () => {
    expect(causesAfter([source(1), copying(5)], [source(2, {}, { snapshotFails: true }), copying()])).toEqual({
      snapshot: 1,
    });
  });

  it('is the backlog when the target had all data and had to copy anew', () => {
    expect(causesAfter([source(1), copying(5)], [source(1, online), behind], [source(2), copying()])).toEqual({
      backlog: 1,
    });
  });

  it('is not known otherwise', () => {
    expect(causesAfter([source(1), copying(5)], [source(1, gone), down], [source(2), copying()])).toEqual({
      unknown: 1,
    });
  });
});
