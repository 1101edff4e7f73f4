import { describe, expect, it } from 'vitest';
import { toListed, toView } from '../../../functions/migration/view.ts';
import { aDryRun, aFinding, aPreflight } from '../support/preflight.ts';
import { aRecord, CALLER } from '../support/records.ts';

describe('the view', () => {
  it('never shows the task token, the input or what only the table needs', () => {
    const stored = {
      ...aRecord({ taskToken: 'token-secret', status: 'awaitingCutover', cutoverEventId: 'event-1' }),
      pk: 'MIGRATION#x',
      sortKey: 's',
      listed: 'yes',
      unsettledMark: 'yes',
    };
    const view = toView(stored);

    expect(JSON.stringify(view)).not.toMatch(/secret/);
    for (const key of ['taskToken', 'input', 'pk', 'sortKey', 'listed', 'unsettled', 'unsettledMark', 'request']) {
      expect(view).not.toHaveProperty(key);
    }
  });

  it('says that an abort is awaited as soon as one was asked for, until the end', () => {
    const at = '2026-11-23T05:00:00.000Z';
    const abort = { at, reason: 'the wrong source', requestId: 'r', by: { ...CALLER, at } };
    const record = aRecord({ status: 'awaitingCutover', waitingFor: 'the request for the cutover', abort });

    expect(toView(record).waitingFor).toMatch(`the abort that was requested at ${at}`);
    expect(toView(aRecord({ abort, outcome: 'aborted' }))).not.toHaveProperty('waitingFor');
  });

  it('tells of an end what an operator asks for and has done since', () => {
    const at = '2026-11-23T05:00:00.000Z';
    const end = { status: 'completed', outcome: 'completed', statusReason: 'The migration is complete.' } as const;
    const reasons = [{ rolledBackAt: at }, { unfencedAt: at }, {}].map(
      (done) => toView(aRecord({ ...end, ...done })).statusReason,
    );

    expect(toView(aRecord({ ...end, pendingAct: { act: 'rollback', at } })).waitingFor).toBe(
      `the rollback that was requested at ${at}`,
    );
    expect(reasons).toEqual([
      expect.stringMatching(`complete. It was rolled back at ${at}: the source takes writes`),
      expect.stringMatching(`complete. The source was unfenced at ${at}: it takes writes`),
      end.statusReason,
    ]);
  });

  it('lists findings that a request for the cutover waives among the waivers, as version 1 knows them', () => {
    const waivers = ['verification-differences' as const, 'users-included' as const];
    const view = toView(aRecord({ cutover: { requestedAt: 't', reason: 'looked', waivers } }));
    const backOuts = [{ at: 't', reason: 'It was too slow.', request: { requestedAt: 't', waivers } }];

    expect(view.waivers).toEqual(['users-included']);
    expect(view.cutover).toMatchObject({ reason: 'looked', waivers: ['verification-differences'] });
    expect(toView(aRecord({ backOuts })).cutover.backOuts).toEqual([
      { ...backOuts[0], request: { requestedAt: 't', waivers: ['verification-differences'] } },
    ]);
  });

  it('does not say of a cutover that an earlier one was unfenced', () => {
    const [unfencedAt, openedAt] = ['2026-11-23T05:00:00.000Z', '2026-11-23T06:00:00.000Z'];
    const fence = { kind: 'acl', phase: 'sealed', nodes: 1, openedAt } as const;
    const end = { status: 'completed', outcome: 'completed', statusReason: 'The migration is complete.' } as const;
    const rollbackPossibility = { possible: true, why: 'Nothing was written.', asOf: openedAt };
    const view = toView(aRecord({ ...end, promotedAt: openedAt, unfencedAt, fence, rollbackPossibility }));

    expect(view.statusReason).toBe(end.statusReason);
    expect(view.cutover.rollback).toEqual(rollbackPossibility);
    expect(view.cutover).not.toHaveProperty('unfencedAt');
  });

  it('says of a promotion in doubt why a confirmation was refused, and whose word one rests on', () => {
    const at = '2026-11-23T05:00:00.000Z';
    const doubt = { phase: 'promotionInDoubt', statusReason: 'The promotion is in doubt: x.' } as const;
    const confirmRefused = { at, why: 'Test-001 is a primary without any key.' };
    const refused = toView(aRecord({ ...doubt, confirmRefused }));
    const confirmation = { at, by: { ...CALLER, at }, reason: 'I have looked', unproven: [], keys: [] };
    const promotion = { evidence: 'e', shards: [], confirmation };
    const confirmed = toView(aRecord({ status: 'promoted', promotedAt: at, promotion, confirmRefused }));

    expect(refused.statusReason).toBe(
      `${doubt.statusReason} The confirmation was refused at ${at}: ${confirmRefused.why}`,
    );
    expect(refused.cutover).toMatchObject({ confirmRefused });
    expect(confirmed.cutover).toMatchObject({ confirmation });
    expect(confirmed.cutover).not.toHaveProperty('confirmRefused');
  });

  it('says why an unfence was refused, until another one is pending or done', () => {
    const unfenceRefused = { at: 't', why: 'giveUp names 10.0.0.7:6379.' };
    const views = [{}, { pendingAct: { act: 'unfence', at: 't' } as const }, { unfencedAt: 't' }].map((change) =>
      toView(aRecord({ phase: 'promotionInDoubt', unfenceRefused, ...change })),
    );

    expect(views.map(({ cutover }) => cutover.unfenceRefused)).toEqual([unfenceRefused, undefined, undefined]);
  });

  it('does not say of a target that was never promoted that it may take writes', () => {
    const ended = aRecord({ status: 'failed', outcome: 'failed', statusReason: 'It failed.', unfencedAt: 't' });

    expect(toView(ended).statusReason).toBe("It failed. An operator has had the source's fence lifted at t.");
    expect(toView({ ...ended, completeSentAt: 's' }).statusReason).toMatch(/and so may the target/);
  });

  it('leaves out what is not known', () => {
    expect(Object.keys(toView(aRecord())).sort()).toEqual([
      'acceptedAt',
      'allowedActions',
      'correlationId',
      'cutover',
      'dryRun',
      'executionArn',
      'guarantees',
      'migrationId',
      'phase',
      'phases',
      'replicationGroupId',
      'shards',
      'source',
      'status',
      'statusReason',
      'verification',
      'waivers',
    ]);
  });

  it('tells what was asked for, and what the checks and the dry run found', () => {
    const record = aRecord({ preflight: aPreflight(), dryRun: aDryRun });
    const view = toView({ ...record, request: { ...record.request, dryRun: true, waivers: ['source-bind'] } });

    expect(view).toMatchObject({
      dryRun: true,
      waivers: ['source-bind'],
      preflight: aPreflight(),
      dryRunResult: aDryRun,
    });
  });

  it('in a list leaves the findings and the actions out, which only the view of one migration has', () => {
    const listed = toListed(aRecord({ preflight: aPreflight({ findings: [aFinding()] }), dryRun: aDryRun }));

    expect(listed.preflight).toEqual({
      verdict: 'passed',
      checkedAt: '2026-01-01T00:00:00.000Z',
      checks: 80,
      waivers: [],
    });
    expect(listed.dryRunResult).toEqual({ verdict: 'wouldStart', why: 'nothing blocks' });
    expect(Object.keys(toListed(aRecord()))).toEqual(Object.keys(toView(aRecord())));
  });

  it('says how it is verified; not at all where the request was accepted before that was built', () => {
    expect(toView(aRecord()).verification).toEqual({ mode: 'none' });
    const verification = { mode: 'full' as const, maxKeysPerSecond: 50_000, freshForMinutes: 60 };
    expect(toView(aRecord({ verification })).verification).toEqual(verification);
  });

  it('in a list leaves the differences out', () => {
    const verificationReport = {
      verdict: 'different' as const,
      why: '1 key differs.',
      mode: 'full' as const,
      startedAt: 't',
      verifiedAt: 't',
      differences: [{ database: 0, key: 'k', kind: 'missing' as const }],
      untold: ['u'],
      notes: [],
    };
    const record = aRecord({ verificationReport });

    expect(toView(record).verification.report).toEqual(verificationReport);
    const { differences, untold, notes, ...rest } = verificationReport;
    expect(toListed(record).verification.report).toEqual(rest);
  });

  it('tells who asked for what, and nothing that only tells repeats apart', () => {
    const by = { ...CALLER, at: 't', reason: 'why' };
    const request = { at: 't', reason: 'why', by, requestId: 'secret', eventId: 'secret' };
    const view = toView(
      aRecord({
        requestedBy: by,
        abort: request,
        close: request,
        cutover: { requestedAt: 't', by, requestId: 'secret' },
      }),
    );

    expect(view).toMatchObject({ requestedBy: by, cutover: { requestedAt: 't', by } });
    expect(view.requests).toEqual({ abort: { at: 't', reason: 'why', by }, close: { at: 't', reason: 'why', by } });
    expect(JSON.stringify(view)).not.toContain('secret');
  });

  it('tells how it cuts over, what stands on the source, and how long nobody could write', () => {
    const cutoverSettings = { mode: 'manual' as const, fence: 'auto' as const, drainBudgetMs: 2000, quietSeconds: 60 };
    const fence = {
      kind: 'acl',
      phase: 'sealed',
      nodes: 2,
      openedAt: 't',
      frozenAt: '2026-01-01T00:00:00.250Z',
    } as const;
    const rollbackPossibility = { possible: false, why: 'It was written to.', asOf: 't' };
    const certificate = { hash: 'ab', signed: false };
    const promotedAt = '2026-01-01T00:03:00.000Z';
    const { cutover } = toView(aRecord({ cutoverSettings, fence, promotedAt, rollbackPossibility, certificate }));

    expect(cutover).toEqual({
      ...cutoverSettings,
      fenced: fence,
      promotedAt,
      outageMs: 179_750,
      rollback: rollbackPossibility,
      certificate,
    });
  });

  it.each([
    ['it was rolled back', { rolledBackAt: 'r' }, { why: 'It was rolled back.', asOf: 'r' }],
    [
      'the source was unfenced',
      { unfencedAt: 'u' },
      { why: 'The source was unfenced: it may have been written to since.', asOf: 'u' },
    ],
  ])('says of a rollback that it is over once %s, whatever was seen before', (_, done, said) => {
    const rollbackPossibility = { possible: true, why: 'Nothing was written to the target.', asOf: 't' };

    expect(toView(aRecord({ ...done, rollbackPossibility })).cutover.rollback).toEqual({
      possible: false,
      forGood: true,
      ...said,
    });
  });

  it('in a list leaves out what came to nothing and who still turns to the source', () => {
    const stragglers = { asOf: 't', writers: 0, readers: 0, clients: [] };
    const record = aRecord({ backOuts: [{ at: 't', reason: 'r' }], stragglers });

    expect(toView(record).cutover).toMatchObject({ backOuts: [{ at: 't', reason: 'r' }], stragglers });
    expect(toListed(record).cutover).toEqual({ mode: 'manual' });
  });

  it('tells the reason of the request, and of the cutover, each in its place', () => {
    const record = aRecord({ cutover: { requestedAt: 't', reason: 'window', requestId: 'inner' }, promotedAt: 'p' });
    const view = toView({ ...record, request: { ...record.request, reason: 'we move' } });

    expect([view.reason, view.cutover]).toEqual([
      'we move',
      { mode: 'manual', requestedAt: 't', reason: 'window', promotedAt: 'p' },
    ]);
  });
});
