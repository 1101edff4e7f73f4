import { check, measured, onSource, PREPARE } from '../check.ts';
import { FORECAST_NEEDS, forecastOf } from '../forecast.ts';
import { bytesText, shown } from '../text.ts';
import { numberField, optionalNumberField, textField, UnreadableFieldError } from '../unreadable.ts';

/** Of one core: what a busy source leaves is not enough for a fork and a copy on top. */
const BUSY_SHARE = 0.8;
const SLOW_FORK_MICROSECONDS = 200_000;
const FULL_SHARE = 0.9;
/** A write of a kilobyte dirties a page of four, which the fork's copy needs once more. */
const COPIED_PER_WRITTEN = 4;

/** Whether the source can bear a full sync, and be restarted. */
export const SOURCE_HEALTH_CHECKS = [
  check({
    id: 'source-not-persistent',
    title: 'The source keeps nothing on disk: if it restarts, it is empty, and the target is emptied too.',
    required: 'Snapshots or an append-only file; or nothing that restarts the source by itself while its data move.',
    because: {
      text: 'Valkey, replication: safety when the primary has persistence turned off',
      url: 'https://valkey.io/topics/replication/',
    },
    needs: ['sourceConfig'],
    rule: ({ sourceConfig }, circumstances) => {
      const save = sourceConfig.get('save');
      if (save === undefined) throw new UnreadableFieldError('sourceConfig', 'it has no save');
      if (save !== '' || textField(sourceConfig, 'appendonly', 'sourceConfig') !== 'no') return undefined;
      return {
        found: 'save is `""`, appendonly `no`.',
        remedy: [onSource(circumstances, 'CONFIG SET save', '"3600 1 300 100 60 10000"')],
      };
    },
  }),
  check({
    id: 'source-snapshot-fails',
    title: "The source's last snapshot failed.",
    required: 'A BGSAVE that succeeds: a full sync forks and writes the same data, and may fail for the same reason.',
    because: PREPARE,
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }, circumstances) => {
      const status = textField(sourceInfo, 'rdb_last_bgsave_status', 'sourceInfo');
      return status === 'ok'
        ? undefined
        : {
            found: `rdb_last_bgsave_status is \`${shown(status)}\`.`,
            remedy: [onSource(circumstances, 'BGSAVE'), onSource(circumstances, 'INFO persistence')],
          };
    },
  }),
  check({
    id: 'source-memory-headroom',
    title: "The source's host may run out of memory during the full sync.",
    required: "Free memory for the pages that are copied while the fork lives, and for the replica's buffer.",
    because: PREPARE,
    needs: FORECAST_NEEDS,
    rule: (facts, circumstances) => {
      const { sourceInfo } = facts;
      // Absent before Redis 3.2, 0 where the system does not tell: then there is nothing to see.
      const total = optionalNumberField(sourceInfo, 'total_system_memory', 'sourceInfo') ?? 0;
      if (total === 0) return undefined;
      const taken = numberField(sourceInfo, 'used_memory_rss', 'sourceInfo');
      const buffer = forecastOf(facts, circumstances).peakBufferBytes.high;
      const lastCopied = optionalNumberField(sourceInfo, 'rdb_last_cow_size', 'sourceInfo') ?? 0;
      const copied = Math.min(taken, Math.max(lastCopied, COPIED_PER_WRITTEN * buffer));
      if (taken + copied + buffer <= total) return undefined;
      return {
        found: `Of ${bytesText(total)} (total_system_memory) the source takes ${bytesText(taken)}; the sync may take ${bytesText(buffer)} for the buffer and ${bytesText(copied)} of copied pages, assumed as ${COPIED_PER_WRITTEN} bytes for each byte written, and no less than the last snapshot's ${bytesText(lastCopied)}. Other processes and a container's limit cannot be seen.`,
        remedy: [],
      };
    },
  }),
  check({
    id: 'source-cpu',
    title: 'The source has little processor time left.',
    required: `Less than ${BUSY_SHARE * 100} % of a core: the source copies its data beside its own work.`,
    because: PREPARE,
    needs: ['writes'],
    rule: ({ writes: { cpuShare, windowMs } }) =>
      cpuShare === undefined || cpuShare <= BUSY_SHARE
        ? undefined
        : {
            found: `It used ${Math.round(cpuShare * 100)} % of a core over ${(windowMs / 1000).toFixed(1)} s.`,
            remedy: [],
          },
  }),
  check({
    id: 'source-fork-slow',
    title: "The source's forks stop it for long, and a full sync begins with one.",
    required: `Forks of less than ${SLOW_FORK_MICROSECONDS / 1000} ms; transparent huge pages off; the start at a quiet hour.`,
    because: {
      text: 'Redis, latency: a fork stops the server while page tables are copied',
      url: 'https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency/',
    },
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }) => {
      const took = numberField(sourceInfo, 'latest_fork_usec', 'sourceInfo');
      return took < SLOW_FORK_MICROSECONDS
        ? undefined
        : {
            found: `The last fork took ${Math.round(took / 1000)} ms (latest_fork_usec).`,
            remedy: ['echo never | sudo tee /sys/kernel/mm/transparent_hugepage/enabled'],
          };
    },
  }),
  check({
    id: 'source-clients-full',
    title: 'The source has hardly a connection left.',
    required: `Less than ${FULL_SHARE * 100} % of maxclients: at the limit the target's node is turned away like anybody.`,
    because: measured('a source at maxclients answered the PING of its replica with an error'),
    needs: ['sourceInfo', 'sourceConfig'],
    rule: ({ sourceInfo, sourceConfig }, circumstances) => {
      const connected = numberField(sourceInfo, 'connected_clients', 'sourceInfo');
      const most = numberField(sourceConfig, 'maxclients', 'sourceConfig');
      return connected < FULL_SHARE * most
        ? undefined
        : {
            found: `${connected} clients of at most ${most} are connected.`,
            remedy: [onSource(circumstances, 'CONFIG SET maxclients', String(2 * most))],
          };
    },
  }),
] as const;
