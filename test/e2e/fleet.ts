import { readFile } from 'node:fs/promises';
import { type Announcement, eventually, type Lab, startLab, TERMINAL } from './lab.ts';

export interface FleetReport {
  migrations: number;
  completed: number;
  /** What each function's process and this one hold in their heaps together, at its highest. */
  heapBytes: number;
  nodeProcesses: number;
  redisBytes: number;
  redisProcesses: number;
  tookMs: number;
}

/** Sources that the fleet shares: each small, each replicating to many groups. */
const SOURCES = 10;
const KEYS = 200;
/** Ten wake-ups a second of 400 idle servers would take more of two cores than the migrations. */
export const CALM = { hz: '1' };

/** As slow as on AWS where it costs nothing to wait: two cores carry all of it. */
export const UNHURRIED = {
  PollMilliseconds: '1000',
  DescribeSeconds: '5',
  WatchSeconds: '120',
  ActingTaskSeconds: '300',
  EventGraceSeconds: '60',
};

/** To ask every process for its heap takes time from the migrations. */
export const WEIGH_MS = 500;

/** What each function's process and this one hold in their heaps together: at its highest, of all the times that it was looked. */
export const heapsOf = (lab: Lab) => {
  const heaps = { bytes: 0, processes: 0 };
  return {
    heaps,
    async weigh(): Promise<void> {
      const reports = await lab.aws.lambda.memory();
      const total = reports.reduce((sum, { heapUsedBytes }) => sum + heapUsedBytes, process.memoryUsage().heapUsed);
      heaps.bytes = Math.max(heaps.bytes, total);
      heaps.processes = Math.max(heaps.processes, reports.length + 1);
    },
  };
};

/** The terminal event of each migration, by its id: it may be announced twice. */
export const endsOf = (lab: Lab): Map<string, Announcement> =>
  new Map(lab.announced.filter(({ detailType }) => TERMINAL.includes(detailType)).map((one) => [one.migrationId, one]));

/** Runs so many migrations at once, each into a replication group of its own, and counts what ends and what it holds. */
export const runFleet = async (migrations: number): Promise<FleetReport> => {
  const lab = await startLab({ parameters: UNHURRIED });
  try {
    const sources = await Promise.all(Array.from({ length: SOURCES }, () => lab.source(KEYS, CALM)));
    const groups = Array.from({ length: migrations }, (_, index) => `fleet-${index}`);
    await Promise.all(groups.map((group) => lab.group(group, {}, 1, CALM)));

    const startMs = performance.now();
    const { heaps, weigh } = heapsOf(lab);
    // Not compared: 200 verifications at once would be about the two cores and not about the service.
    const more = {
      cutover: { mode: 'automatic', fence: 'none', drainBudgetMs: 60_000 },
      verification: { mode: 'none' },
    };
    const ids = await Promise.all(
      groups.map((group, index) => lab.start(group, sources[index % SOURCES]?.port ?? 0, more)),
    );
    const ends = await eventually(async () => {
      await weigh();
      const found = endsOf(lab);
      return found.size >= migrations && found;
    }, WEIGH_MS);
    const tookMs = performance.now() - startMs;
    const pids = [...sources, ...lab.aws.elastiCache.groups().flatMap((group) => group.nodes())].map(({ pid }) => pid);
    const redisBytes = (await Promise.all(pids.map(residentBytes))).reduce((sum, bytes) => sum + bytes, 0);
    return {
      migrations,
      completed: ids.filter((id) => ends.get(id)?.detailType === 'MigrationCompleted').length,
      heapBytes: heaps.bytes,
      nodeProcesses: heaps.processes,
      redisBytes,
      redisProcesses: pids.length,
      tookMs,
    };
  } finally {
    await lab.end();
  }
};

/** Linux tells it; elsewhere it is left out of the sum. */
const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
};
