import { beforeEach, describe, expect, it } from 'vitest';
import type { VerificationReport } from '../../../functions/migration/verification.ts';
import type { VerificationView } from '../../../functions/migration/view.ts';
import { eventually, type Lab, type View } from '../lab.ts';

const AUTOMATIC = { cutover: { mode: 'automatic', fence: 'none' } };
const KEYS = 300;

interface Verified extends View {
  verification: VerificationView;
  cutover: { requestedAt?: string; reason?: string; waivers?: string[] };
}

export const verification = (lab: Lab) =>
  describe('the verification of a migration', () => {
    let sourcePort: number;
    // A source stays fenced after its cutover.
    beforeEach(async () => {
      sourcePort = (await lab.source(KEYS)).port;
    });

    const view = async (migrationId: string) => (await lab.view(migrationId)) as Verified;
    const cutover = (migrationId: string, body?: object) =>
      lab.request('POST', `/migrations/${migrationId}/cutover`, body);
    const reportOf = async (migrationId: string, type: string, nth = 1) =>
      (await lab.announcement(migrationId, type, nth)).data.verification as VerificationReport;
    const primaryOf = (group: string) => lab.aws.elastiCache.group(group).primary();

    /** A write behind the replication's back: what nobody but an operator of ElastiCache could do. */
    const writeToTarget = async (group: string, ...command: string[]) => {
      const primary = primaryOf(group);
      await primary.command('CONFIG', 'SET', 'replica-read-only', 'no');
      await primary.command(...command);
      await primary.command('CONFIG', 'SET', 'replica-read-only', 'yes');
    };
    const onSource = async (...command: string[]) => (await lab.client(sourcePort)).sendCommand(command);

    /** A migration that awaits its cutover after a verification that has found a planted key: it was planted once in sync. */
    const failing = async (group: string) => {
      await onSource('SET', `${group}:planted`, 'as it should be');
      await lab.group(group);
      // Nothing is compared until the key is planted: the links cannot be looked at before.
      const stopHearing = lab.aws.onEvent((event) => {
        if (event['detail-type'] !== 'MigrationInSync') return;
        stopHearing();
        const letLook = lab.aws.elastiCache.faults.add({
          action: 'DescribeReplicationGroups',
          kind: 'callRateExceeded',
        });
        void writeToTarget(group, 'SET', `${group}:planted`, 'as it is not!!!').then(letLook);
      });
      const migrationId = await lab.start(group, sourcePort);
      await lab.announcement(migrationId, 'MigrationVerificationFailed');
      await lab.awaiting(migrationId);
      return migrationId;
    };

    it('is made by itself once in sync, and then the cutover is awaited', async () => {
      await lab.group('verified');
      const migrationId = await lab.start('verified', sourcePort);
      await lab.awaiting(migrationId);
      const { verification } = await view(migrationId);
      const keys = Number(await onSource('DBSIZE'));

      expect(verification).toMatchObject({
        mode: 'full',
        progress: { percent: 100, keysTotal: 2 * keys },
        report: { verdict: 'same', counts: { compared: keys, lookedFor: keys }, differences: [] },
      });
      expect(await reportOf(migrationId, 'MigrationVerified')).toEqual(verification.report);
      await cutover(migrationId);
      await lab.announcement(migrationId, 'MigrationCompleted');
      expect(lab.typesOf(migrationId).filter((type) => type === 'MigrationVerified')).toHaveLength(1);
    });

    it('finds a key that differs, names it and does not let the cutover go on; mended, a request verifies again and completes', async () => {
      const migrationId = await failing('mended');
      const told = await lab.announcement(migrationId, 'MigrationVerificationFailed');
      const report = told.data.verification as VerificationReport;
      const awaiting = await view(migrationId);

      expect(report).toMatchObject({ verdict: 'different', why: '1 key differs: 1 of another value.' });
      expect(report.differences).toMatchObject([
        { database: 0, key: 'mended:planted', kind: 'value', source: { type: 'string' }, target: { type: 'string' } },
      ]);
      expect(told.data.blocks).toBe(true);
      expect(awaiting).toMatchObject({ status: 'awaitingCutover', allowedActions: ['cutover', 'abort'] });
      expect(awaiting.statusReason).toContain('1 key differs');
      expect(awaiting.verification.report).toEqual(report);

      // Still different: the request comes to nothing, and another one can be made.
      expect((await cutover(migrationId, { reason: 'too early' })).status).toBe(202);
      await lab.announcement(migrationId, 'MigrationVerificationFailed', 2);
      await lab.announcement(migrationId, 'MigrationAwaitingCutover', 2);
      const again = await eventually(async () => {
        const seen = await view(migrationId);
        return seen.allowedActions.includes('cutover') && seen;
      });
      expect(again.cutover).not.toHaveProperty('requestedAt');
      expect(lab.typesOf(migrationId)).not.toContain('MigrationCutoverStarted');

      await onSource('SET', 'mended:planted', 'as it should be');
      expect((await cutover(migrationId, { reason: 'mended' })).status).toBe(202);
      await lab.announcement(migrationId, 'MigrationCompleted');
      expect(lab.typesOf(migrationId).slice(-5)).toEqual([
        'MigrationAwaitingCutover',
        'MigrationVerified',
        'MigrationCutoverStarted',
        'MigrationPromoted',
        'MigrationCompleted',
      ]);
      expect(await primaryOf('mended').command('GET', 'mended:planted')).toBe('as it should be');
    });

    it('is overridden by a named waiver with a reason, which stays in the view and the events', async () => {
      const migrationId = await failing('overridden');
      const waivers = ['verification-differences'];
      const without = await cutover(migrationId, { waivers });
      expect([without.status, without.body.violations]).toEqual([
        400,
        [expect.objectContaining({ pointer: '/reason' })],
      ]);

      expect((await cutover(migrationId, { reason: 'a cache key', waivers })).status).toBe(202);
      const started = await lab.announcement(migrationId, 'MigrationCutoverStarted');
      await lab.announcement(migrationId, 'MigrationCompleted');

      expect(started.data).toMatchObject({ waivers, verification: { verdict: 'different' } });
      expect((await view(migrationId)).cutover).toMatchObject({ reason: 'a cache key', waivers });
      expect(lab.typesOf(migrationId).filter((type) => type.startsWith('MigrationVerif'))).toHaveLength(1);
    });

    it('lets an automatic cutover go on when all is the same', async () => {
      await lab.group('automatic');
      const migrationId = await lab.start('automatic', sourcePort, AUTOMATIC);
      await lab.announcement(migrationId, 'MigrationCompleted');

      expect(lab.typesOf(migrationId)).toContain('MigrationVerified');
      expect(lab.typesOf(migrationId)).not.toContain('MigrationAwaitingCutover');
    });

    it('goes on where it was after its process was killed, and comes to its end', async () => {
      await lab.group('killed');
      // Twelve seconds: also a busy machine looks twice before it is over.
      sourcePort = (await lab.source(2 * KEYS)).port;
      const verification = { maxKeysPerSecond: 100 };
      const migrationId = await lab.start('killed', sourcePort, { verification });
      let lastKeys = 0;
      // Twice, each time where it has come further than it was.
      for (let kills = 0; kills < 2; kills++) {
        await eventually(async () => {
          const { verification: seen, status } = await view(migrationId);
          const keysDone = seen.progress?.keysDone ?? 0;
          expect(keysDone).toBeGreaterThanOrEqual(lastKeys);
          if (status !== 'verifying' || keysDone <= lastKeys || seen.report) return false;
          lastKeys = keysDone;
          return true;
        }, 20);
        expect(lab.aws.lambda.kill(lab.aws.resources.VerifyDataFunction as string)).not.toEqual([]);
      }
      const report = await reportOf(migrationId, 'MigrationVerified');
      const keys = Number(await onSource('DBSIZE'));

      expect(report).toMatchObject({ verdict: 'same', counts: { compared: keys, lookedFor: keys } });
      await lab.awaiting(migrationId);
      await cutover(migrationId);
      await lab.announcement(migrationId, 'MigrationCompleted');
      // Slow on purpose, and three starts of the function.
    }, 240_000);

    it('is left out with the mode none', async () => {
      await lab.group('none');
      const migrationId = await lab.start('none', sourcePort, { ...AUTOMATIC, verification: { mode: 'none' } });
      await lab.announcement(migrationId, 'MigrationCompleted');

      expect(lab.typesOf(migrationId).filter((type) => type.startsWith('MigrationVerif'))).toEqual([]);
      expect((await view(migrationId)).verification).toEqual({ mode: 'none' });
    });
  });
