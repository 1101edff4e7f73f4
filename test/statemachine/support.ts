import { readFileSync } from 'node:fs';
import { TaskTimedOut } from '../../local/stepfunctions/errors.ts';
import { type Integration, TaskError } from '../../local/stepfunctions/service.ts';
import { type MachineRun, type RunOptions, runMachine } from '../local/stepfunctions/support.ts';

const STAND_INS: Record<string, string> = { Partition: 'aws' };

/** The definition as it is deployed, each other `${Name}` replaced by its own name. */
export const definitionOf = (file: 'migration' | 'settlement', values: Record<string, string> = {}): string =>
  readFileSync(new URL(`../../statemachine/${file}.asl.json`, import.meta.url), 'utf8').replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => values[name] ?? STAND_INS[name] ?? (name.endsWith('Seconds') ? '480' : name),
  );

export interface Announced {
  detailType: string;
  id: string;
  data: Record<string, unknown>;
}

export type FakeTask = (payload: Record<string, unknown>, call: { count: number; nowMs: number }) => unknown;

export const failing = (error: string, cause: unknown = { errorType: error, errorMessage: 'because' }) => {
  throw new TaskError(error, typeof cause === 'string' ? cause : JSON.stringify(cause));
};

/** Waits in simulated time before the task answers. */
export class Later {
  readonly ms: number;
  readonly answer: unknown;
  constructor(ms: number, answer: unknown) {
    this.ms = ms;
    this.answer = answer;
  }
}

export interface WorkflowRun extends MachineRun {
  announced: Announced[];
  settlements: unknown[];
}

export const INPUT = {
  migrationId: 'test-0123456789ab',
  correlationId: 'corr-1',
  replicationGroupId: 'test',
  source: { address: '10.0.0.5', port: 6379 },
  cutover: { mode: 'manual' },
  verification: { mode: 'full', maxKeysPerSecond: 50_000, freshForMinutes: 60 } as Record<string, unknown>,
  dryRun: false,
  waivers: [] as string[],
};

export const memory = { copy: {}, hasFollowed: true, lost: false, decile: 0, announced: 0, announcedAtMs: 0 };
const watched = (outcome: string, more: object = {}) => ({
  outcome,
  phase: outcome,
  why: `it is ${outcome}`,
  progress: { asOf: '2026-01-01T00:00:00.000Z' },
  memory,
  ...more,
});
export const inSync = watched('inSync');
export const turn = watched('turn');
export const linkLost = watched('linkLost');
export const progressed = (decile: number) => watched('progressed', { memory: { ...memory, decile } });

export const bufferThreatened = (bufferWarnings: number) =>
  watched('bufferThreatened', {
    buffer: {
      bytes: 2e8,
      limitBytes: 2.68e8,
      secondsToLimit: 9,
      fullSyncs: 1,
      remedy: ['CONFIG SET …'],
      why: 'it grows',
    },
    memory: { ...memory, bufferWarnings },
  });

export const passed = {
  verdict: 'passed',
  why: '80 checks found nothing that blocks.',
  checkedAt: '2026-01-01T00:00:00.000Z',
  checks: 80,
  findings: [] as unknown[],
  waivers: [] as string[],
  figures: {},
  forecast: { verdict: 'pass', why: 'the buffer stays small', remedy: [] },
};
export const blocked = {
  ...passed,
  verdict: 'failed',
  why: 'Blocked by source-bind.',
  findings: [{ id: 'source-bind', severity: 'blocking', remedy: ['CONFIG SET bind 10.0.0.5'] }],
};

/** What a verification has found, in the terms of the machine; its time is the test's. */
export const report = (verdict: string, verifiedAtMs: number, more: object = {}) => ({
  verdict,
  why: `it is ${verdict}`,
  mode: 'full',
  startedAt: new Date(verifiedAtMs).toISOString(),
  verifiedAt: new Date(verifiedAtMs).toISOString(),
  differences: [] as unknown[],
  untold: [],
  notes: [],
  ...more,
});
export const verified = (nowMs: number) => ({
  outcome: 'verified',
  checkpoint: null,
  report: report('same', nowMs),
});
export const unlike = (nowMs: number, verdict = 'different') => ({
  outcome: 'failed',
  checkpoint: null,
  report: report(verdict, nowMs, { differences: [{ database: 0, key: 'k', kind: 'missing' }] }),
});
export const stopped = (outcome: 'turn' | 'linkLost', steps: number) => ({
  outcome,
  checkpoint: { version: 1, steps },
  report: null,
});

const SENT_AT = '2026-01-01T00:10:00.000Z';
const shard = { nodeGroupId: '0001', primary: { address: '10.0.1.1', port: 6379 }, replicationId: 'r2' };
export const promoted = {
  outcome: 'promoted',
  promotedAt: SENT_AT,
  evidence: 'the role is master',
  shards: [shard],
  positions: [{ nodeGroupId: '0001', replicationId: 'r1', sourceOffset: 7, targetOffset: 7 }],
  certificate: { hash: 'h' },
};
export const refused = {
  outcome: 'refused',
  reason: 'data is not in sync',
  eventsSinceMs: 7,
  intent: { at: SENT_AT, sends: 1 },
};
export const inDoubt = { outcome: 'inDoubt', evidence: '0 of 1 primaries', waitingFor: 'evidence' };
export const closed = { outcome: 'closed', closedAt: SENT_AT, evidence: 'the replicas follow', replicasFollow: true };

/** Tasks of a migration in which everything goes well at once. */
const GOOD: Record<string, FakeTask> = {
  ClaimReplicationGroup: () => ({ epoch: 1 }),
  Rest: () => ({}),
  Preflight: () => passed,
  TestReplication: () => ({ verdict: 'passed', detail: 'fine' }),
  StartReplication: () => ({ startedAt: '2026-01-01T00:00:00.000Z', eventsSinceMs: 1 }),
  WatchReplication: () => inSync,
  VerifyData: (_, { nowMs }) => verified(nowMs),
  AwaitCutover: () => ({}),
  CutOver: () => ({ outcome: 'sent', sentAt: SENT_AT, eventsSinceMs: 2, positions: [] }),
  LiftFence: () => ({ outcome: 'lifted' }),
  CloseDryRun: ({ failure }) => ({
    verdict: failure ? 'wouldFail' : 'wouldStart',
    why: failure ? (failure as { cause: string }).cause : 'nothing blocks',
    actions: [
      { by: 'service', on: 'replication group test', call: 'elasticache:TestMigration', effect: 'it is tested' },
    ],
    stoppedAt: SENT_AT,
  }),
  WatchPromotion: ({ stage }) => (stage === 'promotion' ? promoted : closed),
  CloseMigration: () => ({}),
};

export interface WorkflowOptions extends RunOptions {
  tasks?: Record<string, FakeTask>;
  startExecution?: Integration;
  putEvents?: (announced: Announced) => void;
  /** Once the cutover is awaited, request it; by default at once. */
  requestAfterMs?: number;
  /** What comes with the requests, one after the other; the last one again and again. */
  requests?: object[];
}

/** Runs the real definition with fake tasks on a simulated clock. */
export const runWorkflow = async (
  file: 'migration' | 'settlement',
  options: WorkflowOptions = {},
): Promise<WorkflowRun> => {
  const { tasks = {}, startExecution, putEvents, requestAfterMs = 0, requests = [{}], ...run } = options;
  let requested = 0;
  const announced: Announced[] = [];
  const settlements: unknown[] = [];
  const counts = new Map<string, number>();
  let sendSuccess: ((taskToken: string) => void) | undefined;
  let requestDueMs: number | undefined;

  const integrations: Record<string, Integration> = {
    'arn:aws:states:::lambda:invoke': async (args, { clock }) => {
      const { FunctionName, Payload } = args as { FunctionName: string; Payload: Record<string, unknown> };
      const name = FunctionName.replace(/FunctionArn$/, '');
      const task = tasks[name] ?? GOOD[name];
      if (!task) throw new TaskError('Lambda.ResourceNotFoundException', name);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const answer = task(Payload, { count, nowMs: clock.now() });
      if (name === 'AwaitCutover') {
        requestDueMs ??= clock.now() + requestAfterMs;
        clock.after(Math.max(0, requestDueMs - clock.now()), () => sendSuccess?.(String(Payload.taskToken)));
      }
      if (!(answer instanceof Later)) return { ExecutedVersion: '1', Payload: answer, StatusCode: 200 };
      return await new Promise((resolve) => {
        clock.after(answer.ms, () => resolve({ ExecutedVersion: '1', Payload: answer.answer, StatusCode: 200 }));
      });
    },
    'arn:aws:states:::events:putEvents': async (args) => {
      const { Entries } = args as {
        Entries: { DetailType: string; Detail: { metadata: { id: string }; data: object } }[];
      };
      for (const { DetailType, Detail } of Entries) {
        const one = { detailType: DetailType, id: Detail.metadata.id, data: Detail.data as Record<string, unknown> };
        putEvents?.(one);
        announced.push(one);
      }
      return { Entries: Entries.map(() => ({ EventId: 'e' })), FailedEntryCount: 0 };
    },
    'arn:aws:states:::states:startExecution': async (args, call) => {
      settlements.push(args);
      return (await startExecution?.(args, call)) ?? { ExecutionArn: 'settlement', StartDate: '2026-01-01T00:00:00Z' };
    },
  };
  const result = await runMachine(definitionOf(file), integrations, {
    input: INPUT,
    name: INPUT.migrationId,
    ...run,
    meanwhile: async (laboratory, executionArn) => {
      sendSuccess = (taskToken) => {
        // A token of an earlier wait is dead: the next wait has its own.
        try {
          const request = requests[Math.min(requested, requests.length - 1)];
          const output = { requestedAt: `request ${requested + 1}`, ...request };
          laboratory.service.sendTaskSuccess({ taskToken, output: JSON.stringify(output) });
          requested++;
        } catch (error) {
          if (!(error instanceof TaskTimedOut)) throw error;
        }
      };
      await run.meanwhile?.(laboratory, executionArn);
    },
  });
  return { ...result, announced, settlements };
};
