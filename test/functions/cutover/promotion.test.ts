import { describe, expect, it } from 'vitest';
import { judgePromotion, type PromotionEvidence, unfollowing } from '../../../functions/cutover/promotion.ts';
import type { Verdict } from '../../../functions/replication/group-events.ts';
import type { Reading } from '../../../functions/replication/shard-link.ts';
import { aFence } from '../support/fences.ts';
import { aMaster, aReplica, aSource, lookAt, OTHER_ID, SOURCE, SOURCE_ID, unreadable } from '../support/nodes.ts';

const failed: Verdict = { outcome: 'failed', message: 'Complete Migration failed for test', atMs: 1 };
const succeeded: Verdict = { outcome: 'succeeded', message: 'Complete Migration successful for test', atMs: 1 };
const judge = (primaries: Reading[], status: string, verdict?: Verdict, more: Partial<PromotionEvidence> = {}) =>
  judgePromotion({
    readings: primaries.map((primary) => lookAt(aSource(), primary)),
    status,
    verdict,
    sends: 1,
    fenced: [],
    ...more,
  });
/** What the source had under the fence, and a primary that goes on from there. */
const fenced = aFence().shards ?? [];
const goingOn = (previousIdUpToOffset: number, previousReplicationId = SOURCE_ID) =>
  aMaster({ previousReplicationId, previousIdUpToOffset });

describe('a promotion', () => {
  it.each<[string, Reading[], string, Verdict | undefined, string]>([
    ['a primary that is a master, before the status says so', [aMaster()], 'migrating', undefined, 'promoted'],
    ['masters in every shard', [aMaster(), aMaster()], 'modifying', undefined, 'promoted'],
    ['a master, and the event', [aMaster()], 'available', succeeded, 'promoted'],
    ['a master, and `available`', [aMaster()], 'available', undefined, 'promoted'],
    ['`available` alone', [aReplica()], 'available', undefined, 'pending'],
    ['`available` and the event, while the primary still replicates', [aReplica()], 'available', succeeded, 'pending'],
    ['the event alone, while nobody can read the primary', [unreadable()], 'available', succeeded, 'pending'],
    ['one master of two', [aMaster(), aReplica()], 'migrating', undefined, 'pending'],
    ['one master of two, and a failure', [aMaster(), aReplica()], 'migrating', failed, 'pending'],
    ['one master of two, the other unreadable', [aMaster(), unreadable()], 'available', succeeded, 'pending'],
    ['no shards', [], 'available', succeeded, 'pending'],
    ['a failure while every primary replicates', [aReplica()], 'migrating', failed, 'refused'],
    ['a failure while ElastiCache is still at it', [aReplica()], 'modifying', failed, 'pending'],
    ['a failure while nobody can read the primary', [unreadable()], 'migrating', failed, 'pending'],
    ['a failure beside a master, while ElastiCache is still at it', [aMaster()], 'migrating', failed, 'pending'],
    ['a failure beside a master, when ElastiCache is done', [aMaster()], 'available', failed, 'pending'],
  ])('by %s', (_, primaries, status, verdict, state) => {
    expect(judge(primaries, status, verdict).state).toBe(state);
  });

  it.each<[string, Reading[], string, Verdict | undefined, string]>([
    ['goes on from behind the fenced offset', [goingOn(1001)], 'migrating', undefined, 'promoted'],
    ['goes on, and ElastiCache is done, whatever its event says', [goingOn(1001)], 'available', failed, 'promoted'],
    [
      'goes on, while ElastiCache that reports a failure is still at it',
      [goingOn(1001)],
      'modifying',
      failed,
      'pending',
    ],
    ['came back empty: the role alone proves nothing', [aMaster()], 'available', undefined, 'pending'],
    ['goes on from another history', [goingOn(1001, OTHER_ID)], 'available', succeeded, 'pending'],
    [
      'goes on from before the fence: acknowledged writes are missing',
      [goingOn(1000)],
      'available',
      succeeded,
      'pending',
    ],
  ])('under a fence: a master that %s', (_, primaries, status, verdict, state) => {
    expect(judge(primaries, status, verdict, { fenced }).state).toBe(state);
  });

  it.each([
    ['is promoted where it is the process that had applied everything', 'run-1', 'migrating', 'promoted'],
    ['waits for ElastiCache where it was started again since', 'run-2', 'migrating', 'pending'],
    ['is promoted where ElastiCache is done with it all the same', 'run-2', 'available', 'promoted'],
    ['is judged without it where nothing tells which process it is', undefined, 'migrating', 'promoted'],
  ])('of a master that goes on: %s', (_, runId, status, state) => {
    const node = { cacheClusterId: 'test-001', role: 'primary' as const, endpoint: SOURCE, appliedOffset: 1000 };
    const known = fenced.map((shard) => ({ ...shard, nodes: [{ ...node, runId: 'run-1' }] }));
    const primary = aMaster({
      previousReplicationId: SOURCE_ID,
      previousIdUpToOffset: 1001,
      counters: { ...(runId && { runId }) },
    });

    const judged = judge([primary], status, undefined, { fenced: known });
    expect(judged.state).toBe(state);
    expect(judged.evidence.includes('test-001 was started again since the fence')).toBe(state === 'pending');
    expect(judged).not.toHaveProperty('alarming');
  });

  it('that looks wrong is told at once, with what is wrong', () => {
    expect(judge([goingOn(900)], 'available', succeeded, { fenced })).toMatchObject({
      alarming: true,
      evidence: expect.stringContaining('goes on from offset 900, and the source had written up to 1000'),
    });
    expect(judge([aMaster()], 'available', undefined, { fenced })).toMatchObject({
      alarming: true,
      evidence: expect.stringContaining("does not go on from the source's: its master_replid2 is not told"),
    });
    expect(judge([aReplica()], 'migrating', undefined, { fenced })).not.toHaveProperty('alarming');
  });

  it.each<[string, number, number, string]>([
    ['it was sent once, and there is one node group', 1, 1, 'refused'],
    ['it was sent twice: one failure may be told by two events', 2, 1, 'pending'],
    ['there are two node groups: one may still be promoted', 1, 2, 'pending'],
  ])('that a failure is reported of: %s', (_, sends, groups, state) => {
    const primaries = Array.from({ length: groups }, () => aReplica());

    expect(judge(primaries, 'migrating', failed, { sends }).state).toBe(state);
  });

  it('tells what was seen, also what could not be', () => {
    expect(judge([aMaster(), unreadable()], 'modifying', succeeded)).toMatchObject({
      evidence:
        '1 of 2 primaries have the role master (1 cannot be read), the status is modifying; ElastiCache reports: Complete Migration successful for test',
    });
    expect(judge([aReplica()], 'migrating', failed)).toMatchObject({
      reason: 'ElastiCache reports: Complete Migration failed for test',
    });
  });
});

describe('replicas that do not follow', () => {
  it.each<[string, Reading, string[]]>([
    ['follows', aReplica(), []],
    ['has its link down', aReplica({ status: 'down' }), ['test-002']],
    ['loads', aReplica({ loading: true }), ['test-002']],
    ['is a master', aMaster(), ['test-002']],
    ['cannot be read', unreadable(), ['test-002']],
  ])('a replica that %s', (_, replica, missing) => {
    expect(unfollowing([lookAt(aSource(), aMaster(), { replica })])).toEqual(missing);
  });
});
