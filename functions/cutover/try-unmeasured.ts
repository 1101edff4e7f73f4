import { failIfAborted } from '../migration/abort.ts';
import {
  isRefusal,
  MigrationEndedElsewhereError,
  TargetNotAvailableError,
  TargetNotMigratingError,
  TransientServiceError,
} from '../migration/errors.ts';
import { DEFAULT_CUTOVER } from '../migration/fence.ts';
import type { Locks, NotedIntent } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Clock, ReplicationGroups } from '../replication/ports.ts';
import type { Sight } from '../replication/sight.ts';
import type { CutOverInput, CutOverMoment, Sent } from './cut-over-world.ts';
import { BackOut } from './fence/back-out.ts';
import { describeMigrating } from './try-cut-over.ts';
import { isWanted, NOT_WANTED } from './wanted.ts';

export interface UnmeasuredWorld {
  groups: Pick<ReplicationGroups, 'describe' | 'complete' | 'eventsSince'>;
  /** @param sinceMs what is older says nothing of the replication */
  sight: (sinceMs: number) => Pick<Sight, 'see'>;
  locks: Pick<Locks, 'arm' | 'intend' | 'withdraw' | 'find'>;
  migrations: Pick<Migrations, 'find' | 'update'>;
  clock: Clock;
  newAttempt: () => string;
}

/**
 * One try of a cutover where no server can be reached: nothing is frozen, drained or fenced, and no offset is read. AWS says
 * that every link is in sync, an operator that nobody writes; then CompleteMigration is noted and sent, without Force, and
 * ElastiCache refuses it if the link is not in sync.
 *
 * @throws BackOut when nothing was sent, or ElastiCache has refused it: the cutover may be tried again
 * @throws AbortRequestedError, LockLostError, MigrationEndedElsewhereError, TargetRefusedError, TargetNotFoundError
 * @throws TransientServiceError when nobody knows whether it was taken: a repeat looks, and sends it again
 */
export const makeTryUnmeasured =
  ({ groups, sight, locks, migrations, clock, newAttempt }: UnmeasuredWorld) =>
  async ({ migrationId, replicationGroupId, source, cutover }: CutOverInput, moment: CutOverMoment): Promise<Sent> => {
    const { eventsSinceMs, begun } = moment;
    const fence = cutover?.fence ?? DEFAULT_CUTOVER.fence;
    // Accepted by a stack that could reach the source.
    if (fence !== 'none')
      throw new BackOut('source-not-fenceable', `the fence \`${fence}\` cannot be set: this stack is API-only`);
    const group = await describeMigrating(groups, replicationGroupId, clock);
    const lock = await locks.find(replicationGroupId);
    const { states } = await sight(lock?.intents.start?.eventsSinceMs ?? eventsSinceMs).see(group, source);
    const behind = states.find(({ phase }) => phase !== 'inSync');
    if (behind) throw new BackOut('not-in-sync', behind.why);

    const attempt = newAttempt();
    await locks.arm(replicationGroupId, migrationId, attempt);
    const record = await migrations.find(migrationId);
    failIfAborted(record);
    if (record && !isWanted(record, begun)) throw new BackOut('not-wanted', NOT_WANTED);
    if (record?.pendingAct) throw new BackOut('not-wanted', `an operator asks for the act ${record.pendingAct.act}`);
    const noted = { at: new Date(clock.now()).toISOString(), eventsSinceMs };
    const intent = await locks.intend(replicationGroupId, migrationId, 'complete', noted, attempt);
    if (!intent.fresh) throw new TransientServiceError('CutOver', 'CompleteMigration was noted by another try');
    try {
      await groups.complete(replicationGroupId);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await takenBack(locks, { migrationId, replicationGroupId, intent }, error as Error);
    }
    await tellSent(migrations, migrationId);
    return { intent, shards: [] };
  };

const tellSent = async (migrations: Pick<Migrations, 'find' | 'update'>, migrationId: string): Promise<void> => {
  try {
    const standing = await migrations.find(migrationId);
    // This try was taken for dead: the watch has told what came of it, and what may be asked for hangs on that.
    if (standing?.promotedAt !== undefined || standing?.phase === 'promotionInDoubt') return;
    await migrations.update(migrationId, {
      statusReason:
        'CompleteMigration was sent: there is no way back by itself. Nothing was frozen, drained or fenced.',
      phase: 'promoting',
      waitingFor: 'ElastiCache to tell that the migration is complete',
    });
  } catch (error) {
    // A repeat of the task would send it once more, and the watch tells the same.
    if (!(error instanceof TransientServiceError)) throw error;
  }
};

/** What another try has sent meanwhile nobody has judged: then it goes on as if it was taken. */
const takenBack = async (
  locks: Pick<Locks, 'withdraw'>,
  sent: { migrationId: string; replicationGroupId: string; intent: NotedIntent },
  refusal: Error,
): Promise<void> => {
  const { migrationId, replicationGroupId, intent } = sent;
  const judged = { at: intent.at, sends: 1 };
  if (!(await locks.withdraw(replicationGroupId, migrationId, 'complete', judged))) return;
  if (refusal instanceof TargetNotAvailableError)
    throw new BackOut('target-refused', refusal.message, { cause: refusal });
  if (refusal instanceof TargetNotMigratingError)
    throw new MigrationEndedElsewhereError(replicationGroupId, refusal.message);
  throw refusal;
};
