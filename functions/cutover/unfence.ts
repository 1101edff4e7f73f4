import { toFenceSummary } from '../migration/fence-summary.ts';
import type { Fences } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Endpoint } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { endpointText, listed } from '../preflight/text.ts';
import type { Clock } from '../replication/ports.ts';
import type { ActResult } from './act-result.ts';
import type { OperatorsLift } from './operators-lift.ts';

/**
 * Lifts the fence for good, because an operator wants the old primary back: from then on source and target may both accept
 * writes, and that is the operator's word. Allowed after the promotion, after the end, and while the promotion is in doubt.
 * Can be repeated.
 *
 * Of a migration that ended before CompleteMigration was sent, the lift was never done because a node could not be reached:
 * there replicas are given up, by the operator's word, and named. The source's primary never is.
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
    const isStuck = record.outcome !== undefined && !record.promotedAt && !record.completeSentAt;
    const done = (at: string, givenUp: Endpoint[] = []): ActResult => ({
      outcome: 'unfenced',
      why: givenUp.length > 0 ? `${LIFTED} ${stillFenced(givenUp)}` : LIFTED,
      at,
      ...(givenUp.length > 0 && { givenUp }),
    });
    const refused = (why: string): ActResult => ({ outcome: 'refused', why, at: isoNow() });
    if (record.rolledBackAt) return refused('The migration was rolled back: its fence is lifted.');
    if (!record.unfence) return refused('Nobody has asked to lift the fence of this migration.');
    const fence = await fences.find(migrationId);
    // Of an earlier cutover it says nothing of the fence that stands now.
    if (record.unfencedAt && fence?.phase === 'lifted') return done(record.unfencedAt, fence.givenUp);
    if (!fence) return refused('The migration has no fence.');
    if (fence.phase === 'open' && !isStuck)
      return refused('The fence is of a cutover under way, which lifts it itself.');
    if (!record.promotedAt && record.phase !== 'promotionInDoubt' && !record.completeSentAt && !isStuck) {
      return refused('CompleteMigration was not sent, as far as is known: an abort lifts the fence.');
    }

    const because = `unfenced: ${record.unfence.reason ?? 'no reason was given'}`;
    await lift({ migrationId, because, ...(isStuck && { givesUpReplicas: true }) });
    const lifted = await fences.find(migrationId);
    const at = lifted?.liftedAt ?? isoNow();
    await migrations.note(migrationId, { unfencedAt: at, ...(lifted && { fence: toFenceSummary(lifted) }) });
    return done(at, lifted?.givenUp);
  };

const stillFenced = (nodes: readonly Endpoint[]): string =>
  `Given up, and fenced still should it come back: ${listed(nodes.map(endpointText))}.`;

const LIFTED = "The source's fence is lifted: it takes writes again.";
