import { writeFileSync } from 'node:fs';
import type { Call } from '../local/endpoint/endpoint.ts';
import { type Lab, startLab } from '../test/e2e/lab.ts';
import { type FunctionCalls, type MachineRun, PROFILE_PATH, type Profile, type RecordedRun } from './profile.ts';

/** Long enough that each task looks several times, and that what it does at each look can be told from what it does once. */
const SETTINGS = {
  PollMilliseconds: 1000,
  DescribeSeconds: 4,
  WatchSeconds: 10,
  VerifySeconds: 10,
  LookAtLinkSeconds: 6,
  LinkLostAfterSeconds: 5,
  EventGraceSeconds: 5,
  ActingTaskSeconds: 10,
  WriteSampleMilliseconds: 1000,
  StartsPerMinute: 12,
};

/** How long the embedded ElastiCache takes. A minute's tests and promotions would add looks, and nothing else. */
const DELAYS = { testDelayMs: 9000, startDelayMs: 2000, promotionDelayMs: 6000, completeDelayMs: 3000 };
/** The source waits so long before it begins the full sync, while the watch goes on. */
const SYNC_DELAY_SECONDS = 14;
const KEYS = 1500;
const KEYS_PER_SECOND = 100;

interface Noted {
  atMs: number;
  functionName: string;
  action: string;
}

interface HistoryEvent {
  id: number;
  type: string;
  timestamp: string | number | Date;
  previousEventId?: number;
  stateEnteredEventDetails?: { name: string };
  taskScheduledEventDetails?: { resource: string; resourceType: string; parameters: string };
}

/** All events of an execution, oldest first. */
const historyOf = (lab: Lab, executionArn: string): HistoryEvent[] =>
  (
    lab.aws.stepFunctions.getExecutionHistory({ executionArn, maxResults: 1000 }) as unknown as {
      events: HistoryEvent[];
    }
  ).events;

/** A transition is a state that is entered, and each retry of a task. */
const measureMachine = (histories: HistoryEvent[][]): MachineRun => {
  const events = histories.flat();
  const entered = events.filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails);
  const scheduled = events.filter(({ type }) => type === 'TaskScheduled');
  const tasks = entered.filter(({ type }) => type === 'TaskStateEntered');
  return {
    transitions: entered.length + (scheduled.length - tasks.length),
    historyEvents: events.length,
    announcements: scheduled.filter(({ taskScheduledEventDetails: d }) => d?.resource === 'putEvents').length,
    states: entered.map(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? ''),
  };
};

/** Invocations that the state machines made: from the history, each with what it took. */
const invocationsIn = (histories: HistoryEvent[][]): { name: string; ms: number }[] =>
  histories.flatMap((events) =>
    events
      .filter(({ taskScheduledEventDetails: d }) => d?.resourceType === 'lambda')
      .map((scheduled) => {
        const { FunctionName } = JSON.parse(scheduled.taskScheduledEventDetails?.parameters ?? '{}');
        const later = events.filter(({ id }) => id > scheduled.id);
        const end = later.find(({ type }) => /^Task(Submitted|Succeeded|Failed|TimedOut)$/.test(type));
        const ms = end ? Number(new Date(end.timestamp)) - Number(new Date(scheduled.timestamp)) : 0;
        return { name: /function:([\w-]+)/.exec(String(FunctionName))?.[1] ?? String(FunctionName), ms };
      }),
  );

/** Bytes of the record as DynamoDB counts them, about: names and values in UTF-8. */
const recordBytes = async (lab: Lab, migrationId: string): Promise<number> => {
  const { body } = await lab.aws.dynamo.call('GetItem', {
    TableName: lab.aws.resources.MigrationTable,
    Key: { pk: { S: `MIGRATION#${migrationId}` } },
  });
  const plain = JSON.stringify((body as { Item: unknown }).Item).replaceAll(/\{"[SNMLB]":|"BOOL":/g, '');
  return Buffer.byteLength(plain);
};

const summarize = (
  calls: readonly Noted[],
  invocations: readonly { name: string; ms: number }[],
  logicalIds: Map<string, string>,
): Record<string, FunctionCalls> => {
  const functions: Record<string, FunctionCalls> = {};
  const of = (name: string): FunctionCalls => {
    const id = logicalIds.get(name) ?? name;
    functions[id] ??= { invocations: 0, seconds: 0, calls: {} };
    return functions[id];
  };
  for (const { name, ms } of invocations) {
    const one = of(name);
    one.invocations++;
    one.seconds = Math.round((one.seconds + ms / 1000) * 10) / 10;
  }
  for (const { functionName, action } of calls) {
    const one = of(functionName);
    one.calls[action] = (one.calls[action] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(functions).sort(([a], [b]) => a.localeCompare(b)));
};

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs one migration to its end and one that is aborted on the embedded AWS, and writes down each call that they make. */
export const recordProfile = async (): Promise<Profile> => {
  let calls: Noted[] = [];
  let invocations: { name: string; ms: number }[] = [];
  const faults = ({ service, operation, caller }: Call) => {
    if (caller && caller !== 'embedded') {
      calls.push({ atMs: Date.now(), functionName: caller, action: `${service}:${operation}` });
    }
    return 'none' as const;
  };
  const lab = await startLab({
    parameters: Object.fromEntries(Object.entries(SETTINGS).map(([name, value]) => [name, String(value)])),
    elastiCache: { settings: DELAYS },
    faults,
  });
  const logicalIds = new Map(Object.entries(lab.aws.resources).map(([id, name]) => [name, id]));
  const asked = async (functionId: string, call: () => Promise<unknown>) => {
    const startMs = Date.now();
    await call();
    invocations.push({ name: lab.aws.resources[functionId] ?? functionId, ms: Date.now() - startMs });
  };
  const settlementsOf = (migrationId: string) =>
    (
      lab.aws.stepFunctions.listExecutions({
        stateMachineArn: lab.aws.resources.SettlementStateMachine ?? '',
      }) as unknown as { executions: { name: string; executionArn: string }[] }
    ).executions
      .filter(({ name }) => name.startsWith(migrationId))
      .map(({ executionArn }) => executionArn);

  const run = async (
    act: (note: (phase: string, id: string) => Promise<void>) => Promise<string>,
  ): Promise<RecordedRun> => {
    calls = [];
    invocations = [];
    const bytes: Record<string, number> = {};
    const startMs = Date.now();
    const migrationId = await act(async (phase, id) => {
      bytes[phase] = await recordBytes(lab, id);
    });
    bytes.ended = await recordBytes(lab, migrationId);
    const { executionArn } = (await lab.view(migrationId)) as unknown as { executionArn: string };
    const migration = historyOf(lab, executionArn);
    const settlements = settlementsOf(migrationId).map((arn) => historyOf(lab, arn));
    return {
      seconds: Math.round((Date.now() - startMs) / 1000),
      recordBytes: bytes,
      migration: measureMachine([migration]),
      settlement: measureMachine(settlements),
      functions: summarize(calls, [...invocations, ...invocationsIn([migration, ...settlements])], logicalIds),
    };
  };

  try {
    const source = await lab.source(KEYS, { 'repl-diskless-sync-delay': String(SYNC_DELAY_SECONDS) });
    await lab.group('recorded', {}, 2);
    await lab.group('aborted', {}, 2);
    const more = { cutover: { quietSeconds: 8 }, verification: { mode: 'full', maxKeysPerSecond: KEYS_PER_SECOND } };
    const completed = await run(async (note) => {
      let id = '';
      await asked('StartMigrationFunction', async () => {
        id = await lab.start('recorded', source.port, more);
      });
      await lab.announcement(id, 'MigrationStarted');
      await sleep(6000);
      await note('syncing', id);
      await lab.awaiting(id);
      await note('awaitingCutover', id);
      // Two looks at the link.
      await sleep(2.5 * SETTINGS.LookAtLinkSeconds * 1000);
      await asked('RequestCutoverFunction', () =>
        lab.request('POST', `/migrations/${id}/cutover`, { reason: 'recorded' }),
      );
      await lab.announcement(id, 'MigrationCompleted');
      await sleep(2000);
      return id;
    });
    const aborted = await run(async (note) => {
      let id = '';
      await asked('StartMigrationFunction', async () => {
        id = await lab.start('aborted', source.port, more);
      });
      await lab.announcement(id, 'MigrationStarted');
      await sleep(5000);
      await note('syncing', id);
      await asked('RequestAbortFunction', () => lab.request('POST', `/migrations/${id}/abort`, { reason: 'recorded' }));
      await lab.announcement(id, 'MigrationAborted');
      await sleep(3000);
      return id;
    });
    return { settings: SETTINGS, completed, aborted };
  } finally {
    await lab.end();
  }
};

/** Writes the profile anew. */
export const writeProfile = async (): Promise<void> => {
  const profile = await recordProfile();
  writeFileSync(PROFILE_PATH, `${JSON.stringify(profile, undefined, 2)}\n`);
};
