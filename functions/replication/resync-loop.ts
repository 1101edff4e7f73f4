import { bytesText } from '../migration/bytes-text.ts';
import { ResyncLoopError } from '../migration/errors.ts';
import { actingLimit, type ReplicaLimit } from './replica-limit.ts';
import { raiseBacklog, raiseLimit, type SourceSettings, syncWithoutDisk } from './replica-remedy.ts';
import type { ResyncCause, SyncMemory } from './sync-attempts.ts';

/** A full sync that has begun anew so often will not get in sync by itself. */
const RESTARTS_OF_A_LOOP = 3;

/** Of causes that were found equally often, the first. A restart of which nothing was seen speaks for none and against none. */
const FROM_STRONGEST: ResyncCause[] = ['buffer', 'restart', 'snapshot', 'backlog'];

/** @throws ResyncLoopError when the full sync begins anew again and again, with the cause and the commands that help */
export const failIfLoops = (replicationGroupId: string, sync: SyncMemory, known: SourceSettings): void => {
  if (sync.restarts < RESTARTS_OF_A_LOOP) return;
  const [cause = 'unknown'] = FROM_STRONGEST.filter((one) => sync.causes[one]).toSorted(
    (a, b) => (sync.causes[b] ?? 0) - (sync.causes[a] ?? 0),
  );
  const { evidence, remedy } = explain(cause, sync, known);
  const help = remedy.length > 0 ? ` Then start again, after: ${remedy.join(' ; ')}` : '';
  throw new ResyncLoopError(replicationGroupId, sync.restarts + 1, `${evidence}${help}`);
};

const explain = (
  cause: ResyncCause,
  { peakBytes, restarts }: SyncMemory,
  known: SourceSettings,
): { evidence: string; remedy: string[] } => {
  const { settings, counters } = known;
  const limit = actingLimit(settings, counters.majorVersion);
  const seen = `at most ${bytesText(peakBytes)} were seen in it`;
  switch (cause) {
    case 'buffer':
      return {
        evidence: `Writes fill the output buffer that the source keeps for the target, and the source closes the link for it: ${limitText(limit)}, ${seen}.`,
        remedy: raiseLimit(known, peakBytes),
      };
    case 'restart':
      return { evidence: 'The source was restarted meanwhile: its run id is another one.', remedy: [] };
    case 'snapshot':
      return {
        evidence: "The source's snapshots fail (rdb_last_bgsave_status): look into its log for the reason.",
        remedy: syncWithoutDisk(known),
      };
    case 'backlog':
      return {
        evidence: `The link breaks after the copy, and ${backlogText(settings.backlogBytes)} does not reach back to where the target stood.`,
        remedy: raiseBacklog(known),
      };
    case 'unknown':
      return {
        evidence: `Why is not known: look into the logs of both sides. The output buffer for the target: ${limitText(limit)}, ${seen}; ${backlogText(settings.backlogBytes)}; the source counts ${counters.fullSyncs ?? 'an unknown number of'} full syncs, of which ${restarts} began this one anew.`,
        remedy: [...raiseLimit(known, peakBytes), ...raiseBacklog(known)],
      };
  }
};

export const limitText = (limit: ReplicaLimit | undefined): string => {
  if (!limit) return 'its limit cannot be read';
  const { hardBytes, softBytes, softSeconds } = limit;
  const parts = [
    ...(hardBytes > 0 ? [`the limit is ${bytesText(hardBytes)}`] : []),
    ...(softBytes > 0 ? [`${bytesText(softBytes)} may be exceeded for ${softSeconds} s`] : []),
  ];
  return parts.length > 0 ? parts.join(', and ') : 'it has no limit';
};

const backlogText = (bytes: number | undefined): string =>
  bytes === undefined ? 'the backlog, whose size cannot be read,' : `the backlog of ${bytesText(bytes)}`;
