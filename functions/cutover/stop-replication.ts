import { TargetNotAvailableError, TargetNotMigratingError, TransientServiceError } from '../migration/errors.ts';
import type { Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import { sentence } from '../migration/sentence.ts';
import type { Clock, ReplicationGroups } from '../replication/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';
import { claimStop } from './stop-claim.ts';
import type { LookToStop, StopLook } from './stop-look.ts';

export interface StopInput extends TaskInput {
  /** Why the replication is stopped. */
  reason?: string;
}

export interface StopResult {
  /**
   * `stopped`: our online migration is over, by our call. `out`: the group was out of migration already. `leftAlone`: what
   * runs on it is not certainly ours. `nothing`: there is nothing of ours to stop.
   */
  outcome: 'stopped' | 'out' | 'leftAlone' | 'nothing';
  /** One sentence. */
  why: string;
}

export interface StopSettings {
  /** How often the group is looked at. */
  describeMs: number;
  /** How long one try waits for ElastiCache to be done with it. */
  waitSeconds: number;
  /** So long after StartMigration was to be sent, a group that is on its own proves nothing: the migration may be about to begin. */
  startGraceSeconds: number;
  /** So old may the last figures of the replication be for a first look to take what it cannot attribute for ours. */
  knownSeconds: number;
}

/**
 * Takes the replication down before anything was promoted: CompleteMigration with Force, which stops the online migration
 * (AWS, Migration-Complete), and waits until the group is out of it. The source is not touched; the target keeps what was
 * copied so far.
 *
 * Only what is ours is stopped: the lock is ours, StartMigration was sent under it and CompleteMigration was not, and the
 * primary follows our source. The intent is noted and the lock closed before the call: no cutover can begin behind it.
 * That the call was accepted, and that the group was seen out of migration, is noted too: whatever runs on the group after
 * that is somebody else's, even from our source.
 *
 * Where nothing shows whom the primary follows (it does not answer, it came back empty and follows nobody, or a name stands
 * for an address), only the very first look of the first try takes the migration for ours, and only soon after the replication was last seen. ElastiCache
 * refuses a second StartMigration while one runs, and nothing of ours has ended it yet; so another one can be there only if
 * a hand ended ours and began its own since that look. From the first call on ours may be over, and a repeat comes up to a
 * minute later: then somebody else's full sync looks just the same, and nothing is sent.
 *
 * A group that is on its own soon after StartMigration was to be sent may be about to begin: it is looked at again.
 *
 * @throws TargetRefusedError, TargetNotFoundError, LockLostError
 * @throws TransientServiceError also when the group is still on its way after so long: a repeat waits on
 */
export const makeStopReplication =
  (
    groups: Pick<ReplicationGroups, 'abort'>,
    lookToStop: LookToStop,
    locks: Pick<Locks, 'find' | 'intend' | 'closeToIntents' | 'noteStop'>,
    migrations: Pick<Migrations, 'find' | 'update'>,
    clock: Clock,
    { describeMs, waitSeconds, startGraceSeconds, knownSeconds }: StopSettings,
  ) =>
  async ({ migrationId, replicationGroupId, source, reason }: StopInput): Promise<StopResult> => {
    const claim = await claimStop(locks, replicationGroupId, migrationId, clock);
    if ('whyNot' in claim) return { outcome: 'nothing', why: sentence(claim.whyNot) };

    let { sentAt, leftAt } = claim;
    const note = async (what: 'sentAt' | 'leftAt'): Promise<string> => {
      const at = new Date(clock.now()).toISOString();
      await locks.noteStop(replicationGroupId, migrationId, what, at);
      return at;
    };
    const lastSeenAt = (await migrations.find(migrationId))?.progress?.asOf ?? claim.startAt;
    const isKnown = clock.now() - Math.max(Date.parse(lastSeenAt), Date.parse(claim.startAt)) <= knownSeconds * 1000;
    const graceEndsMs = Date.parse(claim.startAt) + startGraceSeconds * 1000;
    const deadlineMs = clock.now() + waitSeconds * 1000;
    const { look, close } = lookToStop(replicationGroupId, source, claim.startEventsSinceMs);
    try {
      for (let isFirst = true, isShown = false, wasOurs = false; ; isFirst = false) {
        const seen = await look();
        const isTheVeryFirst = isFirst && claim.fresh;
        // One that died and came back empty follows nobody, while the status says that there is a migration. So does one that
        // a hand has promoted, as long as the status is an old one: there is nothing left to stop.
        const isEmpty = seen.state === 'between' && seen.isMigrating && !seen.isPromoted;
        const isUnshown = seen.state === 'unclear' || isEmpty;
        const isOurs = seen.state === 'ours' || (isUnshown && isTheVeryFirst && isKnown);
        wasOurs ||= isOurs;
        const mayBegin = !sentAt && clock.now() < graceEndsMs;
        // Before our call a group on its own is out only when ElastiCache has nothing more to do with it.
        const isOut = sentAt ? seen.hasLeft : seen.isAvailable && !mayBegin;
        // The status may lag behind a primary that follows our source, but only as long as nothing was ended yet.
        if (!leftAt && isOut && !(isOurs && isTheVeryFirst)) leftAt = await note('leftAt');

        // Another migration can begin only where ours has ended; only what we saw of that do we call our doing.
        if (seen.state === 'foreign')
          return { outcome: sentAt && leftAt ? 'stopped' : 'leftAlone', why: sentence(seen.why) };
        if (seen.state === 'out' && !mayBegin) {
          if (claim.fresh && !wasOurs) return { outcome: 'out', why: sentence(seen.why) };
          return { outcome: 'stopped', why: sentence(`the online migration is stopped: ${seen.why}`) };
        }
        if (!isShown && (isOurs || seen.state === 'between')) {
          await migrations.update(migrationId, toChange(reason));
          isShown = true;
        }
        if (isOurs && !leftAt && (!sentAt || seen.isMigrating)) {
          const answer = await abort(groups, replicationGroupId);
          if (answer === 'accepted' && !sentAt) sentAt = await note('sentAt');
          if (answer === 'over') leftAt = await note('leftAt');
        }
        if (clock.now() >= deadlineMs) {
          if (seen.state === 'between' || seen.state === 'out' || (seen.state === 'ours' && !leftAt))
            throw stillThere(replicationGroupId, seen, waitSeconds);
          return { outcome: 'leftAlone', why: sentence(whyNotSent(seen, sentAt, leftAt)) };
        }
        await clock.sleep(describeMs);
      }
    } finally {
      close();
    }
  };

const toChange = (reason: string | undefined) => ({
  statusReason: sentence(`the online migration is being stopped${reason ? `. ${reason.slice(0, 1500)}` : ''}`),
  phase: 'stopping' as const,
  waitingFor: 'the replication group to be out of migration',
});

/** `underWay`: it is on its way already. `over`: there is no migration to end. */
const abort = async (
  groups: Pick<ReplicationGroups, 'abort'>,
  replicationGroupId: string,
): Promise<'accepted' | 'underWay' | 'over'> => {
  try {
    await groups.abort(replicationGroupId);
    return 'accepted';
  } catch (error) {
    if (error instanceof TargetNotAvailableError) return 'underWay';
    if (error instanceof TargetNotMigratingError) return 'over';
    throw error;
  }
};

const whyNotSent = ({ why }: StopLook, sentAt: string | undefined, leftAt: string | undefined): string =>
  leftAt
    ? `the group was out of migration at ${leftAt}, and what runs on it now is left alone: ${why}`
    : `${sentAt ? `ElastiCache took the call at ${sentAt}; since then ` : ''}nothing shows whose migration runs on the group, and it is left alone: ${why}`;

const stillThere = (replicationGroupId: string, { why }: StopLook, waitSeconds: number): TransientServiceError =>
  new TransientServiceError(`Stop of replication group ${replicationGroupId}`, `${waitSeconds} s later ${why}`);
