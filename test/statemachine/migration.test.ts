import { describe, expect, it } from 'vitest';
import type { Laboratory } from '../local/stepfunctions/support.ts';
import {
  closed,
  type FakeTask,
  failing,
  INPUT,
  inDoubt,
  inSync,
  Later,
  linkLost,
  passed,
  progressed,
  promoted,
  refused,
  runWorkflow,
  turn,
} from './support.ts';

const types = (run: { announced: { detailType: string }[] }) => run.announced.map(({ detailType }) => detailType);

/** Answers one after the other, the last one again and again. */
const inTurn =
  (...answers: unknown[]) =>
  (_: unknown, { count }: { count: number }) =>
    answers[Math.min(count, answers.length) - 1];

describe('the state machine of a migration', () => {
  it('goes from the request to the completion, and waits for the cutover in between', async () => {
    const run = await runWorkflow('migration');

    expect(run.status).toBe('SUCCEEDED');
    expect(run.path).toEqual([
      'AnnounceAccepted',
      'ClaimReplicationGroup',
      'Preflight',
      'RoutePreflight',
      'AnnouncePreflightPassed',
      'TestReplication',
      'RouteStart',
      'StartReplication',
      'AnnounceStarted',
      'WatchReplication',
      'RouteWatch',
      'AnnounceInSync',
      'RouteCutover',
      'VerifyData',
      'RouteVerification',
      'AnnounceVerified',
      'RouteCutover',
      'AnnounceAwaitingCutover',
      'AwaitCutover',
      'RouteCutover',
      'AnnounceCutoverStarted',
      'CutOver',
      'RouteComplete',
      'WatchPromotion',
      'RoutePromotion',
      'AnnouncePromoted',
      'WatchPromotion',
      'RoutePromotion',
      'CloseMigration',
      'AnnounceCompleted',
      'Completed',
    ]);
    expect(types(run)).toEqual([
      'MigrationAccepted',
      'MigrationPreflightPassed',
      'MigrationStarted',
      'MigrationInSync',
      'MigrationVerified',
      'MigrationAwaitingCutover',
      'MigrationCutoverStarted',
      'MigrationPromoted',
      'MigrationCompleted',
    ]);
    expect(run.announced.at(-1)?.id).toBe('test-0123456789ab:terminal');
  });

  it('cuts over straight on when the cutover is automatic', async () => {
    const run = await runWorkflow('migration', {
      input: { ...INPUT, cutover: { mode: 'automatic' } },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.path).not.toContain('AwaitCutover');
    expect(types(run)).toContain('MigrationCutoverStarted');
  });

  it('announces deciles of the full sync, each with an id of its own', async () => {
    const run = await runWorkflow('migration', {
      tasks: { WatchReplication: inTurn(progressed(2), progressed(5), turn, inSync) },
    });

    expect(run.announced.filter(({ detailType }) => detailType === 'MigrationProgressed').map(({ id }) => id)).toEqual([
      'test-0123456789ab:progressed-20',
      'test-0123456789ab:progressed-50',
    ]);
  });

  it('announces a lost link within 10 minutes while it awaits the cutover, waits again when it is back, and still cuts over', async () => {
    const lostAtMs = 3 * 480_000 + 1000;
    let announcedAtMs = 0;
    let startMs = 0;
    const run = await runWorkflow('migration', {
      requestAfterMs: 10 * 480_000,
      tasks: {
        WatchReplication: ({ glance }, { nowMs, count }) => {
          startMs ||= nowMs;
          if (count === 1 || !glance) return count === 1 ? inSync : new Later(600_000, inSync);
          return nowMs - startMs > lostAtMs && !announcedAtMs ? new Later(20_000, linkLost) : inSync;
        },
      },
      putEvents: ({ detailType }) => {
        if (detailType === 'MigrationLinkLost') announcedAtMs = Number.NaN;
      },
      meanwhile: async ({ clock }) => {
        await clock.runUntil(() => Number.isNaN(announcedAtMs));
        announcedAtMs = clock.now() - startMs;
      },
    });

    expect(announcedAtMs - lostAtMs).toBeGreaterThan(0);
    expect(announcedAtMs - lostAtMs).toBeLessThan(600_000);
    expect(types(run).slice(5)).toEqual([
      'MigrationAwaitingCutover',
      'MigrationLinkLost',
      'MigrationLinkRestored',
      // What was verified before the loss says nothing any more.
      'MigrationVerified',
      'MigrationAwaitingCutover',
      'MigrationCutoverStarted',
      'MigrationPromoted',
      'MigrationCompleted',
    ]);
  });

  it('goes back to the watch when a cutover is backed out, and tells why', async () => {
    const run = await runWorkflow('migration', {
      tasks: {
        CutOver: inTurn(
          { outcome: 'backedOut', reason: 'the lag grew', eventsSinceMs: 3 },
          { outcome: 'sent', sentAt: '2026-01-01T00:10:00.000Z', eventsSinceMs: 2, positions: [] },
        ),
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.announced.find(({ detailType }) => detailType === 'MigrationCutoverBackedOut')?.data).toMatchObject({
      status: 'syncing',
      statusReason: 'the lag grew',
    });
    expect(types(run).filter((type) => type === 'MigrationAwaitingCutover')).toHaveLength(2);
  });

  it('tells a promotion in doubt once, watches on, and completes when the proof comes', async () => {
    const waiting = { outcome: 'turn', evidence: '0 of 1 primaries' };
    const run = await runWorkflow('migration', {
      tasks: { WatchPromotion: inTurn(waiting, inDoubt, waiting, waiting, promoted, closed) },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(types(run).filter((type) => type === 'MigrationPromotionInDoubt')).toHaveLength(1);
  });

  it('hands every failure with its error and cause to settlement, and fails with them', async () => {
    for (const [task, state] of [
      ['ClaimReplicationGroup', 'ClaimReplicationGroup'],
      ['Preflight', 'Preflight'],
      ['TestReplication', 'TestReplication'],
      ['StartReplication', 'StartReplication'],
      ['WatchReplication', 'WatchReplication'],
      ['VerifyData', 'VerifyData'],
      ['AwaitCutover', 'AwaitCutover'],
      ['CutOver', 'CutOver'],
    ] as const) {
      const run = await runWorkflow('migration', { tasks: { [task]: () => failing('SomeError') } });

      expect([task, run.status, run.error, run.cause]).toEqual([task, 'FAILED', 'SomeError', 'because']);
      expect(run.path.slice(-3)).toEqual([state, 'StartSettlement', 'Failed']);
      expect(run.settlements).toEqual([
        {
          StateMachineArn: 'SettlementStateMachineArn',
          Name: 'test-0123456789ab',
          Input: { migrationId: 'test-0123456789ab', failure: { error: 'SomeError', cause: 'because' } },
        },
      ]);
    }
  });

  it('hands a full sync that begins anew again and again to settlement, which stops it', async () => {
    const run = await runWorkflow('migration', { tasks: { WatchReplication: () => failing('ResyncLoopError') } });

    expect([run.status, run.error]).toEqual(['FAILED', 'ResyncLoopError']);
    expect(run.path.slice(-3)).toEqual(['WatchReplication', 'StartSettlement', 'Failed']);
  });

  it('hands an abort to settlement from wherever it is noticed', async () => {
    for (const task of ['TestReplication', 'WatchReplication', 'VerifyData', 'CutOver']) {
      const run = await runWorkflow('migration', { tasks: { [task]: () => failing('AbortRequestedError') } });

      expect([task, run.error, run.path.at(-2)]).toEqual([task, 'AbortRequestedError', 'StartSettlement']);
    }
  });

  it('fails with a cause of its own when an error has none', async () => {
    const run = await runWorkflow('migration', { tasks: { TestReplication: () => failing('Bare', '') } });

    expect([run.status, run.error]).toEqual(['FAILED', 'Bare']);
  });

  it('still fails when even settlement cannot be started', async () => {
    const run = await runWorkflow('migration', {
      tasks: { TestReplication: () => failing('SomeError') },
      startExecution: async () => failing('StepFunctions.ExecutionAlreadyExistsException'),
    });

    expect([run.status, run.error]).toEqual(['FAILED', 'SomeError']);
  });

  it('tries transient faults again, and goes on', async () => {
    const run = await runWorkflow('migration', {
      tasks: {
        StartReplication: (_, { count }) =>
          count < 4 ? failing('TransientServiceError') : { startedAt: '2026-01-01T00:00:00.000Z', eventsSinceMs: 1 },
        WatchReplication: (_, { count }) => (count < 10 ? failing('Sandbox.Timedout') : inSync),
      },
    });

    expect(run.status).toBe('SUCCEEDED');
  });

  it('ends a migration whose cutover nobody requests, by its own timeout of 8 days, under 25,000 history events', async () => {
    const run = await runWorkflow('migration', { requestAfterMs: 1e10 });

    expect(run.status).toBe('TIMED_OUT');
    expect(run.durationMs).toBe(8 * 24 * 3600 * 1000);
    expect(run.history.length).toBeLessThan(25_000);
  });

  it('gives up a link that is lost 100 times', async () => {
    const run = await runWorkflow('migration', {
      requestAfterMs: 1e10,
      tasks: { WatchReplication: ({ glance }, { count }) => (glance || count % 2 === 0 ? linkLost : inSync) },
    });

    expect([run.status, run.error]).toEqual(['FAILED', 'LinkUnstable']);
    expect(run.history.length).toBeLessThan(25_000);
  });

  it('gives up an automatic cutover that is backed out 10 times, later and later', async () => {
    const run = await runWorkflow('migration', {
      input: { ...INPUT, cutover: { mode: 'automatic' } },
      tasks: {
        CutOver: () => ({ outcome: 'backedOut', reason: 'lag', eventsSinceMs: 3 }),
      },
    });

    expect([run.status, run.error]).toEqual(['FAILED', 'CutoverBackedOut']);
    expect(run.durationMs).toBeGreaterThan(20 * 60_000);
  });

  it('goes on waiting for its cutover when a look at the link fails for a passing reason', async () => {
    let looks = 0;
    const run = await runWorkflow('migration', {
      requestAfterMs: 20 * 480_000,
      tasks: {
        WatchReplication: ({ glance }) => {
          if (!glance) return inSync;
          looks++;
          return looks > 4 && looks < 30 ? failing('TransientServiceError') : inSync;
        },
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(looks).toBeGreaterThan(30);
  });

  it('gives up after ten looks in a row that failed, and stays under 25,000 history events when every other one fails', async () => {
    const dead = await runWorkflow('migration', {
      requestAfterMs: 1e10,
      tasks: { WatchReplication: ({ glance }) => (glance ? failing('Sandbox.Timedout') : inSync) },
    });
    expect([dead.status, dead.error]).toEqual(['FAILED', 'Sandbox.Timedout']);
    expect(dead.durationMs).toBeGreaterThan(10 * 480_000);

    let attempts = 0;
    const halting = await runWorkflow('migration', {
      requestAfterMs: 1e10,
      tasks: {
        WatchReplication: ({ glance }) => (glance && ++attempts % 5 !== 0 ? failing('Sandbox.Timedout') : inSync),
      },
    });
    expect(halting.history.length).toBeLessThan(25_000);
  });

  it('tells a promotion in doubt again, under an id of its own, when a later cutover is in doubt too', async () => {
    const run = await runWorkflow('migration', {
      tasks: {
        WatchPromotion: inTurn(inDoubt, refused, inDoubt, promoted, closed),
      },
    });
    const told = run.announced.filter(({ detailType }) => detailType === 'MigrationPromotionInDoubt');

    expect(run.status).toBe('SUCCEEDED');
    expect(told.map(({ id }) => id)).toEqual([
      'test-0123456789ab:promotion-in-doubt-1',
      'test-0123456789ab:promotion-in-doubt-2',
    ]);
  });

  describe('after the point of no return', () => {
    it('ends by no error and no outage: it looks again in a minute, until the proof comes', async () => {
      let hours = 0;
      const run = await runWorkflow('migration', {
        tasks: {
          WatchPromotion: ({ stage }, { nowMs, count }) => {
            hours = count === 1 ? nowMs : hours;
            if (nowMs - hours < 3 * 3_600_000)
              return failing(count % 2 ? 'TransientServiceError' : 'TargetNotFoundError');
            return stage === 'promotion' ? promoted : closed;
          },
        },
      });

      expect(run.status).toBe('SUCCEEDED');
      expect(run.path).not.toContain('StartSettlement');
      expect(types(run).slice(-2)).toEqual(['MigrationPromoted', 'MigrationCompleted']);
    });

    it('tells the promotion once the bus takes it, before it watches on', async () => {
      let refusedTimes = 0;
      const run = await runWorkflow('migration', {
        putEvents: ({ detailType }) => {
          if (detailType === 'MigrationPromoted' && refusedTimes++ < 20) failing('EventBridge.FailedEntry');
        },
      });

      expect(run.status).toBe('SUCCEEDED');
      expect(types(run).filter((type) => type === 'MigrationPromoted')).toHaveLength(1);
      expect(run.path.slice(run.path.indexOf('AnnouncePromoted'))).toEqual([
        'AnnouncePromoted',
        'AwaitNextWatch',
        'RouteNextWatch',
        'AnnouncePromoted',
        ...['AwaitNextWatch', 'RouteNextWatch', 'AnnouncePromoted'].slice(0, refusedTimes > 19 ? 3 : 0),
        'WatchPromotion',
        'RoutePromotion',
        'CloseMigration',
        'AnnounceCompleted',
        'Completed',
      ]);
    });

    it('closes once the table takes it', async () => {
      const run = await runWorkflow('migration', {
        tasks: { CloseMigration: (_, { count }) => (count < 30 ? failing('TransientServiceError') : {}) },
      });

      expect(run.status).toBe('SUCCEEDED');
    });

    it('hands the watch over to settlement when nothing is proven for long, under 25,000 history events', async () => {
      for (const fault of ['TransientServiceError', 'TargetNotFoundError']) {
        const run = await runWorkflow('migration', { tasks: { WatchPromotion: () => failing(fault) } });

        expect([run.status, run.error]).toEqual(['FAILED', 'PromotionUnproven']);
        expect(run.durationMs).toBeGreaterThan(3 * 3_600_000);
        expect(run.history.length).toBeLessThan(25_000);
      }
    });

    it('lifts the fence of a refusal, and goes back to the watch over the replication', async () => {
      const lifts: unknown[] = [];
      const run = await runWorkflow('migration', {
        tasks: {
          WatchPromotion: inTurn(refused, promoted, closed),
          LiftFence: (payload) => {
            lifts.push(payload);
            return { outcome: 'lifted' };
          },
        },
      });
      const from = run.path.indexOf('WatchPromotion');

      expect(run.status).toBe('SUCCEEDED');
      expect(run.path.slice(from, from + 7)).toEqual([
        'WatchPromotion',
        'RoutePromotion',
        'LiftFence',
        'RouteLifted',
        'AnnounceCutoverBackedOut',
        'BackOff',
        'WatchReplication',
      ]);
      expect(lifts).toEqual([
        {
          migrationId: INPUT.migrationId,
          because: 'data is not in sync',
          refused: { at: expect.any(String), sends: 1 },
        },
      ]);
    });

    it('leaves a refused cutover whose fence cannot be lifted to settlement when the migration is to be aborted', async () => {
      const run = await runWorkflow('migration', {
        tasks: {
          WatchPromotion: inTurn(refused, promoted, closed),
          LiftFence: () => ({ outcome: 'aborted', error: 'AbortRequestedError', why: 'The abort was requested.' }),
        },
      });
      const from = run.path.indexOf('RouteLifted');

      expect(run.path.slice(from, from + 3)).toEqual(['RouteLifted', 'StartSettlement', 'Failed']);
      expect(run).toMatchObject({ status: 'FAILED', error: 'AbortRequestedError', cause: 'The abort was requested.' });
    });

    it('watches on where it was not certain that the promotion is refused', async () => {
      const run = await runWorkflow('migration', {
        tasks: {
          WatchPromotion: inTurn(refused, promoted, closed),
          LiftFence: () => ({ outcome: 'sent', why: 'a node is a master' }),
        },
      });

      expect(run.status).toBe('SUCCEEDED');
      expect(types(run)).not.toContain('MigrationCutoverBackedOut');
    });

    it.each([
      ['unfenced', 'PromotionUnfenced'],
      ['rolledBack', 'RolledBack'],
    ])('ends as %s when an operator has done that', async (outcome, error) => {
      const run = await runWorkflow('migration', {
        tasks: { WatchPromotion: () => ({ outcome, why: 'It was asked for.' }) },
      });

      expect([run.status, run.error, run.cause]).toEqual(['FAILED', error, 'It was asked for.']);
      expect(run.settlements).toHaveLength(1);
    });
  });

  describe('in a crowd', () => {
    const aborting = () => failing('AbortRequestedError');
    /** Its turn is so long after the first preflight. */
    const queuedFor = (seconds: number): FakeTask => {
      let turnMs: number | undefined;
      return ({ hasTurn }, { nowMs }) => {
        turnMs ??= nowMs + seconds * 1000;
        return hasTurn ? passed : { verdict: 'queued', turnAt: new Date(turnMs).toISOString() };
      };
    };
    const resting = { ...turn, outcome: 'rest', restSeconds: 240 };
    /** What calls the token that a rest has left, so long after the rest began. */
    const calling = (ms: number, call: (laboratory: Laboratory, taskToken: string) => void) => {
      let laboratory: Laboratory | undefined;
      let called = false;
      const Rest: FakeTask = ({ taskToken }) => {
        if (!called) laboratory?.clock.after(ms, () => laboratory && call(laboratory, String(taskToken)));
        called = true;
        return {};
      };
      const meanwhile = (one: Laboratory) => {
        laboratory = one;
      };
      return { Rest, meanwhile };
    };

    it('waits for its turn with nothing running, some minutes at a time, and then has it', async () => {
      const told: Record<string, unknown>[] = [];
      const asked: unknown[] = [];
      const preflight = queuedFor(1500);
      const run = await runWorkflow('migration', {
        tasks: {
          Preflight: (payload, call) => {
            asked.push(payload.hasTurn);
            return preflight(payload, call);
          },
          Rest: (payload) => told.push(payload),
        },
      });

      expect(run.status).toBe('SUCCEEDED');
      expect(asked).toEqual([false, true]);
      expect(run.path.filter((name) => name === 'AwaitTurn')).toHaveLength(3);
      expect(run.durationMs).toBeGreaterThanOrEqual(1_500_000);
      expect(run.durationMs).toBeLessThan(1_600_000);
      expect(types(run)).not.toContain('MigrationPreflightFailed');
      const { turnAt } = told[0] as { turnAt: string };
      expect(told[0]).toMatchObject({ waitingFor: expect.stringContaining(`at ${turnAt} at the latest`) });
    });

    it('begins earlier where it is called to a nearer turn, and not before that', async () => {
      const { Rest, meanwhile } = calling(60_000, ({ service, clock }, taskToken) => {
        const turnAt = new Date(clock.now() + 45_000).toISOString();
        service.sendTaskSuccess({ taskToken, output: JSON.stringify({ turnAt }) });
      });
      const run = await runWorkflow('migration', { tasks: { Preflight: queuedFor(36_000), Rest }, meanwhile });

      expect(run.status).toBe('SUCCEEDED');
      expect(run.path.filter((name) => name === 'AwaitTurn')).toHaveLength(2);
      expect(run.durationMs).toBeGreaterThanOrEqual(105_000);
      expect(run.durationMs).toBeLessThan(150_000);
    });

    it('is told after a day that its turn never came', async () => {
      const run = await runWorkflow('migration', { tasks: { Preflight: queuedFor(90_000) } });

      expect([run.status, run.error]).toEqual(['FAILED', 'TurnNeverCame']);
      expect(Math.round(run.durationMs / 3_600_000)).toBe(24);
      expect(run.history.length).toBeLessThan(2000);
    });

    it('is told so after a day, too, where Lambda has a place for each of its waits only after many tries', async () => {
      const run = await runWorkflow('migration', {
        tasks: {
          Preflight: queuedFor(200_000),
          Rest: (_, { count }) => (count % 20 === 0 ? {} : failing('Lambda.TooManyRequestsException')),
        },
      });

      expect([run.status, run.error]).toEqual(['FAILED', 'TurnNeverCame']);
      expect(Math.round(run.durationMs / 3_600_000)).toBe(24);
    });

    it('waits for what holds the wait where its turn is near: it is through with the record before its turn has come', async () => {
      const run = await runWorkflow('migration', {
        tasks: { Preflight: queuedFor(1), Rest: () => new Later(4000, {}) },
      });
      const first = run.history.find(({ type }) => type === 'TaskSubmitted' || type === 'TaskTimedOut');

      expect([run.status, first?.type]).toEqual(['SUCCEEDED', 'TaskSubmitted']);
    });

    it.each(['Lambda.TooManyRequestsException', 'Lambda.Unknown', 'TypeError'])(
      'waits all the same where nothing can hold the wait (%s), and has its turn',
      async (error) => {
        const run = await runWorkflow('migration', {
          tasks: { Preflight: queuedFor(3000), Rest: () => failing(error) },
        });

        expect(run.status).toBe('SUCCEEDED');
        expect(run.path).toContain('AwaitTurnUncalled');
        expect(run.durationMs).toBeGreaterThanOrEqual(3_000_000);
        expect(run.durationMs).toBeLessThan(5_000_000);
      },
    );

    it('rests from a watch, and looks again after it', async () => {
      const run = await runWorkflow('migration', { tasks: { WatchReplication: inTurn(resting, resting, inSync) } });

      expect(run.status).toBe('SUCCEEDED');
      expect(run.path.filter((name) => name === 'RestFromWatching')).toHaveLength(2);
      expect(run.durationMs).toBeGreaterThanOrEqual(480_000);
    });

    it.each(['Lambda.TooManyRequestsException', 'Lambda.Unknown', 'TypeError'])(
      'watches on where a rest cannot be taken (%s), and takes the next one after that watch',
      async (error) => {
        const may: unknown[] = [];
        const run = await runWorkflow('migration', {
          tasks: {
            WatchReplication: ({ mayRest }, { count }) => {
              may.push(mayRest);
              return [resting, turn, resting][count - 1] ?? inSync;
            },
            Rest: (_, { count }) => (count === 1 || error.startsWith('Lambda') ? failing(error) : {}),
          },
        });

        expect(run.status).toBe('SUCCEEDED');
        expect(may.slice(0, 3)).toEqual([true, false, true]);
      },
    );

    it.each([
      ['waits for its turn', { Preflight: queuedFor(1500) }],
      ['rests', { WatchReplication: () => resting }],
    ])('is aborted at once by the token that it left while it %s', async (_, tasks) => {
      const { Rest, meanwhile } = calling(30_000, ({ service }, taskToken) =>
        service.sendTaskFailure({ taskToken, error: 'AbortRequestedError', cause: 'the wrong source' }),
      );
      const run = await runWorkflow('migration', { tasks: { ...tasks, Rest }, meanwhile });

      expect([run.status, run.error, run.cause]).toEqual(['FAILED', 'AbortRequestedError', 'the wrong source']);
      expect(run.durationMs).toBeLessThan(60_000);
    });

    it.each([
      ['waits for its turn', { Preflight: queuedFor(1500) }],
      ['rests', { WatchReplication: () => resting }],
    ])('is aborted where the abort was there before it %s', async (_, tasks) => {
      const run = await runWorkflow('migration', { tasks: { ...tasks, Rest: aborting } });

      expect([run.status, run.error]).toEqual(['FAILED', 'AbortRequestedError']);
      expect(run.durationMs).toBeLessThan(60_000);
    });
  });
});
