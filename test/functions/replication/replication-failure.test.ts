import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../../functions/replication/link-state.ts';
import { failIfOver, type GroupEvidence } from '../../../functions/replication/replication-failure.ts';

const link = (change: Partial<LinkState> = {}): LinkState => ({
  phase: 'inSync',
  why: 'x',
  following: true,
  ...change,
});
const alone = link({ phase: 'connecting', following: false });

const errorOf = (change: Partial<GroupEvidence>) => {
  try {
    failIfOver({
      replicationGroupId: 'test',
      status: 'migrating',
      events: [],
      states: [link()],
      hasFollowed: true,
      standsAloneMs: 0,
      foreignMs: 0,
      graceMs: 60_000,
      ...change,
    });
  } catch (error) {
    return (error as Error).name;
  }
  return undefined;
};
const failed = [{ atMs: 1, message: 'Migration operation failed for replication group test.' }];
const notInSync = [{ atMs: 1, message: 'Complete Migration failed for test: data is not in sync' }];
const succeeded = [{ atMs: 1, message: 'Migration operation succeeded for replication group test.' }];

describe('a replication', () => {
  it.each<[string, Partial<GroupEvidence>, string | undefined]>([
    ['goes on while the link is there', {}, undefined],
    ['goes on although the status is available: a describe may be old', { status: 'available' }, undefined],
    ['goes on while a primary that stands alone may still start', { states: [alone] }, undefined],
    [
      'goes on while the primary has stood alone for less than the grace',
      { states: [alone], status: 'available', standsAloneMs: 59_999 },
      undefined,
    ],
    ['goes on after a success is told', { events: succeeded, status: 'available' }, undefined],
    ['goes on when somebody asked too early for the completion', { events: notInSync }, undefined],
    ['goes on after a failure that the link contradicts', { events: failed }, undefined],
    [
      'has failed when ElastiCache says so and the primary is alone',
      { events: failed, states: [alone] },
      'ReplicationFailedError',
    ],
    [
      'has failed when ElastiCache says so and the status is available, also where the primary cannot be read',
      { events: failed, states: [link({ phase: 'linkLost' })], status: 'available' },
      'ReplicationFailedError',
    ],
    [
      'has failed when the primary stood alone for the grace and never followed',
      { states: [alone], status: 'available', standsAloneMs: 60_000, hasFollowed: false },
      'ReplicationFailedError',
    ],
    [
      'was ended by somebody else when the primary followed and stands alone',
      { states: [alone], status: 'available', standsAloneMs: 60_000 },
      'MigrationEndedElsewhereError',
    ],
    [
      'was ended by somebody else also where an event calls that a success',
      { states: [alone], status: 'available', standsAloneMs: 60_000, events: succeeded },
      'MigrationEndedElsewhereError',
    ],
    [
      'goes on while its id is foreign for a moment',
      { states: [link({ foreign: 'f' })], foreignMs: 59_999 },
      undefined,
    ],
    ['is foreign after the grace', { states: [link({ foreign: 'f' })], foreignMs: 60_000 }, 'ForeignReplicationError'],
    ['goes on while one of several shards still follows', { states: [alone, link()], events: failed }, undefined],
  ])('%s', (_, evidence, error) => {
    expect(errorOf(evidence)).toBe(error);
  });
});
