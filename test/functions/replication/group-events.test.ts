import { describe, expect, it } from 'vitest';
import { eventsFromNow, saysNotInSync, verdictOf } from '../../../functions/replication/group-events.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';

const said = (message: string, id = 'test') => verdictOf([{ message, atMs: 1 }], id)?.outcome;

describe('what an event says of a migration', () => {
  it.each([
    'Complete Migration successful for test',
    'Migration operation succeeded for replication group test.',
    'Start Migration successful for test',
    'Replication group test: online migration succeeded',
    'Replication group test: migration test succeeded',
    'The migration of test completed with success',
  ])('is success: %s', (message) => {
    expect(said(message)).toBe('succeeded');
  });

  it.each([
    'Migration operation failed for replication group test.',
    'Complete Migration failed for test: data is not in sync',
    'Start Migration failed for test: the primary node could not become a replica of the source',
    'Replication group test: online migration failed to start (the source refuses)',
    'Migration was unsuccessful for replication group test',
    'Migration was not successful for replication group test',
    'Complete Migration did not succeed for test',
    'Migration ended without success for test',
    'Unable to complete migration for test',
    'The migration of test could not be completed',
    "The migration of test couldn't be completed",
    'Cannot start migration for test',
    'Migration for test encountered an error',
    'Failure of the migration for test',
    'Replication from the source failed',
    'Migration for test timed out',
    'Migration for test was aborted',
  ])('is failure: %s', (message) => {
    expect(said(message)).toBe('failed');
  });

  it.each([
    'ReplicationGroup test created',
    'Replication group test: online migration started',
    'Snapshot succeeded for snapshot with ID x of replication group with ID test',
    "Snapshot failed for snapshot with ID x of replication group with ID 'test'",
    'Failover from master node test-001 to replica node test-002 completed',
    'Automatic failover has been turned on for replication group test',
    'Failed to apply the parameter group of replication group test',
    '',
  ])('is nothing: %s', (message) => {
    expect(said(message)).toBeUndefined();
  });

  it.each([
    ['failover-test', 'Complete Migration successful for failover-test', 'succeeded'],
    ['prod-error-cache', 'Migration operation succeeded for replication group prod-error-cache.', 'succeeded'],
    [
      'orders-migration',
      'Snapshot succeeded for snapshot with ID x of replication group with ID orders-migration',
      undefined,
    ],
    ['success', 'Migration operation failed for replication group success.', 'failed'],
    ['fail', 'Replication group fail: online migration succeeded', 'succeeded'],
    ['migration', 'Migration operation succeeded for replication group migration.', 'succeeded'],
  ])('does not come from the name of the group (%s): %s', (id, message, outcome) => {
    expect(said(message, id)).toBe(outcome);
  });

  it('is the latest word, in whatever order they come', () => {
    const events = [
      { message: 'Complete Migration successful for test', atMs: 30 },
      { message: 'Complete Migration failed for test', atMs: 20 },
      { message: 'Snapshot failed', atMs: 40 },
    ];

    expect(verdictOf(events, 'test')).toEqual({
      outcome: 'succeeded',
      message: 'Complete Migration successful for test',
      atMs: 30,
    });
  });

  it('is nothing where there are no events', () => {
    expect(verdictOf([], 'test')).toBeUndefined();
  });
});

describe('a refusal that leaves the replication running', () => {
  it.each([
    ['Complete Migration failed for test: data is not in sync', true],
    ['Complete Migration failed: data not synchronized', true],
    ['Complete Migration failed: a node is undergoing replacement', true],
    ['Start Migration failed for test: the source is not reachable', false],
  ])('%s: %s', (message, is) => {
    expect(saysNotInSync(message)).toBe(is);
  });
});

describe('the events that are about a call', () => {
  it('begin right behind the last one before it, by the clock that stamps them', async () => {
    const clock = new FakeClock();
    const groups = new FakeGroups();
    groups.announce('Start Migration failed for test', clock.now() + 3000);
    groups.announce('Start Migration failed for test', clock.now() - 3000);

    expect(await eventsFromNow(groups, 'test', clock)).toBe(clock.now() + 3001);
  });

  it('begin a minute ago where there were none: the two clocks may differ', async () => {
    const clock = new FakeClock();

    expect(await eventsFromNow(new FakeGroups(), 'test', clock)).toBe(clock.now() - 60_000);
  });
});
