import { describe, expect, it } from 'vitest';
import { judgeLink } from '../../../functions/replication/link-state.ts';
import { type CopyMemory, measure, toShardViews } from '../../../functions/replication/progress.ts';
import type { Reading } from '../../../functions/replication/shard-link.ts';
import { overallPhase } from '../../../functions/replication/watch-state.ts';
import { aReplica, aSource, lookAt, SOURCE_ID, unreadable } from '../support/nodes.ts';

const copying = (bytesRead?: number, bytesTotal?: number) =>
  aReplica({
    status: 'down',
    syncInProgress: true,
    ...(bytesRead !== undefined && { bytesRead }),
    ...(bytesTotal !== undefined && { bytesTotal }),
  });

/** Measures looks that are ten seconds apart, the memory going from one to the next; answers the last one's figures. */
const figuresAfter = (...looks: (Reading | Reading[])[]) => {
  let memory: CopyMemory = {};
  let nowMs = 0;
  let progress: object = {};
  for (const look of looks) {
    const readings = [look].flat().map((primary) => lookAt(aSource(), primary));
    const states = readings.map(judgeLink);
    const measured = measure(readings, states, overallPhase(states, true).phase, memory, nowMs);
    ({ memory } = measured);
    const { asOf, ...figures } = measured.progress;
    progress = figures;
    nowMs += 10_000;
  }
  return progress;
};

describe('progress', () => {
  it('has bytes and percent of a copy whose size is known', () => {
    expect(figuresAfter(copying(250, 1000))).toEqual({ bytesCopied: 250, bytesTotal: 1000, percent: 25 });
  });

  it('has neither total nor percent nor ETA of a copy whose size nobody knows', () => {
    expect(figuresAfter(copying(100), copying(300))).toEqual({ bytesCopied: 300 });
  });

  it('has nothing of a copy that has not begun', () => {
    expect(figuresAfter(copying())).toEqual({});
  });

  it('has an ETA from the second look on, by the rate since the first', () => {
    expect(figuresAfter(copying(100, 1000))).not.toHaveProperty('etaSeconds');
    expect(figuresAfter(copying(100, 1000), copying(400, 1000))).toMatchObject({ percent: 40, etaSeconds: 20 });
    expect(figuresAfter(copying(100, 1000), copying(400, 1000), copying(400, 1000))).toMatchObject({ etaSeconds: 40 });
  });

  it('has no ETA while nothing moves', () => {
    expect(figuresAfter(copying(100, 1000), copying(100, 1000))).not.toHaveProperty('etaSeconds');
  });

  it('never has an ETA below zero, nor more than all', () => {
    expect(figuresAfter(copying(100, 1000), copying(1100, 1000))).toMatchObject({ percent: 100, etaSeconds: 0 });
  });

  it('measures a copy that began anew from its own beginning', () => {
    expect(figuresAfter(copying(900, 1000), copying(50, 1000))).toEqual({
      bytesCopied: 50,
      bytesTotal: 1000,
      percent: 5,
    });
  });

  it('forgets the size when a copy begins anew without one', () => {
    expect(figuresAfter(copying(900, 1000), copying(50))).toEqual({ bytesCopied: 50 });
  });

  it('keeps the last figures while the link is lost', () => {
    expect(figuresAfter(copying(500, 1000), aReplica({ status: 'down' }))).toEqual({
      bytesCopied: 500,
      bytesTotal: 1000,
      percent: 50,
    });
  });

  it('knows the size of what is loaded', () => {
    expect(figuresAfter(aReplica({ status: 'down', loading: true, loadingBytes: 700 }))).toMatchObject({
      bytesCopied: 700,
      bytesTotal: 700,
    });
  });

  it('has lag in the place of an ETA once the copy is over', () => {
    expect(figuresAfter(copying(100, 1000), copying(900, 1000), aReplica({}, { offset: 400 }))).toEqual({
      bytesCopied: 1000,
      bytesTotal: 1000,
      percent: 100,
      lagBytes: 600,
      lagSeconds: 0,
    });
  });

  it('adds several shards up', () => {
    expect(
      figuresAfter([copying(100, 1000), copying(300, 1000)], [copying(200, 1000), copying(400, 1000)]),
    ).toMatchObject({
      bytesCopied: 600,
      bytesTotal: 2000,
      percent: 30,
      etaSeconds: 70,
    });
  });

  it('has no total when one of several shards does not know its own', () => {
    expect(figuresAfter([copying(100, 1000), copying(300)])).toEqual({ bytesCopied: 400 });
  });

  it('has no lag when that of one of several shards is not known', () => {
    expect(figuresAfter([aReplica(), unreadable()])).not.toHaveProperty('lagBytes');
    expect(figuresAfter([aReplica({}, { offset: 900 }), aReplica({}, { offset: 990 })])).toMatchObject({
      lagBytes: 110,
    });
  });

  it('says of when its figures are', () => {
    expect(measure([], [], 'connecting', {}, Date.UTC(2026, 0, 1)).progress).toEqual({
      asOf: '2026-01-01T00:00:00.000Z',
    });
  });
});

describe('a shard as the view shows it', () => {
  it('has the nodes with what they said, and nothing of those that do not answer', () => {
    const readings = [lookAt(aSource({ offset: 1200 }), aReplica(), { replica: unreadable() })];
    const [shard] = toShardViews(readings, readings.map(judgeLink));

    expect(shard).toMatchObject({
      nodeGroupId: '0001',
      phase: 'catchingUp',
      sourceOffset: 1200,
      targetOffset: 1000,
      replicationId: SOURCE_ID,
    });
    expect(shard?.nodes).toEqual([
      {
        cacheClusterId: 'test-001',
        endpoint: { address: 'test-001.test', port: 6379 },
        role: 'primary',
        replicationRole: 'slave',
        linkStatus: 'up',
        offset: 1000,
      },
      { cacheClusterId: 'test-002', endpoint: { address: 'test-002.test', port: 6379 }, role: 'replica' },
    ]);
  });

  it('has no offsets where nobody answers', () => {
    const readings = [lookAt(unreadable(), unreadable())];
    const [shard] = toShardViews(readings, readings.map(judgeLink));

    for (const figure of ['sourceOffset', 'targetOffset', 'replicationId']) expect(shard).not.toHaveProperty(figure);
  });
});
