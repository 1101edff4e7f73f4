import { beforeEach, describe, expect, it } from 'vitest';
import { makeAwaitCutover } from '../../../functions/cutover/await-cutover.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import { makeRequestCutover } from '../../../functions/migration/request-cutover.ts';
import type { CutoverWaiver } from '../../../functions/migration/waivers.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aRecord, CALLER, MIGRATION_ID } from '../support/records.ts';
import { FakeWorkflow } from '../support/workflow.ts';

const TOKEN = 'token-1';
let clock: FakeClock;
let migrations: FakeMigrations;
let workflow: FakeWorkflow;
beforeEach(() => {
  clock = new FakeClock();
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'inSync' }));
  workflow = new FakeWorkflow();
});

const now = () => new Date(clock.now());
const request = (reason?: string, requestId?: string, waivers?: CutoverWaiver[]) =>
  makeRequestCutover(migrations, workflow, now)(
    MIGRATION_ID,
    { ...(reason !== undefined && { reason }), ...(waivers && { waivers }) },
    CALLER,
    requestId,
  );
/** The execution enters its wait: from now on the token is waited on. */
const awaiting = async (taskToken = TOKEN) => {
  workflow.waiting.add(taskToken);
  await makeAwaitCutover(
    migrations,
    workflow,
  )({
    migrationId: MIGRATION_ID,
    taskToken,
    why: 'In sync.',
  });
};
/** The wait's timeout: the execution looks at the link, and its token is dead. */
const looksAtTheLink = () => workflow.waiting.clear();

describe('the request for a cutover', () => {
  it('calls the execution that waits, and leaves nothing more to ask for', async () => {
    await awaiting();
    const view = await request('the window is open');

    const reason = 'the window is open';
    expect(workflow.resumed).toEqual([{ taskToken: TOKEN, output: { requestedAt: clock.iso(), waivers: [], reason } }]);
    expect(view).toMatchObject({
      allowedActions: ['abort'],
      cutover: { reason, by: { ...CALLER, at: clock.iso(), reason } },
    });
  });

  it('tells the execution what it waives, and keeps it with its reason', async () => {
    await awaiting();
    const reason = 'known differences';
    const view = await request(reason, undefined, ['verification-differences']);

    const waivers = ['verification-differences'];
    expect(workflow.resumed).toEqual([{ taskToken: TOKEN, output: { requestedAt: clock.iso(), waivers, reason } }]);
    expect(view.cutover).toMatchObject({ reason, waivers });
  });

  it('is found by the next wait when it came while the execution was looking at the link', async () => {
    await awaiting();
    looksAtTheLink();
    await request();
    expect(workflow.resumed).toEqual([]);

    await awaiting('token-2');

    expect(workflow.resumed).toEqual([{ taskToken: 'token-2', output: { requestedAt: clock.iso(), waivers: [] } }]);
  });

  it('resumes one wait once, whichever of the two writes comes first', async () => {
    await awaiting();
    looksAtTheLink();
    await Promise.all([awaiting('token-2'), request()]);

    expect(workflow.resumed.map(({ taskToken }) => taskToken)).toEqual(['token-2']);
  });

  it('is refused while no cutover is awaited, with the reason', async () => {
    await expect(request()).rejects.toMatchObject({
      name: 'ActionNotAllowedError',
      message: expect.stringMatching(/its status is syncing.* Now what can be asked for: abort\.$/i),
      allowedActions: ['abort'],
    });
  });

  it('is refused a second time, and nothing is called twice', async () => {
    await awaiting();
    await request();
    clock.advance(1000);

    await expect(request()).rejects.toThrow('it was requested at 2026-01-01T00:00:00.000Z');
    expect(workflow.resumed).toHaveLength(1);
  });

  it('goes to one of two that come in the same millisecond', async () => {
    await awaiting();
    const answers = await Promise.allSettled([request('one'), request('two')]);

    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('of an unknown migration is a 404', async () => {
    const cutover = makeRequestCutover(new FakeMigrations(), workflow, now);

    await expect(cutover('other-0123456789ab', {}, CALLER)).rejects.toMatchObject({ name: 'MigrationNotFoundError' });
  });

  it('stands when the call of the execution fails, and a repeat makes the call', async () => {
    await awaiting();
    workflow.faults.resume = [new TransientServiceError('Resume execution', 'throttled')];
    await expect(request()).rejects.toMatchObject({ name: 'TransientServiceError' });
    clock.advance(1000);

    await expect(request()).rejects.toMatchObject({ name: 'ActionNotAllowedError' });
    expect(workflow.resumed).toHaveLength(1);
  });

  it('is known again when the answer of the table was lost', async () => {
    await awaiting();
    const write = migrations.requestCutover.bind(migrations);
    migrations.requestCutover = async (...args) => {
      await write(...args);
      return undefined;
    };

    await expect(request()).resolves.toMatchObject({ cutover: { requestedAt: clock.iso() } });
    expect(workflow.resumed).toHaveLength(1);
  });
});

describe('the request for a cutover by an event', () => {
  it('is answered again when it is delivered twice', async () => {
    await awaiting();
    const first = await request(undefined, 'event-1');
    clock.advance(1000);

    expect(await request(undefined, 'event-1')).toEqual(first);
    expect(workflow.resumed).toHaveLength(1);
  });

  it('is not made again by a late delivery, after it was backed out', async () => {
    await awaiting();
    await request(undefined, 'event-1');
    await migrations.clearCutoverRequest(MIGRATION_ID, { at: clock.iso(), reason: 'It was too slow.' });
    await awaiting('token-2');

    await request(undefined, 'event-1');

    expect(migrations.record.cutover).toBeUndefined();
    expect(workflow.resumed).toHaveLength(1);
  });

  it('can be made again by another event', async () => {
    await awaiting();
    await request(undefined, 'event-1');
    await migrations.clearCutoverRequest(MIGRATION_ID, { at: clock.iso(), reason: 'It was too slow.' });
    await awaiting('token-2');
    await request(undefined, 'event-2');

    expect(workflow.resumed.map(({ taskToken }) => taskToken)).toEqual([TOKEN, 'token-2']);
  });

  it('of an API-only migration says who has stopped the writers, also when its wait begins just then', async () => {
    migrations.records.set(MIGRATION_ID, aRecord({ status: 'syncing', phase: 'inSync', apiOnly: true }));
    await awaiting();
    for (const reason of [undefined, '', '  ']) {
      await expect(request(reason)).rejects.toMatchObject({ violations: [{ pointer: '/reason' }] });
    }
    expect(migrations.record?.cutover).toBeUndefined();

    expect((await request('stopped by the gateway')).cutover.reason).toBe('stopped by the gateway');
  });
});
