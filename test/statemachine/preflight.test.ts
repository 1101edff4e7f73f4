import { describe, expect, it } from 'vitest';
import { blocked, bufferThreatened, failing, INPUT, inSync, memory, passed, runWorkflow } from './support.ts';

type Run = Awaited<ReturnType<typeof runWorkflow>>;
const types = (run: Run) => run.announced.map(({ detailType }) => detailType);
const dataOf = (run: Run, detailType: string) => run.announced.find((one) => one.detailType === detailType)?.data;
const handedOver = (run: Run) =>
  (run.settlements as { Input: { failure: unknown } }[]).map(({ Input }) => Input.failure);
const dry = { ...INPUT, dryRun: true };

const finding = (id: string) => ({ id, severity: 'blocking', remedy: [`mend ${id}`], waived: true });

describe('a preflight', () => {
  it('is told the waivers, and leads on with the findings that were waived when it has passed', async () => {
    let told: unknown;
    const run = await runWorkflow('migration', {
      input: { ...INPUT, waivers: ['source-bind'] },
      tasks: {
        Preflight: (payload) => {
          told = payload;
          return { ...passed, findings: [finding('source-bind')], waivers: ['source-bind'] };
        },
      },
    });

    expect(run.status).toBe('SUCCEEDED');
    const { migrationId, replicationGroupId, source } = INPUT;
    expect(told).toEqual({ migrationId, replicationGroupId, source, waivers: ['source-bind'], hasTurn: false });
    expect(dataOf(run, 'MigrationPreflightPassed')).toEqual({
      replicationGroupId,
      source,
      status: 'checking',
      statusReason: passed.why,
      dryRun: false,
      checks: 80,
      findings: [finding('source-bind')],
      waivers: ['source-bind'],
      forecast: passed.forecast,
      figures: {},
    });
  });

  it('ends the migration before TestMigration when something blocks, with the ids of what does', async () => {
    const run = await runWorkflow('migration', { tasks: { Preflight: () => blocked } });

    expect([run.status, run.error, run.cause]).toEqual(['FAILED', 'PreflightFailed', blocked.why]);
    expect(run.path.slice(2)).toEqual([
      'Preflight',
      'RoutePreflight',
      'AnnouncePreflightFailed',
      'RouteStart',
      'StartSettlement',
      'Failed',
    ]);
    expect(dataOf(run, 'MigrationPreflightFailed')).toMatchObject({
      status: 'checking',
      statusReason: blocked.why,
      findings: blocked.findings,
    });
    expect(handedOver(run)).toEqual([{ error: 'PreflightFailed', cause: blocked.why }]);
  });

  it('that answers anything else than that it has passed starts nothing', async () => {
    const run = await runWorkflow('migration', { tasks: { Preflight: () => ({ ...passed, verdict: 'perhaps' }) } });

    expect(run.path).not.toContain('TestReplication');
    expect(run.error).toBe('PreflightFailed');
  });

  it('with the findings of every check stays far below what a state and an event take', async () => {
    const findings = Array.from({ length: 90 }, (_, index) => ({
      ...finding(`check-${index}`),
      found: 'x'.repeat(1200),
    }));
    const run = await runWorkflow('migration', { tasks: { Preflight: () => ({ ...passed, findings }) } });

    expect(run.status).toBe('SUCCEEDED');
    expect(dataOf(run, 'MigrationPreflightPassed')?.findings).toHaveLength(90);
  });

  it('is made for an execution whose input is older than dry runs and waivers', async () => {
    const { dryRun: _, waivers: __, ...older } = INPUT;
    const run = await runWorkflow('migration', {
      input: older,
      tasks: { Preflight: ({ waivers }) => ({ ...passed, waivers }) },
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(dataOf(run, 'MigrationAccepted')).toMatchObject({ dryRun: false, waivers: [] });
    expect(dataOf(run, 'MigrationPreflightPassed')).toMatchObject({ dryRun: false, waivers: [] });
  });
});

describe('a dry run', () => {
  it('ends after TestMigration, with what a real run would do', async () => {
    const run = await runWorkflow('migration', { input: dry });

    expect(run.status).toBe('SUCCEEDED');
    expect(run.path.slice(2)).toEqual([
      'Preflight',
      'RoutePreflight',
      'AnnouncePreflightPassed',
      'TestReplication',
      'RouteStart',
      'CloseDryRun',
      'AnnounceDryRunCompleted',
      'DryRunCompleted',
    ]);
    expect(dataOf(run, 'MigrationAccepted')).toMatchObject({
      dryRun: true,
      statusReason: expect.stringContaining('dry run'),
    });
    expect(run.announced.at(-1)).toEqual({
      detailType: 'MigrationDryRunCompleted',
      id: 'test-0123456789ab:terminal',
      data: {
        replicationGroupId: 'test',
        source: INPUT.source,
        status: 'dryRunCompleted',
        statusReason: 'nothing blocks',
        verdict: 'wouldStart',
        actions: [expect.objectContaining({ call: 'elasticache:TestMigration' })],
        stoppedAt: expect.any(String),
      },
    });
  });

  it('of what the preflight blocks completes too, and says that a real run would fail', async () => {
    const run = await runWorkflow('migration', { input: dry, tasks: { Preflight: () => blocked } });

    expect([run.status, types(run)]).toEqual([
      'SUCCEEDED',
      ['MigrationAccepted', 'MigrationPreflightFailed', 'MigrationDryRunCompleted'],
    ]);
    expect(dataOf(run, 'MigrationDryRunCompleted')).toMatchObject({ verdict: 'wouldFail', statusReason: blocked.why });
    expect(run.settlements).toEqual([]);
  });

  it.each([
    'ReplicationTestFailedError',
    'TargetRefusedError',
    'TargetNotAvailableError',
    'TargetAlreadyMigratingError',
    'TargetNotFoundError',
    'ClusterModeNotSupportedError',
  ])('whose TestMigration answers with %s says that a real run would fail', async (error) => {
    const run = await runWorkflow('migration', { input: dry, tasks: { TestReplication: () => failing(error) } });

    expect(run.status).toBe('SUCCEEDED');
    expect(dataOf(run, 'MigrationDryRunCompleted')).toMatchObject({ verdict: 'wouldFail', statusReason: 'because' });
  });

  it.each(['Preflight', 'TestReplication', 'CloseDryRun'])('that cannot come through %s has failed', async (task) => {
    const run = await runWorkflow('migration', {
      input: dry,
      tasks: { [task]: () => failing('TransientServiceError') },
    });

    expect([run.status, run.error]).toEqual(['FAILED', 'TransientServiceError']);
    expect(types(run)).not.toContain('MigrationDryRunCompleted');
  });

  it('hands over an announcement that the bus does not take', async () => {
    const run = await runWorkflow('migration', {
      input: dry,
      putEvents: ({ detailType }) => {
        if (detailType === 'MigrationDryRunCompleted') failing('EventBridge.FailedEntry');
      },
    });

    expect(run.path.slice(-3)).toEqual(['AnnounceDryRunCompleted', 'StartSettlement', 'Failed']);
  });
});

describe('a buffer that nears its limit', () => {
  it('is announced each time under an id of its own, with what would help, and watched on', async () => {
    const run = await runWorkflow('migration', {
      tasks: {
        WatchReplication: (_, { count }) => (count < 3 ? bufferThreatened(count) : { ...inSync, memory }),
      },
    });
    const told = run.announced.filter(({ detailType }) => detailType === 'MigrationBufferThreatened');

    expect(run.status).toBe('SUCCEEDED');
    expect(told.map(({ id }) => id)).toEqual([
      'test-0123456789ab:buffer-threatened-1',
      'test-0123456789ab:buffer-threatened-2',
    ]);
    expect(told[0]?.data).toMatchObject({
      status: 'syncing',
      statusReason: 'it grows',
      buffer: { bytes: 2e8, limitBytes: 2.68e8, remedy: ['CONFIG SET …'] },
      progress: { asOf: expect.any(String) },
    });
  });
});

describe('a full sync that starts over again and again', () => {
  const looping = () => failing('ResyncLoopError', JSON.stringify({ errorMessage: 'The buffer overflows.' }));

  it('is handed to settlement with its cause: that is what stops it', async () => {
    const run = await runWorkflow('migration', { tasks: { WatchReplication: looping } });

    expect(run.path.slice(-3)).toEqual(['WatchReplication', 'StartSettlement', 'Failed']);
    expect([run.error, run.cause]).toEqual(['ResyncLoopError', 'The buffer overflows.']);
    expect(handedOver(run)).toEqual([{ error: 'ResyncLoopError', cause: 'The buffer overflows.' }]);
  });
});
