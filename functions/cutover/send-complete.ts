import {
  isRefusal,
  MigrationEndedElsewhereError,
  TargetNotAvailableError,
  TargetNotMigratingError,
  TransientServiceError,
} from '../migration/errors.ts';
import { toFenceSummary } from '../migration/fence-summary.ts';
import type { NotedIntent } from '../migration/lock-ports.ts';
import type { CutOverWorld } from './cut-over-world.ts';
import { BackOut } from './fence/back-out.ts';
import { unpause } from './fence/freeze.ts';
import type { Held } from './fence/held.ts';
import type { PreparedFence } from './fence/prepare-fence.ts';

export interface Sending {
  migrationId: string;
  replicationGroupId: string;
  attempt: string;
  intent: NotedIntent;
  held: Held;
}

/**
 * CompleteMigration. Between its note and the call is nothing that can fail.
 *
 * @throws BackOut when ElastiCache has refused it for now; the fence is lifted then
 * @throws MigrationEndedElsewhereError, TargetRefusedError, TargetNotFoundError
 * @throws TransientServiceError when nobody knows whether it was taken: a repeat looks, and sends it again
 */
export const sendComplete = async (
  { groups, locks, fences, migrations, lift }: CutOverWorld,
  prepared: PreparedFence,
  { migrationId, replicationGroupId, attempt, intent, held }: Sending,
): Promise<void> => {
  let refusal: Error | undefined;
  try {
    await groups.complete(replicationGroupId);
  } catch (error) {
    // After a transient fault nobody knows whether it took effect: a repeat looks, and sends it again.
    if (!isRefusal(error)) throw error;
    refusal = error as Error;
  } finally {
    // Where the operator's word is the only fence, what keeps the writes off stays: it may be a pause of the operator's own.
    if (!refusal && prepared.record.kind !== 'none') await Promise.all(prepared.nodes.map(unpause));
  }
  const judged = { at: intent.at, sends: 1 };
  // What another try has sent meanwhile nobody has judged.
  if (refusal && (await locks.withdraw(replicationGroupId, migrationId, 'complete', judged))) {
    const own = { attempt, untouched: false, held: held.takeBack() };
    await lift({ migrationId, because: `CompleteMigration was refused: ${refusal.message}`, own });
    if (refusal instanceof TargetNotAvailableError)
      throw new BackOut('target-refused', refusal.message, { cause: refusal });
    if (refusal instanceof TargetNotMigratingError) {
      throw new MigrationEndedElsewhereError(replicationGroupId, refusal.message);
    }
    throw refusal;
  }
  try {
    await fences.leave(migrationId, attempt);
    await tellSent({ fences, migrations }, migrationId, intent);
  } catch (error) {
    // A repeat of the task would send it once more. The watch tells the same, and the fence's mark only brings a look at it.
    if (!(error instanceof TransientServiceError)) throw error;
  }
};

const tellSent = async (
  { fences, migrations }: Pick<CutOverWorld, 'fences' | 'migrations'>,
  migrationId: string,
  intent: NotedIntent,
): Promise<void> => {
  const [standing, sealed] = await Promise.all([migrations.find(migrationId), fences.find(migrationId)]);
  // This try was taken for dead: the watch has told what came of it, and what may be asked for hangs on that.
  if (standing?.promotedAt !== undefined || standing?.phase === 'promotionInDoubt') return;
  await migrations.update(migrationId, {
    statusReason: 'CompleteMigration was sent: there is no way back by itself.',
    phase: 'promoting',
    waitingFor: 'the primary to be promoted',
    ...(sealed && { fence: toFenceSummary(sealed) }),
    ...(standing?.progress && { progress: { ...standing.progress, lagBytes: 0, asOf: intent.at } }),
  });
};
