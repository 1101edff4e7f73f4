import { readFile } from 'node:fs/promises';
import { eventually, type Lab, startLab, TERMINAL } from './lab.ts';

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
const CALM = { hz: '1' };

/** To ask every process for its heap takes time from the migrations. */
const WEIGH_MS = 500;

/** Runs so many migrations at once, each into a replication group of its own, and counts what ends and what it holds. */
export const runFleet = async (migrations: number): Promise<FleetReport> => {
  const lab = await startLab({
    // As slow as on AWS where it costs nothing to wait: two cores carry all of it.
    parameters: {
      PollMilliseconds: '1000',
      DescribeSeconds: '5',
      WatchSeconds: '120',
      ActingTaskSeconds: '300',
      EventGraceSeconds: '60',
    },
  });
  try {
    const sources = await Promise.all(Array.from({ length: SOURCES }, () => lab.source(KEYS, CALM)));
    const groups = Array.from({ length: migrations }, (_, index) => `fleet-${index}`);
    await Promise.all(groups.map((group) => lab.group(group, {}, 1, CALM)));

    const startMs = performance.now();
    let heapBytes = 0;
    let nodeProcesses = 0;
    const weigh = async () => {
      const reports = await lab.aws.lambda.memory();
      const total = reports.reduce((sum, { heapUsedBytes }) => sum + heapUsedBytes, process.memoryUsage().heapUsed);
      heapBytes = Math.max(heapBytes, total);
      nodeProcesses = Math.max(nodeProcesses, reports.length + 1);
    };
    // Not compared: 200 verifications at once would be about the two cores and not about the service.
    const more = {
      cutover: { mode: 'automatic', fence: 'none', drainBudgetMs: 60_000 },
      verification: { mode: 'none' },
    };
    const ids = await Promise.all(
      groups.map((group, index) => lab.start(group, sources[index % SOURCES]?.port ?? 0, more)),
    );
    const ends = (await eventually(async () => {
      await weigh();
      const found = lab.announced.filter(({ detailType }) => TERMINAL.includes(detailType));
      return found.length >= migrations && found;
    }, WEIGH_MS)) as Lab['announced'];
    const tookMs = performance.now() - startMs;
    const pids = [...sources, ...lab.aws.elastiCache.groups().flatMap((group) => group.nodes())].map(({ pid }) => pid);
    const redisBytes = (await Promise.all(pids.map(residentBytes))).reduce((sum, bytes) => sum + bytes, 0);
    const completed = new Set(
      ends.filter(({ detailType }) => detailType === 'MigrationCompleted').map((end) => end.migrationId),
    );
    return {
      migrations,
      completed: ids.filter((id) => completed.has(id)).length,
      heapBytes,
      nodeProcesses,
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
