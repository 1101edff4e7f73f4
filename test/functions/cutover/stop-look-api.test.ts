import { describe, expect, it } from 'vitest';
import { stopByEvents } from '../../../functions/cutover/stop-look-api.ts';
import { FakeGroups } from '../support/groups.ts';
import { SOURCE } from '../support/nodes.ts';

const stateWith = async (status: string, ...events: [message: string, atMs: number][]) => {
  const groups = new FakeGroups({ status });
  for (const [message, atMs] of events) groups.announce(message, atMs);
  return (await stopByEvents(groups)('test', SOURCE, 1000).look()).state;
};

describe('a group of which no node can be looked at', () => {
  it('runs our migration until an event since our start tells of an end', async () => {
    expect(await stateWith('migrating')).toBe('ours');
    expect(await stateWith('migrating', ['Complete Migration successful for test', 999])).toBe('ours');
    expect(await stateWith('migrating', ['Complete Migration successful for test', 1000])).toBe('unclear');
    expect(await stateWith('migrating', ['Migration operation failed for replication group test.', 1000])).toBe(
      'unclear',
    );
  });

  it('still runs it after a cutover that ElastiCache has refused', async () => {
    expect(await stateWith('migrating', ['Complete Migration failed for test: data is not in sync', 1000])).toBe(
      'ours',
    );
    expect(await stateWith('migrating', ['Complete Migration failed for test', 1000])).toBe('ours');
  });

  it('is out when it is available, and between the two otherwise', async () => {
    expect(await stateWith('available')).toBe('out');
    expect(await stateWith('modifying')).toBe('between');
  });
});
