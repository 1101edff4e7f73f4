import { describe, expect, it } from 'vitest';
import { failing, INPUT, inSync, Later, linkLost, runWorkflow, stopped, unlike, verified } from './support.ts';

const types = (run: { announced: { detailType: string }[] }) => run.announced.map(({ detailType }) => detailType);
/** What is told from the first verification on. */
const told = (run: { announced: { detailType: string }[] }) =>
  types(run).slice(types(run).indexOf('MigrationInSync') + 1);
const dataOf = (run: { announced: { detailType: string; data: object }[] }, type: string) =>
  run.announced.filter(({ detailType }) => detailType === type).map(({ data }) => data);
const AUTOMATIC = { ...INPUT, cutover: { mode: 'automatic' } };
const WAIVER = { waivers: ['verification-differences'] };
const MINUTE_MS = 60_000;
const CUT_OVER = ['MigrationCutoverStarted', 'MigrationPromoted', 'MigrationCompleted'];

/** Verdicts of one verification after the other; the last one again and again. */
const verdicts =
  (...all: string[]) =>
  (_: unknown, { count, nowMs }: { count: number; nowMs: number }) => {
    const verdict = all[Math.min(count, all.length) - 1] ?? 'same';
    return verdict === 'same' ? verified(nowMs) : unlike(nowMs, verdict);
  };

describe('the verification in a migration', () => {
  it('comes before the cutover is awaited, and tells what it stands on', async () => {
    const run = await runWorkflow('migration');

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual(['MigrationVerified', 'MigrationAwaitingCutover', ...CUT_OVER]);
    expect(run.announced.find(({ detailType }) => detailType === 'MigrationVerified')).toMatchObject({
      id: 'test-0123456789ab:verified-1',
      data: { status: 'verifying', statusReason: 'it is same', verification: { verdict: 'same' } },
    });
    expect(dataOf(run, 'MigrationCutoverStarted')).toEqual([
      expect.objectContaining({
        waivers: [],
        verification: { mode: 'full', verdict: 'same', verifiedAt: expect.any(String) },
      }),
    ]);
  });

  it('comes at once before an automatic cutover', async () => {
    const run = await runWorkflow('migration', { input: AUTOMATIC });

    expect(told(run)).toEqual(['MigrationVerified', ...CUT_OVER]);
    expect(run.path).not.toContain('AwaitCutover');
  });

  it.each([
    ['with the mode none', { ...INPUT, verification: { mode: 'none' } }],
    ['of a request that was accepted before it was built', { ...INPUT, verification: undefined }],
  ])('is left out %s', async (_, input) => {
    const run = await runWorkflow('migration', { input });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.path).not.toContain('VerifyData');
    expect(told(run)).toEqual(['MigrationAwaitingCutover', ...CUT_OVER]);
  });

  it('goes on from its checkpoint, turn after turn', async () => {
    const given: unknown[] = [];
    const run = await runWorkflow('migration', {
      tasks: {
        VerifyData: ({ checkpoint }, { count, nowMs }) => {
          given.push(checkpoint);
          return count < 4 ? new Later(480_000, stopped('turn', count)) : verified(nowMs);
        },
      },
    });

    expect(given).toEqual([null, { version: 1, steps: 1 }, { version: 1, steps: 2 }, { version: 1, steps: 3 }]);
    expect(types(run).filter((type) => type === 'MigrationVerified')).toHaveLength(1);
  });

  it('goes on from its checkpoint when the link only seemed lost', async () => {
    const given: unknown[] = [];
    const run = await runWorkflow('migration', {
      tasks: {
        VerifyData: ({ checkpoint, round }, { count, nowMs }) => {
          given.push([round, checkpoint]);
          return count === 1 ? stopped('linkLost', 7) : verified(nowMs);
        },
      },
    });

    expect(given).toEqual([
      [0, null],
      [0, { version: 1, steps: 7 }],
    ]);
    expect(told(run)).toEqual(['MigrationVerified', 'MigrationAwaitingCutover', ...CUT_OVER]);
  });

  it('begins anew, in another round, when the link was lost meanwhile', async () => {
    const given: unknown[] = [];
    const run = await runWorkflow('migration', {
      tasks: {
        WatchReplication: (_, { count }) => (count === 2 ? linkLost : inSync),
        VerifyData: ({ checkpoint, round }, { count, nowMs }) => {
          given.push([round, checkpoint]);
          return count === 1 ? stopped('linkLost', 7) : verified(nowMs);
        },
      },
    });

    expect(given).toEqual([
      [0, null],
      [1, null],
    ]);
    expect(told(run)).toEqual([
      'MigrationLinkLost',
      'MigrationLinkRestored',
      'MigrationVerified',
      'MigrationAwaitingCutover',
      ...CUT_OVER,
    ]);
  });

  it('begins anew each time that it has come to its end', async () => {
    const given: unknown[] = [];
    await runWorkflow('migration', {
      requestAfterMs: 120 * MINUTE_MS,
      tasks: {
        VerifyData: ({ checkpoint }, { count, nowMs }) => {
          given.push(checkpoint);
          return count === 1 ? stopped('turn', 1) : verified(nowMs);
        },
      },
    });

    expect(given).toEqual([null, { version: 1, steps: 1 }, null]);
  });
});

describe('a request for the cutover', () => {
  it('cuts over at once while the result is fresh', async () => {
    const run = await runWorkflow('migration', { requestAfterMs: 59 * MINUTE_MS });

    expect(types(run).filter((type) => type === 'MigrationVerified')).toHaveLength(1);
  });

  it('verifies again first when the result is older than that', async () => {
    const run = await runWorkflow('migration', { requestAfterMs: 61 * MINUTE_MS });

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual(['MigrationVerified', 'MigrationAwaitingCutover', 'MigrationVerified', ...CUT_OVER]);
    expect(run.announced.filter(({ detailType }) => detailType === 'MigrationVerified').map(({ id }) => id)).toEqual([
      'test-0123456789ab:verified-1',
      'test-0123456789ab:verified-2',
    ]);
  });

  it.each(['different', 'unknown'])(
    'verifies again first when it was %s, and cuts over if it is the same',
    async (verdict) => {
      const run = await runWorkflow('migration', { tasks: { VerifyData: verdicts(verdict, 'same') } });

      expect(run.status).toBe('SUCCEEDED');
      expect(told(run)).toEqual([
        'MigrationVerificationFailed',
        'MigrationAwaitingCutover',
        'MigrationVerified',
        ...CUT_OVER,
      ]);
      expect(dataOf(run, 'MigrationVerificationFailed')).toEqual([
        expect.objectContaining({ blocks: true, verification: expect.objectContaining({ verdict }) }),
      ]);
      expect(dataOf(run, 'MigrationAwaitingCutover')).toEqual([
        expect.objectContaining({ statusReason: expect.stringContaining(`it is ${verdict}`) }),
      ]);
    },
  );

  it('comes to nothing when it still differs; the next one is free', async () => {
    const waits: Record<string, unknown>[] = [];
    const run = await runWorkflow('migration', {
      tasks: {
        VerifyData: verdicts('different', 'different', 'same'),
        AwaitCutover: (payload) => {
          waits.push(payload);
          return {};
        },
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.announced.flatMap(({ id }) => /verification-failed-\d+|verified-\d+/.exec(id)?.[0] ?? [])).toEqual([
      'verification-failed-1',
      'verification-failed-2',
      'verified-3',
    ]);
    expect(waits.map(({ refusedAt, blockedBy }) => [refusedAt, blockedBy])).toEqual([
      [null, 'it is different'],
      ['request 1', 'it is different'],
    ]);
  });

  it('that waives the differences goes on without another look at them, and that is told', async () => {
    const run = await runWorkflow('migration', {
      requests: [WAIVER],
      tasks: { VerifyData: verdicts('different') },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual(['MigrationVerificationFailed', 'MigrationAwaitingCutover', ...CUT_OVER]);
    expect(dataOf(run, 'MigrationCutoverStarted')).toEqual([
      expect.objectContaining({ ...WAIVER, verification: expect.objectContaining({ verdict: 'different' }) }),
    ]);
  });

  it('needs no waiver of its own where the request for the migration has one, but is waited for', async () => {
    const run = await runWorkflow('migration', {
      input: { ...INPUT, ...WAIVER },
      requestAfterMs: 61 * MINUTE_MS,
      tasks: { VerifyData: verdicts('different') },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual(['MigrationVerificationFailed', 'MigrationAwaitingCutover', ...CUT_OVER]);
    expect(run.durationMs).toBeGreaterThanOrEqual(61 * MINUTE_MS);
  });

  it('waives for itself alone: a later one is verified', async () => {
    const run = await runWorkflow('migration', {
      requests: [WAIVER, {}],
      tasks: {
        VerifyData: verdicts('different', 'same'),
        CutOver: (_, { count }) =>
          count === 1
            ? { outcome: 'backedOut', reason: 'the lag grew', eventsSinceMs: 3 }
            : { outcome: 'sent', sentAt: '2026-01-01T00:10:00.000Z', eventsSinceMs: 2, positions: [] },
      },
    });

    expect(told(run)).toEqual([
      'MigrationVerificationFailed',
      'MigrationAwaitingCutover',
      'MigrationCutoverStarted',
      'MigrationCutoverBackedOut',
      'MigrationAwaitingCutover',
      'MigrationVerified',
      ...CUT_OVER,
    ]);
  });

  it('is forgotten when the link is lost while it is verified for', async () => {
    const run = await runWorkflow('migration', {
      requestAfterMs: 61 * MINUTE_MS,
      tasks: {
        WatchReplication: ({ glance }, { count }) => (glance || count === 1 || count > 9 ? inSync : linkLost),
        VerifyData: (_, { count, nowMs }) => (count === 2 ? stopped('linkLost', 1) : verified(nowMs)),
      },
    });

    expect(told(run).slice(2, 6)).toEqual([
      'MigrationLinkLost',
      'MigrationLinkRestored',
      'MigrationVerified',
      'MigrationAwaitingCutover',
    ]);
  });
});

describe('an automatic cutover', () => {
  it('never goes on by itself from differences: an operator decides', async () => {
    const run = await runWorkflow('migration', {
      input: AUTOMATIC,
      requestAfterMs: 61 * MINUTE_MS,
      tasks: { VerifyData: verdicts('different', 'same') },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual([
      'MigrationVerificationFailed',
      'MigrationAwaitingCutover',
      'MigrationVerified',
      ...CUT_OVER,
    ]);
    expect(run.durationMs).toBeGreaterThanOrEqual(61 * MINUTE_MS);
    expect(dataOf(run, 'MigrationCutoverStarted')).toEqual([
      expect.objectContaining({ statusReason: 'The cutover was requested.' }),
    ]);
  });

  it('goes on in spite of differences that the request for the migration waived, and still tells them', async () => {
    const run = await runWorkflow('migration', {
      input: { ...AUTOMATIC, ...WAIVER },
      tasks: { VerifyData: verdicts('different') },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual(['MigrationVerificationFailed', ...CUT_OVER]);
    expect(dataOf(run, 'MigrationVerificationFailed')).toEqual([expect.objectContaining({ blocks: false })]);
  });

  describe('that is backed out for what a request can waive', () => {
    const looked = { waivers: ['users-included'], reason: 'all in redis.conf' };
    const reason = '10.0.0.5:6379: it has a user beside default, waive users-included';
    const unless = (waiver: string, waivers: unknown) =>
      (waivers as string[]).includes(waiver)
        ? SENT
        : { outcome: 'backedOut', reason, eventsSinceMs: 3, waivable: true };

    it('is handed over, and goes on with the waiver of the request', async () => {
      const waits: unknown[] = [];
      const run = await runWorkflow('migration', {
        input: AUTOMATIC,
        requests: [looked],
        tasks: {
          AwaitCutover: ({ handedOverFor, blockedBy }) => {
            waits.push([handedOverFor, blockedBy]);
            return undefined;
          },
          CutOver: ({ waivers }) => unless('users-included', waivers),
        },
      });

      expect(run.status).toBe('SUCCEEDED');
      expect(told(run)).toEqual([
        'MigrationVerified',
        'MigrationCutoverStarted',
        'MigrationCutoverBackedOut',
        'MigrationAwaitingCutover',
        ...CUT_OVER,
      ]);
      expect(dataOf(run, 'MigrationAwaitingCutover')).toEqual([
        expect.objectContaining({
          status: 'awaitingCutover',
          statusReason: `Source and target are in sync; the cutover is to be requested. The automatic cutover was backed out, and is not tried again without a request: ${reason}.`,
        }),
      ]);
      expect(waits).toEqual([[reason, null]]);
    });

    it('is handed over by its last try, too, and no request is its last then', async () => {
      const run = await runWorkflow('migration', {
        input: AUTOMATIC,
        requests: [{}, {}, looked],
        tasks: {
          CutOver: ({ waivers }, { count }) =>
            count < 10
              ? { outcome: 'backedOut', reason: 'the lag grew', eventsSinceMs: 3 }
              : unless('users-included', waivers),
        },
      });

      expect(run.status).toBe('SUCCEEDED');
      expect(types(run).filter((type) => type === 'MigrationCutoverBackedOut')).toHaveLength(12);
      expect(types(run).filter((type) => type === 'MigrationAwaitingCutover')).toHaveLength(3);
    });

    it('says so no longer once a request was backed out for something else', async () => {
      const run = await runWorkflow('migration', {
        input: AUTOMATIC,
        requests: [looked, looked],
        tasks: {
          CutOver: ({ waivers }, { count }) =>
            count === 2
              ? { outcome: 'backedOut', reason: 'the lag grew', eventsSinceMs: 3 }
              : unless('users-included', waivers),
        },
      });

      expect(run.status).toBe('SUCCEEDED');
      const [first, second] = dataOf(run, 'MigrationAwaitingCutover').map((data) => JSON.stringify(data));
      expect(first).toContain(reason);
      expect(second).not.toContain('backed out');
    });

    it('is none where a request asks for it anyway: that is asked for again as ever', async () => {
      const run = await runWorkflow('migration', {
        requests: [{}, looked],
        tasks: { CutOver: ({ waivers }) => unless('users-included', waivers) },
      });

      expect(run.status).toBe('SUCCEEDED');
      for (const data of dataOf(run, 'MigrationAwaitingCutover'))
        expect(data).toMatchObject({ statusReason: expect.not.stringContaining('automatic') });
    });
  });

  it('that is backed out is tried again on the same result while that is fresh', async () => {
    const run = await runWorkflow('migration', {
      input: AUTOMATIC,
      tasks: {
        CutOver: (_, { count }) =>
          count < 3
            ? { outcome: 'backedOut', reason: 'the lag grew', eventsSinceMs: 3 }
            : { outcome: 'sent', sentAt: '2026-01-01T00:10:00.000Z', eventsSinceMs: 2, positions: [] },
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(types(run).filter((type) => type === 'MigrationVerified')).toHaveLength(1);
  });
});

const SENT = { outcome: 'sent', sentAt: '2026-01-01T00:10:00.000Z', eventsSinceMs: 2, positions: [] };
const EPOCH = { replicationId: 'r1', runId: 'run-1', fullSyncs: 2 };
const verifiedIn = (nowMs: number) => ({ ...verified(nowMs), report: { ...verified(nowMs).report, epoch: EPOCH } });

describe('what was verified before', () => {
  it('is not what a cutover stands on after a lost link, however fresh', async () => {
    const run = await runWorkflow('migration', {
      input: AUTOMATIC,
      tasks: {
        WatchReplication: (_, { count }) => (count === 2 ? linkLost : inSync),
        CutOver: (_, { count }) =>
          count === 1 ? { outcome: 'backedOut', reason: 'the link is down', eventsSinceMs: 3 } : SENT,
      },
    });

    expect(told(run)).toEqual([
      'MigrationVerified',
      'MigrationCutoverStarted',
      'MigrationCutoverBackedOut',
      'MigrationLinkLost',
      'MigrationLinkRestored',
      'MigrationVerified',
      ...CUT_OVER,
    ]);
  });

  it('is handed to the last look, and forgotten when that finds another epoch', async () => {
    const handed: unknown[] = [];
    const run = await runWorkflow('migration', {
      input: AUTOMATIC,
      tasks: {
        VerifyData: (_, { nowMs }) => verifiedIn(nowMs),
        CutOver: ({ epoch }, { count }) => {
          handed.push(epoch);
          return count === 1
            ? { outcome: 'backedOut', reason: 'sync_full is 3', eventsSinceMs: 3, verifyAgain: true }
            : SENT;
        },
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual([
      'MigrationVerified',
      'MigrationCutoverStarted',
      'MigrationCutoverBackedOut',
      'MigrationVerified',
      ...CUT_OVER,
    ]);
    expect(handed).toEqual([EPOCH, EPOCH]);
  });

  it.each([
    ['with the mode none', { verification: { mode: 'none' } }, [{}]],
    ['with the waiver of the migration', WAIVER, [{}]],
    ['with the waiver of the cutover', {}, [WAIVER]],
  ])('is not what a cutover %s stands on', async (_, change, requests) => {
    const handed: unknown[] = [];
    await runWorkflow('migration', {
      input: { ...INPUT, ...change },
      requests,
      tasks: {
        VerifyData: (_, { nowMs }) => verifiedIn(nowMs),
        CutOver: ({ epoch }) => {
          handed.push(epoch);
          return SENT;
        },
      },
    });

    expect(handed).toEqual([null]);
  });
});

describe('what a cutover tells of itself', () => {
  it('has what both requests waived, each once, and their reasons', async () => {
    const waivers = ['source-bind', 'verification-differences'];
    const run = await runWorkflow('migration', {
      input: { ...INPUT, waivers, reason: 'the cache warms up' },
      requests: [{ ...WAIVER, reason: 'the window closes' }],
    });

    expect(dataOf(run, 'MigrationCutoverStarted')).toEqual([
      expect.objectContaining({
        waivers,
        reasons: { migration: 'the cache warms up', cutover: 'the window closes' },
      }),
    ]);
  });

  it('has what the request for an automatic one waived', async () => {
    const run = await runWorkflow('migration', { input: { ...AUTOMATIC, ...WAIVER, reason: 'a cache' } });

    expect(dataOf(run, 'MigrationCutoverStarted')).toEqual([
      expect.objectContaining({ ...WAIVER, reasons: { migration: 'a cache' } }),
    ]);
  });

  it.each([
    ['was not asked for', { mode: 'none' }, /Nothing was verified: .* asked for no verification/],
    ['was not built yet', undefined, /Nothing was verified: .* before there was a verification/],
  ])('says that nothing was verified when that %s', async (_, verification, statusReason) => {
    const run = await runWorkflow('migration', { input: { ...INPUT, verification } });

    expect(dataOf(run, 'MigrationCutoverStarted')).toEqual([
      expect.objectContaining({ statusReason: expect.stringMatching(statusReason) }),
    ]);
  });
});

describe('a verification that cannot be carried out', () => {
  it('is a verdict of its own after many tries, and the migration goes on', async () => {
    const run = await runWorkflow('migration', {
      tasks: { VerifyData: (_, { count, nowMs }) => (count < 20 ? failing('Runtime.ExitError') : verified(nowMs)) },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(told(run)).toEqual([
      'MigrationVerificationFailed',
      'MigrationAwaitingCutover',
      'MigrationVerified',
      ...CUT_OVER,
    ]);
    expect(dataOf(run, 'MigrationVerificationFailed')).toEqual([
      expect.objectContaining({
        statusReason: 'The verification failed again and again: Runtime.ExitError.',
        verification: expect.objectContaining({ verdict: 'unknown' }),
      }),
    ]);
  });

  it('keeps what an earlier turn had done', async () => {
    const given: unknown[] = [];
    await runWorkflow('migration', {
      tasks: {
        VerifyData: ({ checkpoint }, { count, nowMs }) => {
          given.push(checkpoint);
          if (count === 2) return failing('Sandbox.Timedout');
          return count === 1 ? stopped('turn', 1) : verified(nowMs);
        },
      },
    });

    expect(given).toEqual([null, { version: 1, steps: 1 }, { version: 1, steps: 1 }]);
  });

  it('ends after 1500 turns, under 25,000 history events', async () => {
    const run = await runWorkflow('migration', { tasks: { VerifyData: () => stopped('turn', 1) } });

    expect([run.status, run.error]).toEqual(['FAILED', 'VerificationExhausted']);
    expect(run.history.length).toBeLessThan(25_000);
  });

  it('ends under 25,000 history events when somebody asks for the cutover again and again', async () => {
    const run = await runWorkflow('migration', { tasks: { VerifyData: verdicts('different') } });

    expect([run.status, run.error]).toEqual(['FAILED', 'VerificationExhausted']);
    expect(run.history.length).toBeLessThan(25_000);
  });
});
