import { randomUUID } from 'node:crypto';
import { AllowedGroups } from '../../functions/adapters/allowed-groups.ts';
import { ANY_NETWORK } from '../../functions/adapters/allowed-networks.ts';
import { makeAwaitCutover } from '../../functions/cutover/await-cutover.ts';
import { makeCloseMigration } from '../../functions/cutover/close-migration.ts';
import { makeConfirm } from '../../functions/cutover/confirm.ts';
import { confirmByNodes } from '../../functions/cutover/confirm-look.ts';
import { confirmByStatus } from '../../functions/cutover/confirm-look-api.ts';
import { makeCutOver, makeCutOverBy } from '../../functions/cutover/cut-over.ts';
import { makeIssueCertificate } from '../../functions/cutover/issue-certificate.ts';
import { makeLiftFence } from '../../functions/cutover/lift-fence.ts';
import { makeLiftRefused } from '../../functions/cutover/lift-refused.ts';
import { makeMakeSafe } from '../../functions/cutover/make-safe.ts';
import { makeSettleMigration } from '../../functions/cutover/settle-migration.ts';
import { stopByNodes } from '../../functions/cutover/stop-look.ts';
import { stopByEvents } from '../../functions/cutover/stop-look-api.ts';
import { makeStopReplication } from '../../functions/cutover/stop-replication.ts';
import type { StragglerLook } from '../../functions/cutover/stragglers.ts';
import { makeTryUnmeasured } from '../../functions/cutover/try-unmeasured.ts';
import { makeUnfence } from '../../functions/cutover/unfence.ts';
import { makeWatchPromotion } from '../../functions/cutover/watch-promotion.ts';
import { byNodes } from '../../functions/cutover/witness.ts';
import { byEvents } from '../../functions/cutover/witness-api.ts';
import { makeAcceptMigration } from '../../functions/migration/accept.ts';
import type { AskedAct } from '../../functions/migration/acts.ts';
import type { FenceRecord } from '../../functions/migration/fence.ts';
import type { Reach } from '../../functions/migration/guarantees.ts';
import type { KeyClaim, Workflow } from '../../functions/migration/ports.ts';
import type { MigrationRecord } from '../../functions/migration/record.ts';
import type { MigrationRequest } from '../../functions/migration/request.ts';
import { makeRequestAbort } from '../../functions/migration/request-abort.ts';
import { type CutoverAsking, makeRequestCutover } from '../../functions/migration/request-cutover.ts';
import { makeCloseDryRun } from '../../functions/preflight/close-dry-run.ts';
import type { Facts } from '../../functions/preflight/facts.ts';
import { makePreflight } from '../../functions/preflight/preflight.ts';
import { makeClaimReplicationGroup } from '../../functions/replication/claim-replication-group.ts';
import { byMetrics } from '../../functions/replication/metrics-sight.ts';
import { byInfo } from '../../functions/replication/sight.ts';
import { makeStartReplication } from '../../functions/replication/start-replication.ts';
import { makeTestReplication } from '../../functions/replication/test-replication.ts';
import { makeWatchReplication } from '../../functions/replication/watch-replication.ts';
import { makeVerifyData, type VerifyInput } from '../../functions/verification/verify-data.ts';
import { type BusEvent, makeEvent } from '../../local/eventbridge/event.ts';
import { TaskTimedOut } from '../../local/stepfunctions/errors.ts';
import { type ExecutionStatusChangeDetail, TaskError } from '../../local/stepfunctions/service.ts';
import { FakeCertificates } from '../cutover/support/certificates.ts';
import { FakeFences } from '../functions/support/fences.ts';
import { FakeLocks } from '../functions/support/locks.ts';
import { FakeMigrations } from '../functions/support/migrations.ts';
import { CALLER } from '../functions/support/records.ts';
import { FakeSamples } from '../functions/support/samples.ts';
import { FakeSessions } from '../functions/support/sessions.ts';
import { FakeCheckpoints, type Findings, noReader, steps } from '../functions/support/verification.ts';
import { historyOf, laboratory } from '../local/stepfunctions/support.ts';
import { definitionOf } from '../statemachine/support.ts';
import { scriptedFacts } from './facts.ts';
import { SOURCE, type TargetOptions, targetIn } from './target.ts';

export const MIGRATION_ID = 'test-3f9c2b7a5e1d';
const STACK = 'elasticache-migrator';
const machineArn = (name: string) => `arn:aws:states:us-west-2:000000000000:stateMachine:${STACK}-${name}`;

export interface Notification extends BusEvent {
  detail: { metadata: Record<string, string> & { id: string; time: string }; data: Record<string, unknown> };
}

export interface WorldOptions extends TargetOptions {
  /** Of the stack; default: full. */
  reach?: Reach;
  request?: Partial<MigrationRequest>;
  /** What the preflight finds; by default a pair against which nothing is to be said. */
  facts?: Facts;
  /** What each verification finds, one after the other, the last one again and again; by default no difference. */
  verifications?: Partial<Findings>[];
  /** Runs before a task or an announcement; what it throws is its fault. */
  before?: (name: string, payload: Record<string, unknown>) => void;
  /** Runs after an announcement; what it throws is an answer that was lost. */
  after?: (detailType: string) => void;
  /** Hears of every state that the migration's record is in. */
  onRecord?: (record: MigrationRecord) => void;
  /** Seconds between two looks at the link while a cutover is awaited. */
  lookAtLinkSeconds?: number;
  /** A client goes on writing to the old primary for so many seconds. */
  straggleSeconds?: number;
  /** 0 <= x < 1, for jitter */
  random?: () => number;
}

const settings = {
  pollMs: 1000,
  describeMs: 15_000,
  watchSeconds: 480,
  verifySeconds: 480,
  linkLostAfterSeconds: 15,
  eventGraceSeconds: 60,
  promotionBudgetSeconds: 1800,
  verdictSeconds: 600,
  waitSeconds: 45,
  actingTaskSeconds: 60,
  preparingMs: 5000,
  sealingMs: 5000,
  startGraceSeconds: 60,
  knownSeconds: 300,
  staleSeconds: 15,
  stragglerMs: 5000,
  rollbackMs: 30_000,
  copyBytesPerSecond: 40e6,
};

const wasAwaited = (call: () => unknown): boolean => {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof TaskTimedOut) return false;
    throw error;
  }
};

/** The service's own use cases and both state machines on a simulated clock, with a target that follows a script. */
export const openWorld = (options: WorldOptions = {}) => {
  const announced: Notification[] = [];
  const changes: ExecutionStatusChangeDetail[] = [];
  const { clock, service } = laboratory(
    {
      'arn:aws:states:::lambda:invoke': async (args) => {
        const { FunctionName, Payload } = args as { FunctionName: string; Payload: Record<string, unknown> };
        return { ExecutedVersion: '1', Payload: await invoke(FunctionName.replace(/FunctionArn$/, ''), Payload) };
      },
      'arn:aws:states:::events:putEvents': async (args, { executionArn, stateMachineArn }) => {
        const { Entries } = args as {
          Entries: [{ Source: string; DetailType: string; Detail: Notification['detail'] }];
        };
        const [{ Source: source, DetailType: detailType, Detail }] = Entries;
        options.before?.(detailType, { executionArn });
        // Written by the interpreter and read by its consumers as text.
        const detail = JSON.parse(JSON.stringify(Detail));
        const parts = { source, detailType, detail, resources: [stateMachineArn, executionArn] };
        announced.push(makeEvent(clock.now(), parts) as Notification);
        options.after?.(detailType);
        return { Entries: [{ EventId: 'e' }], FailedEntryCount: 0 };
      },
      'arn:aws:states:::states:startExecution': async (args) => {
        const { StateMachineArn, Name, Input } = args as { StateMachineArn: string; Name: string; Input: unknown };
        return service.startExecution({
          stateMachineArn: StateMachineArn,
          name: Name,
          input: JSON.stringify(Input),
        });
      },
    },
    {
      ...(options.random && { random: options.random }),
      onStatusChange: (detail) => {
        changes.push(detail);
        const ended = ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(detail.status);
        // The template's rule: settlement under the migration's own name, which its Catch may have taken.
        if (ended && detail.stateMachineArn === machineArn('migration')) clock.after(0, () => settle(detail.name));
      },
    },
  );
  for (const file of ['migration', 'settlement'] as const) {
    const values = {
      MigrationBusName: STACK,
      SettlementStateMachineArn: machineArn('settlement'),
      LookAtLinkSeconds: String(options.lookAtLinkSeconds ?? 480),
    };
    service.createStateMachine({ name: `${STACK}-${file}`, definition: definitionOf(file, values) });
  }
  const settle = (name: string, act?: AskedAct) => {
    const stateMachineArn = machineArn('settlement');
    const taken = service.listExecutions({ stateMachineArn }).executions.some((one) => one.name === name);
    const input = JSON.stringify({ migrationId: act ? MIGRATION_ID : name, ...(act && { act }) });
    if (!taken) service.startExecution({ stateMachineArn, name, input });
  };

  const isoNow = (afterMs = 0) => new Date(clock.now() + afterMs).toISOString();
  const ticking = {
    now: () => clock.now(),
    sleep: (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve)),
  };
  const migrations = new FakeMigrations({ iso: isoNow });
  const { records } = migrations;
  const keep = records.set.bind(records);
  records.set = (migrationId, record) => {
    options.onRecord?.(record);
    return keep(migrationId, record);
  };
  const locks = new FakeLocks();
  const { groups, probe, metrics } = targetIn(() => clock.now(), options);
  const fences = new FakeFences();
  const sessions = new FakeSessions(probe);
  sessions.keys = () => 120_000;
  const { open } = sessions;
  const newAttempt = () => randomUUID();
  const isApiOnly = options.reach === 'api-only';
  const witness = isApiOnly ? byEvents : byNodes(probe, ticking);
  const rule = { periodSeconds: 60, neededInSync: 3 };
  const sight = (sinceMs: number) =>
    isApiOnly ? byMetrics(metrics, ticking, rule, sinceMs) : byInfo(probe(), ticking);
  const lift = makeLiftFence(open, fences, locks, migrations, ticking, newAttempt);
  const certify = makeIssueCertificate(new FakeCertificates(), { sign: async () => undefined });
  const workflow: Pick<Workflow, 'start' | 'executionArn' | 'describe' | 'resume' | 'fail'> = {
    executionArn: (id) => `${machineArn('migration').replace('stateMachine', 'execution')}:${id}`,
    start: async (name, input) => {
      service.startExecution({ stateMachineArn: machineArn('migration'), name, input });
    },
    describe: async (executionArn) => {
      const { status, error, cause } = service.describeExecution({ executionArn });
      return { status, ...(error && { error }), ...(cause && { cause }) };
    },
    resume: async (taskToken, output) =>
      wasAwaited(() => service.sendTaskSuccess({ taskToken, output: JSON.stringify(output) })),
    fail: async (taskToken, error, cause) => wasAwaited(() => service.sendTaskFailure({ taskToken, error, cause })),
  };

  /** A client goes on writing to the old primary for so long. */
  const lookForStragglers = async (fence: FenceRecord, promotedMs: number): Promise<StragglerLook> => {
    const writesUntilMs = promotedMs + (options.straggleSeconds ?? 0) * 1000;
    const lastMs = Math.min(clock.now(), writesUntilMs);
    const nobody = { stragglers: [], writers: 0, readers: 0, quietSinceMs: lastMs };
    if (!options.straggleSeconds) return nobody;
    const [{ endpoint: node } = { endpoint: SOURCE }] = fence.nodes;
    const lastSeenAt = new Date(lastMs).toISOString();
    const writer = {
      kind: 'writes' as const,
      address: '10.0.7.7',
      node,
      user: 'app',
      command: 'set',
      count: 12,
      lastSeenAt,
    };
    return { ...nobody, stragglers: [writer], writers: 1 };
  };

  const checkpoints = new FakeCheckpoints();
  const samples = new FakeSamples();
  const { verifications = [{}] } = options;
  let verified = 0;
  /** Whatever is found takes ten steps of two seconds, so one invocation. */
  const findNext = () => {
    const findings = verifications[Math.min(verified++, verifications.length - 1)];
    return steps({ keys: 120_000, keysAStep: 12_000, ...findings });
  };
  const tasks: Record<string, (payload: never) => Promise<unknown>> = {
    ClaimReplicationGroup: makeClaimReplicationGroup(locks, fences, migrations, ticking),
    Preflight: makePreflight(async () => options.facts ?? scriptedFacts(), migrations, locks, ticking, settings),
    TestReplication: makeTestReplication(groups, locks, migrations, ticking, settings),
    StartReplication: makeStartReplication(groups, locks, migrations, ticking),
    WatchReplication: makeWatchReplication(groups, sight, migrations, samples, ticking, settings),
    MakeSafe: makeMakeSafe(
      migrations,
      locks,
      fences,
      lift,
      certify,
      makeStopReplication(
        groups,
        isApiOnly ? stopByEvents(groups) : stopByNodes(groups, probe, ticking),
        locks,
        migrations,
        ticking,
        settings,
      ),
    ),
    Confirm: makeConfirm(
      groups,
      isApiOnly ? confirmByStatus : confirmByNodes({ open }, ticking),
      locks,
      fences,
      migrations,
      ticking,
    ),
    Unfence: makeUnfence(migrations, fences, (input) => lift({ ...input, byOrder: true }), ticking),
    // The target's script has no commands to count.
    RollBack: async ({ migrationId }: { migrationId: string }) => {
      await migrations.note(migrationId, { rolledBackAt: isoNow() });
      return { outcome: 'rolledBack', why: 'Nothing was written to the target since its promotion.', at: isoNow() };
    },
    LiftFence: makeLiftRefused(groups, witness, locks, migrations, lift, ticking),
    VerifyData: (input: VerifyInput) =>
      makeVerifyData(groups, probe, noReader, findNext(), migrations, checkpoints, samples, ticking, settings)(input),
    AwaitCutover: makeAwaitCutover(migrations, workflow),
    CutOver: isApiOnly
      ? makeCutOverBy(
          { groups, locks, fences, migrations, clock: ticking },
          settings.actingTaskSeconds,
          makeTryUnmeasured({ groups, sight, locks, migrations, clock: ticking, newAttempt }),
        )
      : makeCutOver({ groups, probe, open, locks, fences, migrations, lift, clock: ticking, newAttempt }, settings),
    WatchPromotion: makeWatchPromotion(
      groups,
      witness,
      locks,
      fences,
      migrations,
      samples,
      certify,
      lookForStragglers,
      async () => ({ possible: true, why: 'Nothing was written to the target.', asOf: isoNow() }),
      ticking,
      settings,
    ),
    CloseMigration: makeCloseMigration(migrations, locks, async () => undefined, ticking, { actingTaskSeconds: 60 }),
    CloseDryRun: makeCloseDryRun(migrations, locks, ticking),
    SettleMigration: makeSettleMigration(migrations, locks, fences, workflow, ticking, { actingTaskSeconds: 60 }),
  };
  const invoke = async (name: string, payload: Record<string, unknown>) => {
    try {
      options.before?.(name, payload);
      // What is not JSON does not leave a Lambda function.
      return JSON.parse(JSON.stringify((await tasks[name]?.(payload as never)) ?? null));
    } catch (error) {
      if (error instanceof TaskError) throw error;
      const { name: errorType, message: errorMessage } = error as Error;
      throw new TaskError(errorType, JSON.stringify({ errorType, errorMessage, trace: [] }));
    }
  };

  // Answers a claim that stands already, so that the migration's id is the same in every run.
  const keyed = {
    claimKey: async (claim: KeyClaim) => ({ ...claim, migrationId: MIGRATION_ID }),
    create: (record: MigrationRecord) => migrations.create(record),
  };
  const accept = makeAcceptMigration(
    keyed,
    workflow,
    ANY_NETWORK,
    new AllowedGroups(['*']),
    options.reach,
    () => new Date(clock.now()),
  );
  return {
    clock,
    service,
    announced,
    changes,
    migrations,
    types: () => announced.map((event) => event['detail-type']),
    states: () =>
      ['migration', 'settlement'].flatMap((file) =>
        service
          .listExecutions({ stateMachineArn: machineArn(file) })
          .executions.flatMap(({ executionArn }) =>
            historyOf(service, executionArn).flatMap((event) => event.stateEnteredEventDetails?.name ?? []),
          ),
      ),
    executionArn: workflow.executionArn(MIGRATION_ID),
    begin: () =>
      accept({
        body: { replicationGroupId: 'test', customerNodeEndpointList: [SOURCE], ...options.request },
        caller: CALLER,
        idempotencyKey: 'the one',
        correlationId: 'deployment-2026-01-01',
      }),
    /** Asks for it, and starts the settlement machine for it. */
    requestAct: async (act: AskedAct, reason: string) => {
      const at = isoNow();
      const request = { at, reason, by: { by: 'http' as const, at }, requestId: 'r' };
      if (!(await migrations.requestAct(MIGRATION_ID, act, request))) throw new Error(`${act} is refused`);
      settle(`${MIGRATION_ID}-${act}`, act);
    },
    requestCutover: (asking: CutoverAsking = { reason: 'the change window is open' }) =>
      makeRequestCutover(migrations, workflow, () => new Date(clock.now()))(MIGRATION_ID, asking, CALLER),
    requestAbort: (reason = 'the wrong source') =>
      makeRequestAbort(migrations, locks, workflow, () => new Date(clock.now()))(MIGRATION_ID, reason, CALLER),
    /** Moves on until this detail type has been announced so many times. */
    until: (detailType: string, times = 1) =>
      clock.runUntil(() => announced.filter((event) => event['detail-type'] === detailType).length >= times),
  };
};

export type World = ReturnType<typeof openWorld>;
