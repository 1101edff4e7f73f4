import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusesWrites, rulesOf } from '../../chaos/invariants.ts';
import type { RollbackPossibility } from '../../functions/migration/cutover-record.ts';
import { endOf, expectTheTargetAlone, SELDOM_MS, type Sides, toldOf, turnstile } from './aftermath.ts';
import { type Answer, eventually, type Lab, startLab, type View } from './lab.ts';

const REASON = 'the application is broken';
/** Until an operator closes it, the migration waits for stragglers. */
const UNTIL_CLOSED = { quietSeconds: 86_400 };
const ACTS = ['unfence', 'rollback', 'close'] as const;
type Act = (typeof ACTS)[number] | 'confirm';

describe.concurrent('what an operator asks for after a cutover, over HTTP', { timeout: 240_000 }, () => {
  let lab: Lab;
  const inTurn = turnstile(2);
  beforeAll(async () => {
    lab = await startLab({ parameters: { ActingTaskSeconds: '5' } });
  });
  afterAll(() => lab?.end());

  const ask = (migrationId: string, act: Act, body: unknown = { reason: REASON }) =>
    lab.request('POST', `/migrations/${migrationId}/${act}`, body);
  const targetOf = ({ group }: Sides) => lab.aws.elastiCache.group(group).nodes()[0]?.port as number;
  const rollbackIn = (view: View) => (view.cutover as { rollback?: RollbackPossibility }).rollback;
  const isOpen = async (port: number) => !(await refusesWrites(port));

  /** Also after the end. */
  const announced = (migrationId: string, detailType: string) =>
    eventually(async () =>
      lab.announced.find((one) => one.migrationId === migrationId && one.detailType === detailType),
    );

  /** Refused, with why, and with what can be asked for instead. */
  const expectRefused = ({ status, body }: Answer, allowed: string[], why = /./) => {
    expect(body).toMatchObject({ status: 409, code: 'action-not-allowed', allowedActions: allowed });
    expect([status, body.detail]).toEqual([409, expect.stringMatching(why)]);
  };

  const begin = async (group: string, cutover: object = UNTIL_CLOSED) => {
    const { port } = await lab.source();
    await lab.group(group);
    const sides: Sides = { group, port, rules: await rulesOf(port) };
    return { sides, migrationId: await lab.start(group, port, { cutover }) };
  };
  const promote = (group: string) =>
    inTurn(async () => {
      const { sides, migrationId } = await begin(group, { ...UNTIL_CLOSED, mode: 'automatic' });
      await lab.announcement(migrationId, 'MigrationPromoted');
      return { sides, migrationId };
    });

  it('is refused before the promotion, and without a reason, with what is missing', async () => {
    const { migrationId } = await inTurn(async () => {
      const begun = await begin('too-early');
      await lab.awaiting(begun.migrationId);
      return begun;
    });

    for (const act of ACTS) expectRefused(await ask(migrationId, act), ['cutover', 'abort'], /awaitingCutover/);
    for (const act of ['unfence', 'rollback'] as const) {
      for (const body of [undefined, {}, { reason: ' ' }]) {
        const { status, body: problem } = await ask(migrationId, act, body ?? '{}');
        expect([status, problem.violations]).toEqual([400, [{ pointer: '/reason', detail: expect.any(String) }]]);
      }
    }
    expect((await ask(migrationId, 'close', { force: true })).body.violations).toMatchObject([{ pointer: '/force' }]);
    expect((await ask('none-000000000000', 'rollback')).status).toBe(404);
    expect(await lab.view(migrationId)).not.toHaveProperty('requests');
  });

  it('closes a migration at once, needs no reason, and stands once', async () => {
    const { sides, migrationId } = await promote('closed');
    const first = await ask(migrationId, 'close', {});
    const again = await ask(migrationId, 'close', {});
    await lab.announcement(migrationId, 'MigrationCompleted');

    expect([first.status, again.status]).toEqual([202, 409]);
    expect(await lab.view(migrationId)).toMatchObject({
      outcome: 'completed',
      requests: { close: { by: { by: 'http', sourceIp: '127.0.0.1' } } },
      allowedActions: ['unfence', 'rollback'],
    });
    await expectTheTargetAlone(lab, sides);

    // Also after the end.
    expect((await ask(migrationId, 'unfence')).status).toBe(202);
    const unfenced = await announced(migrationId, 'MigrationUnfenced');
    await eventually(async () => (await lab.view(migrationId)).waitingFor === undefined, SELDOM_MS);
    expect(unfenced.data).toMatchObject({ reason: REASON });
    expect(await Promise.all([isOpen(sides.port), isOpen(targetOf(sides))])).toEqual([true, true]);
    expect(await rulesOf(sides.port)).toBe(sides.rules);
    for (const act of ['unfence', 'rollback'] as const) {
      expectRefused(await ask(migrationId, act), [], /lifted for good/);
    }
    expectRefused(await ask(migrationId, 'close'), [], /it was requested at/);
    expect(rollbackIn(await lab.view(migrationId))).toMatchObject({ possible: false, why: /unfenced/ });
  });

  it.each([
    [
      'before the end, which is then an abort',
      'returned',
      { close: false, allowed: ['close'], end: { status: 'aborted', failure: { error: 'RolledBack' } } },
    ],
    ['after the end, which stays', 'returned-late', { close: true, allowed: [], end: { status: 'completed' } }],
  ])('returns to the source, which alone takes writes then: %s', async (_, group, { close, allowed, end }) => {
    const { sides, migrationId } = await promote(group);
    const possible = rollbackIn(await lab.view(migrationId));
    if (close) {
      await ask(migrationId, 'close');
      await lab.announcement(migrationId, 'MigrationCompleted');
    }
    const first = await ask(migrationId, 'rollback');
    const again = await ask(migrationId, 'rollback');
    const { data } = await announced(migrationId, 'MigrationRolledBack');
    const ended = await endOf(lab, migrationId);

    expect(possible).toMatchObject({ possible: true });
    expect([first.status, first.body.allowedActions]).toEqual([202, allowed]);
    expect([again.status, again.body.code]).toEqual([409, 'action-not-allowed']);
    expect(data).toMatchObject({ reason: REASON, rolledBackAt: expect.any(String) });
    expect(ended.data).toMatchObject(end);
    for (const act of ['unfence', 'rollback'] as const) {
      expectRefused(await ask(migrationId, act), [], /rolled back at/);
    }
    const view = await lab.view(migrationId);
    expect([view.outcome, rollbackIn(view)?.possible]).toEqual([end.status, false]);
    expect(view.statusReason).toContain('the source takes writes again, and the target takes none');
    expect(await Promise.all([isOpen(sides.port), isOpen(targetOf(sides))])).toEqual([true, false]);
    expect(await rulesOf(sides.port)).toBe(sides.rules);
  });

  it('does not return to the source once the target was written to, and the view says why', async () => {
    const { sides, migrationId } = await promote('written-to');
    expect(await isOpen(targetOf(sides))).toBe(true);
    const said = await eventually(async () => {
      const rollback = rollbackIn(await lab.view(migrationId));
      return rollback && !rollback.possible && rollback;
    }, SELDOM_MS);
    const refused = await ask(migrationId, 'rollback');

    expect(said).toMatchObject({ forGood: true, why: expect.stringContaining('SET was called') });
    expectRefused(refused, ['unfence', 'close'], /SET was called since the promotion/);
    await expectTheTargetAlone(lab, sides);
    expect(toldOf(lab, migrationId)).not.toContain('MigrationRolledBack');
  });

  it('awaits a request for an automatic cutover that a user stops who came since the preflight, and goes on with its waiver', async () => {
    const { port } = await lab.source();
    const onSource = await lab.client(port);
    await lab.group('grown');
    const stopHearing = lab.aws.onEvent((event) => {
      const { data } = event.detail as { data?: { replicationGroupId?: string } };
      if (event['detail-type'] !== 'MigrationPreflightPassed' || data?.replicationGroupId !== 'grown') return;
      stopHearing();
      void onSource.sendCommand(['ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '+@all']);
    });
    const migrationId = await inTurn(async () => {
      const started = await lab.start('grown', port, { cutover: { mode: 'automatic' } });
      await lab.awaiting(started);
      return started;
    });
    const { statusReason, allowedActions, cutover } = await lab.view(migrationId);
    expect(statusReason).toMatch(/^.* The automatic cutover was backed out, .* waive users-included in the request/);
    expect(allowedActions).toEqual(['cutover', 'abort']);
    expect(cutover).toMatchObject({ backOuts: [{ reason: expect.stringContaining('waive users-included') }] });

    const body = { reason: REASON, waivers: ['users-included'] };
    expect((await lab.request('POST', `/migrations/${migrationId}/cutover`, body)).status).toBe(202);
    await lab.announcement(migrationId, 'MigrationPromoted');
    expect(await isOpen(port)).toBe(false);
  });

  it("takes an operator's word for a target that was promoted from a history with another name", async () => {
    const { sides, migrationId } = await inTurn(async () => {
      const { port } = await lab.source(300, { 'enable-debug-command': 'yes' });
      await lab.group('renamed', { promotionDelayMs: 8000 });
      const rules = await rulesOf(port);
      const migrationId = await lab.start('renamed', port, { cutover: { mode: 'automatic' } });
      await eventually(async () => (await lab.view(migrationId)).phase === 'promoting', SELDOM_MS);
      // As a restart does it: the target takes everything over once more, behind the fence.
      const onSource = await lab.client(port);
      await onSource.sendCommand(['DEBUG', 'CHANGE-REPL-ID']);
      await onSource.sendCommand(['CLIENT', 'KILL', 'TYPE', 'replica']);
      return { sides: { group: 'renamed', port, rules }, migrationId };
    });
    await lab.announcement(migrationId, 'MigrationPromotionInDoubt');
    // Until ElastiCache is done with the group it is refused, and asked again.
    await eventually(async () => {
      await ask(migrationId, 'confirm');
      return toldOf(lab, migrationId).includes('MigrationPromoted');
    }, SELDOM_MS);
    const promoted = await lab.announcement(migrationId, 'MigrationPromoted');
    await lab.announcement(migrationId, 'MigrationCompleted');

    expect(promoted.data.certificate).toMatchObject({
      confirmation: {
        reason: REASON,
        by: { by: 'http' },
        unproven: [expect.stringContaining('does not go on')],
        keys: [{ nodeGroupId: '0001', sourceKeys: expect.any(Number), targetKeys: expect.any(Number) }],
      },
    });
    expectRefused(await ask(migrationId, 'confirm'), ['unfence', 'rollback'], /was promoted at/);
    expect((await lab.view(migrationId)).outcome).toBe('completed');
    await expectTheTargetAlone(lab, sides);
  });

  it('gives the source back while the promotion is in doubt, and the migration fails', async () => {
    const { sides, migrationId } = await inTurn(async () => {
      const cutover = { mode: 'automatic', promotionBudgetSeconds: 10 };
      const { port } = await lab.source();
      await lab.group('doubtful', { promotionDelayMs: 3_600_000 });
      const rules = await rulesOf(port);
      const migrationId = await lab.start('doubtful', port, { cutover });
      await eventually(async () => (await lab.view(migrationId)).phase === 'promoting', SELDOM_MS);
      return { sides: { group: 'doubtful', port, rules }, migrationId };
    });
    const nothing = await lab.view(migrationId);
    expect([nothing.phase, nothing.allowedActions]).toEqual(['promoting', []]);
    expectRefused(await ask(migrationId, 'unfence'), []);
    await lab.announcement(migrationId, 'MigrationPromotionInDoubt');
    for (const act of ['rollback', 'close'] as const)
      expectRefused(await ask(migrationId, act), ['confirm', 'unfence'], /in doubt/);
    expect(await isOpen(sides.port)).toBe(false);
    expect((await ask(migrationId, 'unfence')).status).toBe(202);
    await lab.announcement(migrationId, 'MigrationFailed');

    expect(toldOf(lab, migrationId).slice(-3)).toEqual([
      'MigrationPromotionInDoubt',
      'MigrationUnfenced',
      'MigrationFailed',
    ]);
    expect(await isOpen(sides.port)).toBe(true);
    expect(await rulesOf(sides.port)).toBe(sides.rules);
  });
});
