import { describe, expect, it } from 'vitest';
import { judgePromotion, unfollowing } from '../../../functions/cutover/promotion.ts';
import type { Verdict } from '../../../functions/replication/group-events.ts';
import type { Reading } from '../../../functions/replication/shard-link.ts';
import { aMaster, aReplica, aSource, lookAt, unreadable } from '../support/nodes.ts';

const failed: Verdict = { outcome: 'failed', message: 'Complete Migration failed for test', atMs: 1 };
const succeeded: Verdict = { outcome: 'succeeded', message: 'Complete Migration successful for test', atMs: 1 };
const judge = (primaries: Reading[], status: string, verdict?: Verdict) =>
  judgePromotion(
    primaries.map((primary) => lookAt(aSource(), primary)),
    status,
    verdict,
  );

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
    ['a failure beside a master, when ElastiCache is done', [aMaster()], 'available', failed, 'failed'],
  ])('by %s', (_, primaries, status, verdict, state) => {
    expect(judge(primaries, status, verdict).state).toBe(state);
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
