import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locks } from '../../../functions/migration/lock-ports.ts';
import { FakeLocks } from '../support/locks.ts';
import { type RealTable, realTable } from '../support/table.ts';

let real: RealTable;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

let count = 0;
const newGroup = () => `group-${++count}`;
const noted = (at: string) => ({ at, eventsSinceMs: 1 });

describe.each<[string, () => Locks]>([
  ['in memory, as the other tests have them', () => new FakeLocks()],
  ['in DynamoDB', () => real.locks],
])('locks %s', (_, make) => {
  const held = async () => {
    const locks = make();
    const group = newGroup();
    await locks.acquire(group, 'first');
    return { locks, group };
  };

  it('go to one of 50 migrations that want the same group at once', async () => {
    const locks = make();
    const group = newGroup();
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => locks.acquire(group, `migration-${index}`)),
    );
    const [winner] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));

    expect(errors).toHaveLength(49);
    for (const { name, message } of errors) {
      expect([name, message]).toEqual(['ReplicationGroupLockedError', expect.stringContaining(`${winner?.owner}`)]);
    }
    expect(await locks.find(group)).toMatchObject({ owner: winner?.owner, epoch: 1 });
  });

  it('are found ours by a repeat, in the same epoch, with what was noted', async () => {
    const { locks, group } = await held();
    await locks.intend(group, 'first', 'start', noted('t1'));

    expect(await locks.acquire(group, 'first')).toMatchObject({
      owner: 'first',
      epoch: 1,
      intents: { start: noted('t1') },
    });
  });

  it('let only the armed try note CompleteMigration, and count its sends', async () => {
    const { locks, group } = await held();
    await expect(locks.intend(group, 'first', 'complete', noted('t1'), 'one')).rejects.toThrow('does not own the lock');
    await locks.arm(group, 'first', 'one');
    await locks.arm(group, 'first', 'two');
    await expect(locks.intend(group, 'first', 'complete', noted('t1'), 'one')).rejects.toThrow('does not own the lock');

    expect(await locks.intend(group, 'first', 'complete', noted('t1'), 'two')).toMatchObject({ fresh: true, sends: 1 });
    expect(await locks.intend(group, 'first', 'complete', noted('t2'), 'three')).toMatchObject({
      at: 't1',
      fresh: false,
    });
    expect(await locks.noteSend(group, 'first', 't1')).toMatchObject({
      at: 't1',
      sends: 2,
      lastSendAt: expect.stringContaining('T'),
    });
    await expect(locks.noteSend(group, 'first', 't2')).rejects.toThrow('does not own the lock');
    await expect(locks.arm(group, 'first', 'four')).rejects.toThrow('does not own the lock');
  });

  it('disarm every try as long as none has noted CompleteMigration', async () => {
    const { locks, group } = await held();
    await locks.arm(group, 'first', 'one');
    expect(await locks.disarm(group, 'first')).toBe('disarmed');
    await expect(locks.intend(group, 'first', 'complete', noted('t1'), 'one')).rejects.toThrow('does not own the lock');

    await locks.arm(group, 'first', 'two');
    await locks.intend(group, 'first', 'complete', noted('t1'), 'two');
    expect(await locks.disarm(group, 'first')).toBe('sent');
    expect(await locks.disarm(group, 'second')).toBe('notOurs');
  });

  it('take back a CompleteMigration only as it was judged: not one that was sent again since', async () => {
    const { locks, group } = await held();
    await locks.arm(group, 'first', 'one');
    await locks.intend(group, 'first', 'complete', noted('t1'), 'one');
    await locks.noteSend(group, 'first', 't1');

    expect(await locks.withdraw(group, 'first', 'complete', { at: 't1', sends: 1 })).toBe(false);
    expect(await locks.withdraw(group, 'first', 'complete', { at: 't0', sends: 2 })).toBe(false);
    expect(await locks.withdraw(group, 'first', 'complete', { at: 't1', sends: 2 })).toBe(true);
    expect(await locks.withdraw(group, 'first', 'complete', { at: 't1', sends: 2 })).toBe(true);
    expect((await locks.find(group))?.intents).toEqual({});
  });

  it('let nobody arm, and nobody send again, once they are closed', async () => {
    const { locks, group } = await held();
    await locks.arm(group, 'first', 'one');
    await locks.intend(group, 'first', 'complete', noted('t1'), 'one');
    await locks.closeToIntents(group, 'first');

    await expect(locks.noteSend(group, 'first', 't1')).rejects.toThrow('does not own the lock');
    await expect(locks.arm(group, 'first', 'two')).rejects.toThrow('does not own the lock');
  });

  it('go on to the next in a new epoch, without what the one before had noted', async () => {
    const { locks, group } = await held();
    await locks.intend(group, 'first', 'start', noted('t1'));
    await locks.release(group, 'first');
    expect(await locks.find(group)).toBeUndefined();

    const lock = await locks.acquire(group, 'second');

    expect(lock).toMatchObject({ owner: 'second', epoch: 2 });
    expect(lock).toMatchObject({ intents: {} });
  });

  it('note an intent once: the first time stands, and a repeat is told so', async () => {
    const { locks, group } = await held();

    expect(await locks.intend(group, 'first', 'start', noted('t1'))).toEqual({ fresh: true, ...noted('t1') });
    expect(await locks.intend(group, 'first', 'start', noted('t2'))).toEqual({ fresh: false, ...noted('t1') });
    expect(await locks.intend(group, 'first', 'complete', noted('t3'))).toEqual({
      sends: 1,
      lastSendAt: 't3',
      fresh: true,
      ...noted('t3'),
    });
    expect(await locks.intend(group, 'first', 'stop', noted('t4'))).toEqual({ fresh: true, ...noted('t4') });
  });

  it('note how far a stop came, once, also when settlement or the stop itself has closed them', async () => {
    const { locks, group } = await held();
    await locks.intend(group, 'first', 'stop', noted('t1'));
    await locks.closeToIntents(group, 'first');
    await locks.noteStop(group, 'first', 'sentAt', 't2');
    await locks.noteStop(group, 'first', 'leftAt', 't3');
    await locks.noteStop(group, 'first', 'leftAt', 't4');

    expect((await locks.find(group))?.intents.stop).toEqual({ ...noted('t1'), sentAt: 't2', leftAt: 't3' });
  });

  it('note nothing of a stop for somebody else, nor of one that nobody intended', async () => {
    const { locks, group } = await held();
    const lost = { name: 'LockLostError' };
    await expect(locks.noteStop(group, 'first', 'sentAt', 't')).rejects.toMatchObject(lost);
    await locks.intend(group, 'first', 'stop', noted('t1'));
    await expect(locks.noteStop(group, 'second', 'sentAt', 't')).rejects.toMatchObject(lost);
    await locks.release(group, 'first');
    await expect(locks.noteStop(group, 'first', 'sentAt', 't')).rejects.toMatchObject(lost);
  });

  it('take an intent back, so that the next one is the first again', async () => {
    const { locks, group } = await held();
    await locks.intend(group, 'first', 'start', noted('t1'));
    await locks.withdraw(group, 'first', 'start');

    expect(await locks.intend(group, 'first', 'start', noted('t2'))).toEqual({ fresh: true, ...noted('t2') });
  });

  it('keep an intent whose promotion was confirmed, also when they are closed', async () => {
    const { locks, group } = await held();
    await locks.intend(group, 'first', 'complete', noted('t1'));
    await locks.closeToIntents(group, 'first');
    const confirming = [['second', 't1'] as const, ['first', 't0'] as const, ['first', 't1'] as const];
    const confirmed = [];
    for (const [owner, at] of confirming) confirmed.push(await locks.confirm(group, owner, at));

    expect(confirmed).toEqual([false, false, true]);
    expect(await locks.withdraw(group, 'first', 'complete', { at: 't1', sends: 1 })).toBe(false);
    expect(await locks.find(group)).toMatchObject({ intents: { complete: { at: 't1', confirmed: true } } });
  });

  it('let one of a confirmation and a withdrawal through that come at once', async () => {
    for (let nth = 0; nth < 20; nth++) {
      const { locks, group } = await held();
      await locks.intend(group, 'first', 'complete', noted('t1'));
      const both = await Promise.all([
        locks.confirm(group, 'first', 't1'),
        locks.withdraw(group, 'first', 'complete', { at: 't1', sends: 1 }),
      ]);

      expect(both.filter(Boolean)).toHaveLength(1);
    }
  });

  it('tell every owner to come of the last rollback, also in a group that nobody has locked yet', async () => {
    const { locks, group } = await held();
    await locks.noteRollback(group, { migrationId: 'first', at: 't2' });
    await locks.noteRollback(group, { migrationId: 'late', at: 't1' });
    await locks.release(group, 'first');
    await locks.acquire(group, 'second');
    const fresh = newGroup();
    await locks.noteRollback(fresh, { migrationId: 'first', at: 't1' });
    await locks.acquire(fresh, 'second');

    expect(await locks.find(group)).toMatchObject({ rolledBack: { migrationId: 'first', at: 't2' } });
    expect(await locks.find(fresh)).toMatchObject({ owner: 'second', rolledBack: { at: 't1' } });
  });

  it('note nothing for somebody else, nor for a group that nobody has locked', async () => {
    const { locks, group } = await held();
    for (const name of [group, newGroup()]) {
      await expect(locks.intend(name, 'second', 'start', noted('t'))).rejects.toMatchObject({ name: 'LockLostError' });
    }
    expect(await locks.find(group)).toMatchObject({ intents: {} });
  });

  it('note nothing more once settlement has begun, not even a repeat of what stands', async () => {
    const { locks, group } = await held();
    await locks.intend(group, 'first', 'start', noted('t1'));
    await locks.closeToIntents(group, 'first');

    for (const intent of ['start', 'complete'] as const) {
      await expect(locks.intend(group, 'first', intent, noted('t2'))).rejects.toMatchObject({ name: 'LockLostError' });
    }
    await expect(locks.acquire(group, 'first')).rejects.toMatchObject({ name: 'LockLostError' });
    await expect(locks.acquire(group, 'second')).rejects.toMatchObject({ name: 'ReplicationGroupLockedError' });
  });

  it('are closed to all but the stop, which settlement notes itself', async () => {
    const { locks, group } = await held();
    await locks.closeToIntents(group, 'first');

    expect(await locks.intend(group, 'first', 'stop', noted('t1'))).toEqual({ fresh: true, ...noted('t1') });
    expect(await locks.intend(group, 'first', 'stop', noted('t2'))).toEqual({ fresh: false, ...noted('t1') });
    await expect(locks.intend(group, 'second', 'stop', noted('t3'))).rejects.toMatchObject({ name: 'LockLostError' });
  });

  it('are closed for an abort unless CompleteMigration was noted, and only by their owner', async () => {
    const { locks, group } = await held();
    expect(await locks.closeUnlessSent(group, 'second')).toBe('notOurs');
    expect(await locks.closeUnlessSent(newGroup(), 'first')).toBe('notOurs');
    await locks.intend(group, 'first', 'start', noted('t1'));
    expect(await locks.closeUnlessSent(group, 'first')).toBe('closed');
    expect(await locks.closeUnlessSent(group, 'first')).toBe('closed');
    await expect(locks.intend(group, 'first', 'complete', noted('t2'))).rejects.toMatchObject({
      name: 'LockLostError',
    });

    const late = await held();
    await late.locks.intend(late.group, 'first', 'complete', noted('t1'));
    expect(await late.locks.closeUnlessSent(late.group, 'first')).toBe('sent');
    expect(await late.locks.intend(late.group, 'first', 'complete', noted('t2'))).toMatchObject({ fresh: false });
  });

  it('let one of an abort and a cutover through that come at once', async () => {
    for (let nth = 0; nth < 20; nth++) {
      const { locks, group } = await held();
      const [abort, cutover] = await Promise.allSettled([
        locks.closeUnlessSent(group, 'first'),
        locks.intend(group, 'first', 'complete', noted('t1')),
      ]);

      const aborted = abort.status === 'fulfilled' && abort.value === 'closed';
      expect(aborted).toBe(cutover.status === 'rejected');
    }
  });

  it('are open again for the next owner after settlement', async () => {
    const { locks, group } = await held();
    await locks.closeToIntents(group, 'first');
    await locks.release(group, 'first');
    await locks.acquire(group, 'second');

    expect(await locks.intend(group, 'second', 'start', noted('t'))).toEqual({ fresh: true, ...noted('t') });
  });

  it('are not touched by whoever does not own them', async () => {
    const { locks, group } = await held();
    await locks.intend(group, 'first', 'start', noted('t1'));
    await locks.closeToIntents(group, 'second');
    await locks.withdraw(group, 'second', 'start');
    await locks.release(group, 'second');

    expect(await locks.intend(group, 'first', 'start', noted('t2'))).toEqual({ fresh: false, ...noted('t1') });
  });

  it('stay released, and do not come into being, by late releases and closes', async () => {
    const locks = make();
    const group = newGroup();
    await locks.release(group, 'first');
    await locks.closeToIntents(group, 'first');

    expect(await locks.find(group)).toBeUndefined();
    expect(await locks.acquire(group, 'second')).toMatchObject({ owner: 'second', epoch: 1 });
  });
});

describe('locks in DynamoDB', () => {
  it('are ours when the answer to the acquisition was lost', async () => {
    const group = newGroup();
    real.loseNextAnswer();

    expect(await real.locks.acquire(group, 'first')).toMatchObject({ owner: 'first', epoch: 1 });
  });

  it('hold a fresh intent when only its answer was lost: nothing can have been sent under it', async () => {
    const group = newGroup();
    await real.locks.acquire(group, 'first');
    real.loseNextAnswer();

    expect(await real.locks.intend(group, 'first', 'start', noted('t1'))).toEqual({ fresh: true, ...noted('t1') });
    expect(await real.locks.intend(group, 'first', 'start', noted('t2'))).toEqual({ fresh: false, ...noted('t1') });
  });
});
