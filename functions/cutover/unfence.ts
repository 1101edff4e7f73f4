import { toFenceSummary } from '../migration/fence-summary.ts';
import type { Fences, Migrations } from '../migration/ports.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import type { Clock } from '../replication/ports.ts';
import type { ActResult } from './act-result.ts';
import type { OperatorsLift } from './operators-lift.ts';

/**
 * Lifts the fence for good, because an operator wants the old primary back: from then on source and target may both accept
 * writes, and that is the operator's word. Allowed after the promotion, after the end, and while the promotion is in doubt.
 * Can be repeated.
 *
 * @throws TransientServiceError while a node of the source is not done
 * @throws MigrationNotFoundError
 */
export const makeUnfence =
  (migrations: Pick<Migrations, 'find' | 'note'>, fences: Pick<Fences, 'find'>, lift: OperatorsLift, clock: Clock) =>
  async ({ migrationId }: { migrationId: string }): Promise<ActResult> => {
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    const isoNow = () => new Date(clock.now()).toISOString();
    const done = (at: string): ActResult => ({ outcome: 'unfenced', why: LIFTED, at });
    const refused = (why: string): ActResult => ({ outcome: 'refused', why, at: isoNow() });
    if (record.rolledBackAt) return refused('The migration was rolled back: its fence is lifted.');
    if (!record.unfence) return refused('Nobody has asked to lift the fence of this migration.');
    const fence = await fences.find(migrationId);
    // Of an earlier cutover it says nothing of the fence that stands now.
    if (record.unfencedAt && fence?.phase === 'lifted') return done(record.unfencedAt);
    if (!fence) return refused('The migration has no fence.');
    if (fence.phase === 'open') return refused('The fence is of a cutover under way, which lifts it itself.');
    if (!record.promotedAt && record.phase !== 'promotionInDoubt' && !record.completeSentAt) {
      return refused('CompleteMigration was not sent, as far as is known: an abort lifts the fence.');
    }

    await lift({ migrationId, because: `unfenced: ${record.unfence.reason ?? 'no reason was given'}` });
    const lifted = await fences.find(migrationId);
    const at = lifted?.liftedAt ?? isoNow();
    await migrations.note(migrationId, { unfencedAt: at, ...(lifted && { fence: toFenceSummary(lifted) }) });
    return done(at);
  };

const LIFTED = "The source's fence is lifted: it takes writes again.";
