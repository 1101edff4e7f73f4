import { describe, expect, it } from 'vitest';
import { type FakeTask, failing, INPUT, inDoubt, promoted, refused, runWorkflow } from './support.ts';

const ID = INPUT.migrationId;
const failure = { error: 'SomeError', cause: 'because' };
const ending = { outcome: 'failed', failure };
const about = { correlationId: 'corr-1', executionArn: 'arn', replicationGroupId: 'test', source: INPUT.source };
const announcement = {
  detailType: 'MigrationFailed',
  correlationId: 'corr-1',
  executionArn: 'arn',
  data: { replicationGroupId: 'test', status: 'failed', statusReason: 'SomeError: because' },
};
const decided = (more: object = {}) => ({
  state: 'decided',
  ending,
  acts: true,
  fenced: false,
  waitSeconds: 60,
  ...more,
});
const sent = {
  outcome: 'sent',
  about,
  migrationId: ID,
  replicationGroupId: 'test',
  source: INPUT.source,
  sentAt: '2026-01-01T00:10:00.000Z',
  eventsSinceMs: 7,
  attempt: 2,
  promotionBudgetSeconds: null,
  inDoubt: false,
};
const safe = { outcome: 'safe', notes: ['The online migration was stopped.'] };

/** Answers one after the other, the last one again and again. */
const inTurn =
  (...answers: unknown[]): FakeTask =>
  (_, { count }) =>
    answers[Math.min(count, answers.length) - 1];

/** The steps of the settling function. */
const settling =
  (decision: unknown, end: unknown[] = [{ state: 'ended', waitSeconds: 0, announcement }]): FakeTask =>
  ({ step }) => {
    if (step === 'decide') return decision;
    if (step === 'end') return end.length > 1 ? end.shift() : end[0];
    return { state: step };
  };

const settle = (tasks: Record<string, FakeTask>, input: object = {}, more: object = {}) =>
  runWorkflow('settlement', {
    input: { migrationId: ID, ...input },
    ...more,
    tasks: { SettleMigration: settling(decided()), MakeSafe: () => safe, ...tasks },
  });
const types = (run: { announced: { detailType: string }[] }) => run.announced.map(({ detailType }) => detailType);

describe('the state machine of settlement', () => {
  it('makes the world safe before it records, releases and announces the end', async () => {
    const payloads: unknown[] = [];
    const run = await settle({
      SettleMigration: (payload, call) => {
        payloads.push(payload);
        return settling(decided())(payload, call);
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.path).toEqual([
      'Begin',
      'RouteAct',
      'DecideEnd',
      'RouteDecision',
      'AwaitActingTasks',
      'MakeSafe',
      'RouteSafety',
      'RecordEnd',
      'RouteEnd',
      'AwaitLateStops',
      'ReleaseLock',
      'AnnounceEnd',
      'Conclude',
      'Settled',
    ]);
    expect(run.announced).toEqual([{ detailType: 'MigrationFailed', id: `${ID}:terminal`, data: announcement.data }]);
    expect(run.durationMs).toBeGreaterThanOrEqual(60_000);
    expect(payloads).toContainEqual({ migrationId: ID, step: 'end', ending, notes: safe.notes });
  });

  it('hands on what the execution’s own Catch has said', async () => {
    const payloads: unknown[] = [];
    await settle(
      {
        SettleMigration: (payload, call) => {
          payloads.push(payload);
          return settling(decided())(payload, call);
        },
      },
      { failure },
    );

    expect(payloads[0]).toEqual({ migrationId: ID, step: 'decide', failure });
  });

  it.each(['running', 'settled'])('leaves a migration alone that is %s', async (state) => {
    const run = await settle({ SettleMigration: () => ({ state }) });

    expect(run.path.at(-1)).toBe('Settled');
    expect(run.announced).toEqual([]);
  });

  it('needs no more than the end of a migration under whose lock nothing was done', async () => {
    const run = await settle({ SettleMigration: settling(decided({ acts: false, waitSeconds: 0 })) });

    expect(run.path).not.toContain('MakeSafe');
    expect(types(run)).toEqual(['MigrationFailed']);
  });

  it('announces an end again that was recorded and not confirmed', async () => {
    const run = await settle({ SettleMigration: settling({ state: 'ended', waitSeconds: 60, announcement }) });

    expect(run.path).not.toContain('RecordEnd');
    expect(types(run)).toEqual(['MigrationFailed']);
    expect(run.durationMs).toBeGreaterThanOrEqual(60_000);
  });

  it('lifts a fence at once, then waits out whoever is still at it, then looks again', async () => {
    const run = await settle({ SettleMigration: settling(decided({ fenced: true })) });

    expect(run.path.slice(3, 7)).toEqual(['RouteDecision', 'LiftFence', 'AwaitActingTasks', 'MakeSafe']);
  });

  it('goes on although the fence cannot be lifted at once', async () => {
    const run = await settle({
      SettleMigration: settling(decided({ fenced: true })),
      LiftFence: () => failing('TransientServiceError'),
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.path).toContain('MakeSafe');
  });

  it('looks again until the world is safe, and says at the end what is not', async () => {
    const tries: unknown[] = [];
    const run = await settle({
      MakeSafe: ({ isLastTry }) => {
        tries.push(isLastTry);
        return isLastTry
          ? { outcome: 'safe', notes: ['It was NOT stopped.'] }
          : { outcome: 'again', why: 'it is modifying' };
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(tries.filter((isLast) => !isLast)).toHaveLength(20);
    expect(types(run)).toEqual(['MigrationFailed']);
  });

  it('makes the world safe after all when a late claim has begun to act', async () => {
    const ended = { state: 'ended', waitSeconds: 60, announcement };
    const run = await settle({
      SettleMigration: settling(decided({ acts: false, waitSeconds: 0 }), [
        { state: 'unsafe', waitSeconds: 60 },
        ended,
      ]),
    });

    expect(run.path.filter((state) => state === 'RecordEnd')).toHaveLength(2);
    expect(run.path).toContain('MakeSafe');
    expect(run.status).toBe('SUCCEEDED');
  });

  it('ends unsettled when the table is gone, for the sweeper to start another', async () => {
    const run = await settle({ SettleMigration: () => failing('TransientServiceError') });

    expect([run.status, run.error]).toEqual(['FAILED', 'TransientServiceError']);
  });
});

describe('settlement after the point of no return', () => {
  it('takes the watch over, announces the promotion under its one id, then the end', async () => {
    const watched: Record<string, unknown>[] = [];
    const completed = { ...announcement, detailType: 'MigrationCompleted' };
    const run = await settle({
      SettleMigration: settling(decided(), [{ state: 'ended', waitSeconds: 0, announcement: completed }]),
      MakeSafe: () => sent,
      WatchPromotion: (payload, { count }) => {
        watched.push(payload);
        return count < 3 ? { outcome: 'turn', evidence: 'none' } : promoted;
      },
    });

    expect(types(run)).toEqual(['MigrationPromoted', 'MigrationCompleted']);
    expect(run.announced[0]).toMatchObject({
      id: `${ID}:promoted`,
      data: { replicationGroupId: 'test', source: INPUT.source, certificate: { hash: 'h' } },
    });
    expect(watched[0]).toEqual({
      migrationId: ID,
      replicationGroupId: 'test',
      source: INPUT.source,
      sentAt: sent.sentAt,
      eventsSinceMs: 7,
      stage: 'promotion',
      inDoubt: false,
      attempt: 2,
      promotionBudgetSeconds: null,
    });
  });

  it('announces a promotion that was proven and perhaps not told', async () => {
    const run = await settle({ MakeSafe: () => ({ ...promoted, about }) });

    expect(types(run)).toEqual(['MigrationPromoted', 'MigrationFailed']);
    expect(run.path).not.toContain('WatchPromotion');
  });

  it('lifts the fence on the evidence of a refusal, then stops the replication', async () => {
    const run = await settle({ MakeSafe: inTurn(sent, safe), WatchPromotion: () => refused });

    expect(run.path.slice(run.path.indexOf('WatchPromotion'))).toEqual([
      'WatchPromotion',
      'RoutePromotion',
      'LiftRefusedFence',
      'RouteLifted',
      'MakeSafe',
      'RouteSafety',
      'RecordEnd',
      'RouteEnd',
      'AwaitLateStops',
      'ReleaseLock',
      'AnnounceEnd',
      'Conclude',
      'Settled',
    ]);
  });

  it('makes the world safe where the refused cutover is of a migration that is to be aborted', async () => {
    const run = await settle({
      MakeSafe: inTurn(sent, { outcome: 'safe' }),
      WatchPromotion: () => refused,
      LiftFence: () => ({ outcome: 'aborted', error: 'AbortRequestedError', why: 'The abort was requested.' }),
    });
    const from = run.path.indexOf('RouteLifted');

    expect(run.path.slice(from, from + 2)).toEqual(['RouteLifted', 'MakeSafe']);
  });

  it('watches on where the refusal is not certain, and through every outage', async () => {
    const run = await settle({
      MakeSafe: () => sent,
      WatchPromotion: (_, { count }) =>
        count === 1 ? refused : count < 40 ? failing('TargetNotFoundError') : promoted,
      LiftFence: () => ({ outcome: 'sent', why: 'a node is a master' }),
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(types(run)).toContain('MigrationPromoted');
  });

  it('tells a doubt once, under the id of its cutover, and does not tell one that was told', async () => {
    const doubts = inTurn(inDoubt, { outcome: 'turn', evidence: 'none' }, promoted);
    const run = await settle({ MakeSafe: () => sent, WatchPromotion: doubts });

    expect(run.announced[0]).toMatchObject({
      detailType: 'MigrationPromotionInDoubt',
      id: `${ID}:promotion-in-doubt-2`,
      data: { waitingFor: 'evidence', completeSentAt: sent.sentAt },
    });
    const told: unknown[] = [];
    await settle({
      MakeSafe: () => ({ ...sent, inDoubt: true }),
      WatchPromotion: (payload) => {
        told.push(payload.inDoubt);
        return promoted;
      },
    });
    expect(told).toEqual([true]);
  });

  it.each(['unfenced', 'rolledBack'])('ends when an operator has %s', async (outcome) => {
    const run = await settle({ MakeSafe: inTurn(sent, safe), WatchPromotion: () => ({ outcome, why: 'x' }) });

    expect(run.status).toBe('SUCCEEDED');
    expect(types(run)).toEqual(['MigrationFailed']);
  });

  it('ends unsettled after a thousand turns without evidence: the sweeper starts another', async () => {
    const run = await settle({ MakeSafe: () => sent, WatchPromotion: () => ({ outcome: 'turn', evidence: 'none' }) });

    expect([run.status, run.error]).toEqual(['FAILED', 'SettlementExhausted']);
    expect(run.announced).toEqual([]);
  });
});

describe('an overdue fence', () => {
  it('is lifted, and nothing else is done but to give back the lock of a migration that has ended', async () => {
    const run = await settle({}, { act: 'liftFence' });

    expect(run.path).toEqual([
      'Begin',
      'RouteAct',
      'LiftOverdueFence',
      'AwaitOtherSettlements',
      'ReleaseLiftedLock',
      'Settled',
    ]);
    expect(run.announced).toEqual([]);
  });
});

describe('an operator’s act', () => {
  const done = (outcome: string) => ({ outcome, why: 'It is done.', at: '2026-01-01T01:00:00.000Z' });
  const found = {
    state: 'found',
    about: {
      correlationId: 'corr-1',
      executionArn: 'arn',
      data: { replicationGroupId: 'test', source: INPUT.source, status: 'promoted', statusReason: 'x' },
      reasons: { confirm: null, unfence: 'why', rollback: null },
    },
  };
  const carryOut = (act: string, tasks: Record<string, FakeTask>) => {
    const steps: unknown[] = [];
    return settle(
      {
        SettleMigration: (payload) => {
          steps.push(payload);
          return payload.step === 'find' ? found : { state: 'concluded' };
        },
        ...tasks,
      },
      { act },
    ).then((run) => ({ ...run, steps }));
  };

  it.each([
    [
      'unfence',
      'Unfence',
      'unfenced',
      'MigrationUnfenced',
      'AnnounceUnfenced',
      { unfencedAt: done('').at, reason: 'why' },
    ],
    ['rollback', 'RollBack', 'rolledBack', 'MigrationRolledBack', 'AnnounceRolledBack', { rolledBackAt: done('').at }],
  ])('to %s is carried out, announced and concluded', async (act, task, outcome, detailType, announces, data) => {
    const run = await carryOut(act, { [task]: () => done(outcome) });

    expect(run.path).toEqual([
      'Begin',
      'RouteAct',
      'FindMigration',
      'RouteAsked',
      task,
      'RouteActDone',
      announces,
      'ConcludeAct',
      'RouteConcluded',
      'Settled',
    ]);
    expect(run.announced).toMatchObject([{ detailType, data: { ...data, statusReason: 'It is done.' } }]);
    expect(run.steps.at(-1)).toEqual({ migrationId: ID, step: 'concludeAct', act });
  });

  it('to confirm a promotion is left to be announced by whoever watches it, and settled where nobody does', async () => {
    const run = await carryOut('confirm', {
      Confirm: () => done('confirmed'),
      SettleMigration: ({ step }) => (step === 'find' ? found : { state: step === 'decide' ? 'running' : 'concluded' }),
    });

    expect(run.path).toEqual([
      'Begin',
      'RouteAct',
      'FindMigration',
      'RouteAsked',
      'Confirm',
      'RouteActDone',
      'ConcludeAct',
      'RouteConcluded',
      'AwaitWatch',
      'DecideEnd',
      'RouteDecision',
      'Settled',
    ]);
    expect(run.announced).toEqual([]);
    const refused = await carryOut('confirm', { Confirm: () => done('refused') });
    expect(refused.path.slice(-3)).toEqual(['ConcludeAct', 'RouteConcluded', 'Settled']);
  });

  it('to unfence what could not be lifted names whom it gave up', async () => {
    const givenUp = [{ address: '10.0.0.6', port: 6379 }];
    const run = await carryOut('unfence', { Unfence: () => ({ ...done('unfenced'), givenUp }) });
    const others = await carryOut('unfence', { Unfence: () => done('unfenced') });

    expect(run.announced).toMatchObject([{ detailType: 'MigrationUnfenced', data: { givenUp } }]);
    expect(others.announced).toMatchObject([{ data: { givenUp: [] } }]);
  });

  it('that is refused is concluded, and nobody is told of what did not happen', async () => {
    const run = await carryOut('rollback', { RollBack: () => done('refused') });

    expect(run.path.slice(-3)).toEqual(['ConcludeAct', 'RouteConcluded', 'Settled']);
    expect(run.announced).toEqual([]);
  });

  it('of a migration that ended meanwhile gives the lock back that its standing fence has kept', async () => {
    const steps: unknown[] = [];
    const run = await carryOut('unfence', {
      Unfence: () => done('unfenced'),
      SettleMigration: (payload) => {
        steps.push(payload);
        return payload.step === 'find' ? found : { state: 'concluded', lockLeft: true };
      },
    });

    expect(run.path.slice(-5)).toEqual([
      'ConcludeAct',
      'RouteConcluded',
      'AwaitOtherSettlements',
      'ReleaseLiftedLock',
      'Settled',
    ]);
    expect(steps.at(-1)).toEqual({ migrationId: ID, step: 'release' });
  });

  it('that cannot be carried out now is left to the sweeper', async () => {
    const run = await carryOut('unfence', { Unfence: () => failing('TransientServiceError') });

    expect([run.status, run.error]).toEqual(['FAILED', 'TransientServiceError']);
    expect(run.path).not.toContain('ConcludeAct');
  });
});
