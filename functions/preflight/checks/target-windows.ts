import type { Info } from '../../replication/info.ts';
import { check, modifyGroup, page } from '../check.ts';
import { copySeconds } from '../copy-time.ts';
import type { Circumstances } from '../facts.ts';
import { shown } from '../text.ts';
import { UnreadableFieldError } from '../unreadable.ts';
import { clockText, dailyWindow, nextOpening, quietHour, type Window, weeklyWindow } from '../windows.ts';

const HOUR_MS = 3_600_000;
/** A sync takes longer than it was expected to; and nobody cuts over the moment it is done. */
const COPY_TIMES = 2;

/** Whether AWS is going to work on the nodes while the migration runs. */
export const TARGET_WINDOWS_CHECKS = [
  check({
    id: 'target-snapshot-window',
    title: 'The daily snapshot of the replication group falls into the migration.',
    required: 'A snapshot window that opens after the migration.',
    because: page('AWS, backups-automatic', 'backups-automatic.html'),
    needs: ['group', 'sourceInfo'],
    rule: ({ group, sourceInfo }, circumstances) => {
      if (group.snapshotRetentionLimit === 0) return undefined;
      const text = group.snapshotWindow ?? '';
      const window = dailyWindow(text);
      const remedy = [modifyGroup(circumstances, `--snapshot-window ${quietHour('day', circumstances.nowMs)}`)];
      if (window === undefined)
        return {
          found: `SnapshotWindow is ${JSON.stringify(shown(text))}: nobody can tell when it is.`,
          remedy,
        };
      const when = whenOpen(window, sourceInfo, circumstances);
      return when === undefined
        ? undefined
        : {
            found: `SnapshotWindow is ${text}, UTC: ${when}. Snapshots are kept, so one is taken every day.`,
            remedy,
          };
    },
  }),
  check({
    id: 'target-maintenance-window',
    title: 'The maintenance window of the replication group falls into the migration.',
    required: 'A maintenance window that opens after the migration: AWS may replace nodes in it.',
    because: page('AWS, maintenance-window', 'maintenance-window.html'),
    needs: ['clusters', 'sourceInfo'],
    rule: ({ clusters, sourceInfo }, circumstances) => {
      const open = clusters.flatMap(({ cacheClusterId, maintenanceWindow = '' }) => {
        const window = weeklyWindow(maintenanceWindow);
        if (window === undefined)
          throw new UnreadableFieldError(
            'clusters',
            `PreferredMaintenanceWindow of ${cacheClusterId} is ${JSON.stringify(shown(maintenanceWindow))}`,
          );
        const when = whenOpen(window, sourceInfo, circumstances);
        return when === undefined ? [] : [`${maintenanceWindow}, UTC, of ${cacheClusterId}: ${when}`];
      });
      const [first] = open;
      return first === undefined
        ? undefined
        : {
            found: `PreferredMaintenanceWindow is ${first}${open.length > 1 ? `; ${open.length} clusters in all` : ''}.`,
            remedy: [
              modifyGroup(circumstances, `--preferred-maintenance-window ${quietHour('week', circumstances.nowMs)}`),
            ],
          };
    },
  }),
];

/** @throws {UnreadableFieldError} nobody can tell how long the copy takes */
const whenOpen = (window: Window, sourceInfo: Info, circumstances: Circumstances): string | undefined => {
  const { nowMs } = circumstances;
  const horizonMs = Math.max(HOUR_MS, COPY_TIMES * copySeconds(sourceInfo, circumstances) * 1000);
  const { isOpen, opensAtMs, closesAtMs } = nextOpening(window, nowMs);
  if (isOpen) return `it is open until ${clockText(closesAtMs)}`;
  if (opensAtMs - nowMs > horizonMs) return undefined;
  return `it opens at ${clockText(opensAtMs)}, ${Math.ceil((opensAtMs - nowMs) / 60_000)} minutes from now`;
};
