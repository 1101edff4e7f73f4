import { LockLostError, TargetNotFoundError, TargetRefusedError, TransientServiceError } from '../migration/errors.ts';
import { API_ONLY } from '../migration/guarantees.ts';
import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { sentence } from '../migration/sentence.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { aboutOf, envelopeOf } from './announcement.ts';
import type { Ending } from './ending.ts';
import type { LiftFence } from './lift-fence.ts';
import type { Promoted } from './promotion-result.ts';
import { type Certify, recordedProof } from './proven.ts';
import { type SentComplete, sentBy } from './sent-complete.ts';
import type { StopInput, StopResult } from './stop-replication.ts';

export interface MakeSafeInput {
  migrationId: string;
  ending: Ending;
  /** Nothing more is tried after this: what could not be made safe is said. */
  isLastTry: boolean;
}

/**
 * `safe`: nothing more has to be done; `notes` are sentences for the end. `sent`: CompleteMigration was sent, and nothing
 * but evidence of what became of it makes the world safe. `promoted`: that evidence is there. `again`: not safe yet.
 */
export type SafetyResult =
  | { outcome: 'safe'; notes: string[] }
  | ({ outcome: 'sent'; about: About } & TaskInput & SentComplete)
  | ({ outcome: 'promoted'; about: About } & Promoted)
  | { outcome: 'again'; why: string };

/** What an announcement says of its migration. */
type About = ReturnType<typeof aboutAnnouncing>;

/**
 * Makes the world safe after an execution has ended, under a closed lock. Before the point of no return the fence is lifted
 * and our online migration stopped: the source is writable, and the target out of migration. After it nothing is touched.
 * Can be repeated, and run beside itself.
 *
 * @throws MigrationNotFoundError
 */
export const makeMakeSafe =
  (
    migrations: Pick<Migrations, 'find'>,
    locks: Pick<Locks, 'find'>,
    fences: Pick<Fences, 'find'>,
    lift: LiftFence,
    certify: Certify,
    stop: (input: StopInput) => Promise<StopResult>,
  ) =>
  async ({ migrationId, ending, isLastTry }: MakeSafeInput): Promise<SafetyResult> => {
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    const { replicationGroupId } = record;
    const [lock, fence] = [await locks.find(replicationGroupId), await fences.find(migrationId)];
    const isOurs = lock?.owner === migrationId;
    // A settlement beside this one was faster: it has recorded the end, and the fence of a completed cutover stays.
    if (!isOurs && (await migrations.find(migrationId))?.outcome) return { outcome: 'safe', notes: [] };
    const task = taskOf(record);

    const sent = isOurs ? sentBy(lock, record) : undefined;
    if (sent) {
      if (record.rolledBackAt) return safe(`the migration was rolled back at ${record.rolledBackAt}`);
      const about = aboutAnnouncing(record);
      const promoted = await recordedProof(record, fence, sent.sentAt, certify);
      if (promoted) return { outcome: 'promoted', about, ...promoted };
      if (record.promotedAt) return { outcome: 'safe', notes: [] };
      // One of an earlier cutover says nothing of this one, whose fence stands.
      const isUnfenced = fence ? fence.phase === 'lifted' : (record.unfencedAt ?? '') >= sent.sentAt;
      if (record.unfencedAt && isUnfenced) return safe(`the source was unfenced at ${record.unfencedAt}`);
      return { outcome: 'sent', about, ...task, ...sent };
    }

    const notes: string[] = [];
    const open: string[] = [];
    if (fence && fence.phase !== 'lifted') {
      try {
        await lift({ migrationId, because: `the migration ended: ${ending.failure.error}` });
      } catch (error) {
        open.push(unlessTransient(error, 'The fence is not lifted everywhere; it is tried again every minute'));
      }
    }
    if (isOurs && lock.intents.start) {
      try {
        const stopped = await stop({ ...task, reason: ending.failure.cause });
        notes.push(...noteOf(stopped));
      } catch (error) {
        if (error instanceof TargetNotFoundError) notes.push('The replication group is gone.');
        else if (error instanceof TargetRefusedError) notes.push(notStopped(error.message));
        else if (!(error instanceof LockLostError)) open.push(unlessTransient(error, NOT_STOPPED));
      }
    }
    if (open.length > 0 && !isLastTry) return { outcome: 'again', why: open.join(' ') };
    return { outcome: 'safe', notes: [...notes, ...open] };
  };

const safe = (note: string): SafetyResult => ({ outcome: 'safe', notes: [sentence(note)] });

const aboutAnnouncing = (record: MigrationRecord) => ({
  ...envelopeOf(record),
  ...aboutOf(record),
  ...(record.apiOnly && { guarantees: API_ONLY }),
});

const taskOf = ({ migrationId, replicationGroupId, request }: MigrationRecord): TaskInput => {
  const [source] = request.customerNodeEndpointList;
  if (!source) throw new Error(`Migration ${migrationId} has no source`);
  return { migrationId, replicationGroupId, source };
};

const NOT_STOPPED = 'The online migration was NOT stopped';
const notStopped = (why: string): string => sentence(`${NOT_STOPPED}: ${why}`);

const noteOf = ({ outcome, why }: StopResult): string[] => {
  if (outcome === 'stopped') return ['The online migration was stopped.'];
  if (outcome === 'out') return ['The replication group is out of migration.'];
  return outcome === 'leftAlone' ? [notStopped(why)] : [];
};

/** What may pass is told; anything else is thrown. */
const unlessTransient = (error: unknown, what: string): string => {
  if (error instanceof TransientServiceError) return sentence(`${what}: ${error.message}`);
  throw error;
};
