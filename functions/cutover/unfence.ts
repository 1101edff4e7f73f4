import type { FencedNode, FenceRecord } from '../migration/fence.ts';
import { toFenceSummary } from '../migration/fence-summary.ts';
import type { Fences } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Endpoint } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { endpointText, listed } from '../preflight/text.ts';
import type { Clock } from '../replication/ports.ts';
import type { ActResult } from './act-result.ts';
import type { GivesUp } from './fence/identify.ts';
import type { OperatorsLift } from './operators-lift.ts';

/**
 * Lifts the fence for good, because an operator wants the old primary back: from then on source and target may both accept
 * writes, and that is the operator's word. Allowed after the promotion, after the end, and while the promotion is in doubt.
 * Can be repeated.
 *
 * Where no server could be reached there was no fence: then it is the word that ends a promotion in doubt.
 *
 * Of a migration that ended before CompleteMigration was sent, the lift was never done because a node could not be reached:
 * there replicas are given up, by the operator's word, and named. Any other node, also the source's primary, is given up
 * only if the request names it, and it cannot be reached, is another server by now, or does not write its file.
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
    const done = (at: string, { nodes, givenUp = [] }: Pick<FenceRecord, 'nodes' | 'givenUp'>): ActResult => ({
      outcome: 'unfenced',
      why: `${whatStands(givenUp, nodes)}${record.rollback ? PAUSED : ''}`,
      at,
      ...(givenUp.length > 0 && { givenUp }),
    });
    const refused = async (why: string): Promise<ActResult> => {
      const told = { at: isoNow(), why };
      await migrations.note(migrationId, { unfenceRefused: told });
      return { outcome: 'refused', ...told };
    };
    if (record.rolledBackAt) return refused('The migration was rolled back: its fence is lifted.');
    if (!record.unfence) return refused('Nobody has asked to lift the fence of this migration.');
    const fence = await fences.find(migrationId);
    // Of an earlier cutover it says nothing of the fence that stands now.
    if (record.unfencedAt && fence?.phase === 'lifted') return done(record.unfencedAt, fence);
    if (!fence && record.apiOnly && (record.phase === 'promotionInDoubt' || record.completeSentAt)) {
      const at = isoNow();
      await migrations.note(migrationId, { unfencedAt: at });
      return { outcome: 'unfenced', why: NOT_FENCED, at };
    }
    if (!fence) return refused('The migration has no fence.');
    if (fence.phase === 'open' && !isStuck)
      return refused('The fence is of a cutover under way, which lifts it itself.');
    if (!record.promotedAt && record.phase !== 'promotionInDoubt' && !record.completeSentAt && !isStuck) {
      return refused('CompleteMigration was not sent, as far as is known: an abort lifts the fence.');
    }

    const named = record.unfence.giveUp ?? [];
    const fenced = fence.nodes.map(({ endpoint }) => endpointText(endpoint));
    const others = named.map(endpointText).filter((one) => !fenced.includes(one));
    if (others.length > 0) {
      return refused(`giveUp names ${listed(others)}; the fence stands on ${listed(fenced)}.`);
    }
    const because = `unfenced: ${record.unfence.reason ?? 'no reason was given'}`;
    const givesUp: GivesUp = ({ role, endpoint }, hindrance) =>
      (isStuck && role === 'replica' && hindrance !== 'busy') ||
      named.some((one) => endpointText(one) === endpointText(endpoint));
    await lift({ migrationId, because, givesUp });
    const lifted = await fences.find(migrationId);
    const at = lifted?.liftedAt ?? isoNow();
    await migrations.note(migrationId, { unfencedAt: at, ...(lifted && { fence: toFenceSummary(lifted) }) });
    return done(at, lifted ?? fence);
  };

const whatStands = (givenUp: readonly Endpoint[], nodes: readonly FencedNode[]): string => {
  const names = givenUp.map(endpointText);
  const isPrimary = nodes.some(({ role, endpoint }) => role === 'primary' && names.includes(endpointText(endpoint)));
  const lifted = isPrimary ? "The source's fence is lifted where that could be done." : LIFTED;
  return names.length === 0
    ? LIFTED
    : `${lifted} Given up, and fenced still should it come back, or be started anew: ${listed(names)}.`;
};

const NOT_FENCED =
  "There was no fence to lift: by an operator's word the target is not promoted any more, and the migration ends.";
const PAUSED =
  ' The rollback that was asked for may have paused the nodes of the target: CLIENT UNPAUSE lets them take writes.';
const LIFTED = "The source's fence is lifted: it takes writes again.";
