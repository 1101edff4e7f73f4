import { beforeEach, describe, expect, it } from 'vitest';
import { makeAwaitCutover } from '../../../functions/cutover/await-cutover.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import type { MigrationRecord } from '../../../functions/migration/record.ts';
import { makeRequestAbort } from '../../../functions/migration/request-abort.ts';
import { makeRequestCutover } from '../../../functions/migration/request-cutover.ts';
import { isOutcome, PHASES, STATUSES } from '../../../functions/migration/status.ts';
import { makeClaimReplicationGroup } from '../../../functions/replication/claim-replication-group.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeFences } from '../support/fences.ts';
import { FakeLocks } from '../support/locks.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const REASON = 'the wrong source';
const TOKEN = 'token-1';
const ABORTED = { name: 'AbortRequestedError' };
const LOST = { name: 'LockLostError' };

let clock: FakeClock;
let locks: FakeLocks;
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
const begin = async (change: Partial<MigrationRecord> = {}, claimed = true) => {
  clock = new FakeClock();
  locks = new FakeLocks();
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'copying', ...change }));
  workflow = new FakeWorkflow();
  if (claimed) await locks.acquire('test', MIGRATION_ID);
};
beforeEach(() => begin());

const now = () => new Date(clock.now());
const abort = (eventId?: string, reason = REASON) =>
  makeRequestAbort(migrations, locks, workflow, now)(MIGRATION_ID, reason, CALLER, eventId);
const intend = (intent: 'start' | 'complete') =>
  locks.intend('test', MIGRATION_ID, intent, { at: clock.iso(), eventsSinceMs: 0 });
const claim = () => makeClaimReplicationGroup(locks, new FakeFences(), migrations, clock)(taskInput);
const awaitCutover = (taskToken = TOKEN) => {
  workflow.waiting.add(taskToken);
  return makeAwaitCutover(migrations, workflow, now)({ migrationId: MIGRATION_ID, taskToken, why: 'In sync.' });
};

describe('the request for an abort', () => {
  it('is kept with who asked and why, and nothing can be asked for any more', async () => {
    const view = await abort();

    const by = { ...CALLER, at: clock.iso(), reason: REASON };
    expect(view).toMatchObject({ allowedActions: [], requests: { abort: { at: clock.iso(), reason: REASON, by } } });
    await expect(intend('complete')).rejects.toMatchObject(LOST);
  });

  it('is taken in every status and phase, while CompleteMigration was not sent', async () => {
    for (const status of STATUSES.filter((one) => !isOutcome(one) && one !== 'promoted')) {
      for (const phase of PHASES) {
        await begin({ status, phase });

        await expect(abort()).resolves.toMatchObject({ requests: { abort: { reason: REASON } } });
        await expect(intend('complete')).rejects.toMatchObject(LOST);
      }
    }
  });

  it('leaves StartMigration to whoever has noted it: settlement finds it, and stops it', async () => {
    await intend('start');
    await abort();

    expect(await locks.find('test')).toMatchObject({ owner: MIGRATION_ID, intents: { start: expect.anything() } });
  });

  it('is refused once CompleteMigration was sent, leaves no trace, and says what can still be done', async () => {
    await begin({ status: 'cuttingOver', phase: 'promoting' });
    await intend('complete');

    await expect(abort()).rejects.toMatchObject({
      name: 'ActionNotAllowedError',
      message: expect.stringMatching(/CompleteMigration was sent.* rollback .* unfence or a close/),
    });
    expect(migrations.record).not.toHaveProperty('abort');
    clock.advance(1);
    expect(await intend('complete')).toMatchObject({ fresh: false });
  });

  it('is refused after the promotion, with what can be asked for instead', async () => {
    const fence = { kind: 'acl', phase: 'sealed', nodes: 1, openedAt: 't' } as const;
    const cutoverSettings = DEFAULT_CUTOVER;
    await begin({ status: 'promoted', phase: 'closing', promotedAt: 't', fence, cutoverSettings });

    await expect(abort()).rejects.toMatchObject({
      message: expect.stringContaining('what can be asked for: unfence, rollback, close'),
      allowedActions: ['unfence', 'rollback', 'close'],
    });
  });

  it('is refused when the promotion was recorded, and the lock given back, while it was on its way', async () => {
    const closeUnlessSent = locks.closeUnlessSent.bind(locks);
    locks.closeUnlessSent = async (group, migrationId) => {
      await migrations.end(MIGRATION_ID, 'completed', { status: 'completed', promotedAt: 't' });
      await locks.release(group, migrationId);
      return closeUnlessSent(group, migrationId);
    };

    await expect(abort()).rejects.toMatchObject({ message: expect.stringContaining('its status is completed') });
    expect(migrations.record).not.toHaveProperty('abort');
  });

  it('is refused after the end, with how it ended', async () => {
    await begin({ status: 'failed', statusReason: 'It failed.', outcome: 'failed' });

    await expect(abort()).rejects.toThrow('its status is failed: It failed. Now nothing can be.');
  });

  it('is refused a second time', async () => {
    await abort();
    clock.advance(1000);

    await expect(abort()).rejects.toThrow('it was requested at 2026-01-01T00:00:00.000Z');
    expect(migrations.record.abort?.at).toBe('2026-01-01T00:00:00.000Z');
  });

  it('of an unknown migration is a 404', async () => {
    const ask = makeRequestAbort(new FakeMigrations(), locks, workflow, now);

    await expect(ask('other-0123456789ab', REASON, CALLER)).rejects.toMatchObject({ name: 'MigrationNotFoundError' });
  });

  it('never touches a lock that is not its migration’s', async () => {
    await begin({}, false);
    await locks.acquire('test', 'other-0123456789ab');
    await abort();

    expect(await locks.intend('test', 'other-0123456789ab', 'complete', { at: 't', eventsSinceMs: 0 })).toMatchObject({
      fresh: true,
    });
  });

  it('by an event is told the same when it is delivered again, also after the end', async () => {
    const first = await abort('event-1');
    clock.advance(1000);
    expect(await abort('event-1')).toEqual(first);

    await migrations.end(MIGRATION_ID, 'aborted', { status: 'aborted', phase: 'ended' });
    expect(await abort('event-1')).toMatchObject({ status: 'aborted' });
  });

  it.each(['requestAct', 'closeUnlessSent', 'fail'] as const)(
    'that dies after %s is finished by its repeat',
    async (step) => {
      await awaitCutover();
      const [subject, call] = {
        requestAct: [migrations, 'requestAct'],
        closeUnlessSent: [locks, step],
        fail: [workflow, step],
      }[step] as [Record<string, (...args: unknown[]) => Promise<unknown>>, string];
      const real = subject[call]?.bind(subject);
      subject[call] = async (...args) => {
        await real?.(...args);
        if (real) subject[call] = real;
        throw new TransientServiceError(step, 'the process is gone');
      };
      await expect(abort()).rejects.toMatchObject({ name: 'TransientServiceError' });

      await expect(abort()).rejects.toThrow('it was requested at');
      expect(workflow.failed).toHaveLength(1);
      await expect(intend('complete')).rejects.toMatchObject(LOST);
    },
  );

  it('whose process died before it knew that it came too late is taken back by the next one', async () => {
    await intend('complete');
    const { closeUnlessSent } = locks;
    locks.closeUnlessSent = () => Promise.reject(new TransientServiceError('Write lock', 'gone'));
    await expect(abort()).rejects.toMatchObject({ name: 'TransientServiceError' });
    locks.closeUnlessSent = closeUnlessSent;

    await expect(abort()).rejects.toThrow('CompleteMigration was sent');
    expect(migrations.record).not.toHaveProperty('abort');
  });
});

describe('an abort that meets', () => {
  it('an awaited cutover lets the wait fail by its name', async () => {
    await awaitCutover();
    await abort();

    const cause = expect.stringContaining(REASON);
    expect(workflow.failed).toEqual([{ taskToken: TOKEN, error: 'AbortRequestedError', cause }]);
  });

  it('a look at the link is found by the next wait', async () => {
    await awaitCutover();
    workflow.waiting.clear();
    await abort();
    expect(workflow.failed).toEqual([]);

    await awaitCutover('token-2');
    expect(workflow.failed).toMatchObject([{ taskToken: 'token-2', error: 'AbortRequestedError' }]);
  });

  it('the beginning of a wait ends it once, whichever comes first', async () => {
    await Promise.all([awaitCutover(), abort()]);

    expect(workflow.failed).toHaveLength(1);
  });

  it('a request for the cutover leaves it standing, and no other can be made', async () => {
    await awaitCutover();
    const cutover = () => makeRequestCutover(migrations, workflow, now)(MIGRATION_ID, {}, CALLER);
    await cutover();
    await abort();
    expect(workflow.resumed).toHaveLength(1);
    await expect(intend('complete')).rejects.toMatchObject(LOST);

    await begin({ status: 'awaitingCutover' });
    await abort();
    await expect(cutover()).rejects.toThrow('its abort was requested at');
  });

  it('a claim lets nothing begin, in whatever order their writes come', async () => {
    await begin({}, false);
    await abort();
    await expect(claim()).rejects.toMatchObject(ABORTED);
    expect(await locks.find('test')).toBeUndefined();

    // Between the claim's two looks: it has read the record, and then takes the lock.
    await begin({}, false);
    const acquire = locks.acquire.bind(locks);
    locks.acquire = async (...args) => {
      await abort();
      return acquire(...args);
    };
    await expect(claim()).rejects.toMatchObject(ABORTED);
    expect(await locks.find('test')).toBeUndefined();

    await begin({}, false);
    await claim();
    await abort();
    await expect(intend('start')).rejects.toMatchObject(LOST);
  });
});
