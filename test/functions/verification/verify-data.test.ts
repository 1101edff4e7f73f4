import { beforeEach, describe, expect, it } from 'vitest';
import {
  MigrationEndedElsewhereError,
  ReplicationFailedError,
  TransientServiceError,
} from '../../../functions/migration/errors.ts';
import { AS_THEY_ARE } from '../../../functions/migration/key-name.ts';
import type { Endpoint } from '../../../functions/migration/record.ts';
import { VerificationImpossibleError } from '../../../functions/verification/errors.ts';
import type { verifyStep } from '../../../functions/verification/step.ts';
import { makeVerifyData, type VerifyInput } from '../../../functions/verification/verify-data.ts';
import { FakeClock } from '../support/clock.ts';
import { FakeGroups } from '../support/groups.ts';
import { FakeMigrations } from '../support/migrations.ts';
import { aMaster, aReplica, aSource, FakeServers, NODES, nodeNamed, SOURCE, SOURCE_ID } from '../support/nodes.ts';
import { aRecord, CALLER, MIGRATION_ID, taskInput } from '../support/records.ts';
import { FakeSamples } from '../support/samples.ts';
import { begunAt, FakeCheckpoints, type Findings, steps } from '../support/verification.ts';

let clock: FakeClock;
let groups: FakeGroups;
let servers: FakeServers;
let migrations: FakeMigrations;
let samples: FakeSamples;
let startMs: number;
let checkpoints: FakeCheckpoints;
let readers: { opened: Endpoint[]; open: number };
beforeEach(() => {
  clock = new FakeClock();
  startMs = clock.now();
  groups = new FakeGroups();
  servers = new FakeServers();
  samples = new FakeSamples();
  migrations = new FakeMigrations(clock, aRecord({ status: 'syncing', phase: 'inSync' }));
  checkpoints = new FakeCheckpoints();
  readers = { opened: [], open: 0 };
});

const settings = {
  pollMs: 1000,
  describeMs: 15_000,
  verifySeconds: 480,
  linkLostAfterSeconds: 15,
  eventGraceSeconds: 60,
};
const openReader = (endpoint: Endpoint) => {
  readers.opened.push(endpoint);
  readers.open++;
  return { close: () => readers.open-- } as never;
};
const verifyBy = (verify: typeof verifyStep, input: Partial<VerifyInput> = {}, keyNames = AS_THEY_ARE) =>
  makeVerifyData(
    groups,
    servers.probe,
    openReader,
    verify,
    migrations,
    checkpoints,
    samples,
    clock,
    settings,
    keyNames,
  )({
    ...taskInput,
    eventsSinceMs: startMs,
    settings: { mode: 'full', maxKeysPerSecond: 7000, freshForMinutes: 60 },
    round: 0,
    checkpoint: null,
    ...input,
  });
const verify = (findings: Partial<Findings>, input: Partial<VerifyInput> = {}) =>
  verifyBy(steps({ keys: 1000, keysAStep: 100, ...findings }), input);
const TO_ABORT = { at: 't', by: { ...CALLER, at: 't' }, requestId: 'r' };
const elapsedSeconds = () => (clock.now() - startMs) / 1000;
/** Fails so often, and then does as it should. */
const failing = (times: number, error: Error, then: typeof verifyStep): typeof verifyStep => {
  let left = times;
  return async (...args) => {
    if (left-- > 0) throw error;
    return then(...args);
  };
};
const FINE = steps({ keys: 1000, keysAStep: 100 });

describe('verifyData', () => {
  it('compares the source with the primary, tells the view as it goes, and ends with its verdict', async () => {
    const result = await verify({});

    expect(result).toMatchObject({
      outcome: 'verified',
      checkpoint: null,
      report: {
        verdict: 'same',
        verifiedAt: clock.iso(),
        counts: { compared: 1000, lookedFor: 1000 },
        differences: [],
      },
    });
    expect(readers).toEqual({ opened: [SOURCE, NODES[0]?.endpoint], open: 0 });
    expect(servers.open).toBe(0);
    const shown = migrations.changes.flatMap(({ verificationProgress }) => verificationProgress?.percent ?? []);
    expect(shown).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(migrations.record).toMatchObject({
      status: 'verifying',
      phase: 'verifying',
      statusReason: expect.stringMatching(/^Source and target hold the same: 1,000 keys/),
      verificationReport: result.report,
    });
  });

  it('reports which copy of the source it has verified, as it was before the last step', async () => {
    let fullSyncs = 1;
    servers.source(() => aSource({ counters: { runId: 'run-1', fullSyncs } }));
    const { report } = await verifyBy(async (...args) => {
      const step = await FINE(...args);
      if (step.done) fullSyncs++;
      return step;
    });

    expect(report?.epoch).toEqual({ replicationId: SOURCE_ID, runId: 'run-1', fullSyncs: 1 });
  });

  it('hands the limit of keys a second to each step, and steps of two seconds', async () => {
    const budgets: object[] = [];
    await verifyBy(async (...args) => {
      budgets.push({ ...args[2], untilMs: args[2].untilMs - clock.now() });
      return FINE(...args);
    });

    expect(budgets[0]).toMatchObject({ untilMs: 2000, maxKeysPerSecond: 7000 });
    expect(budgets).toHaveLength(10);
  });

  it('comes back when its time is over, and goes on from where it stopped', async () => {
    const first = await verify({ keysAStep: 1 });
    expect([first.outcome, first.report, elapsedSeconds()]).toEqual(['turn', null, 480]);
    expect(first.checkpoint?.counts.compared).toBe(240);

    const second = await verify({ keysAStep: 760 }, { checkpoint: first.checkpoint });
    expect([second.outcome, elapsedSeconds()]).toEqual(['verified', 482]);
    expect(second.report?.startedAt).toBe(new Date(startMs).toISOString());
  });

  it('fails on differences: the record has 100, the machine 20', async () => {
    const { outcome, report } = await verify({ missing: 120 });

    expect([outcome, report?.verdict, report?.why]).toEqual([
      'failed',
      'different',
      '120 keys differ: 120 missing on the target.',
    ]);
    expect(report?.differences).toHaveLength(20);
    expect(migrations.record.verificationReport?.differences).toHaveLength(100);
  });

  it('names no key where names are redacted: not in its result, not in the record, not to the machine', async () => {
    const names = { redaction: async () => (name: string) => `key-${name.length}` };
    const finding = steps({ keys: 1000, keysAStep: 100, missing: 250 });
    const { report } = await verifyBy(finding, {}, names);

    expect(report?.differences[0]?.key).toBe('key-9');
    expect(migrations.record.verificationReport?.differences).toHaveLength(100);
    expect(JSON.stringify([report, migrations.changes])).not.toMatch(/session|86f7/);
  });

  it('hands no checkpoint on where names are redacted, and goes on from the one that is kept', async () => {
    const names = { redaction: async () => (name: string) => `key-${name.length}` };
    const slow = steps({ keys: 1000, keysAStep: 2 });
    const first = await verifyBy(slow, {}, names);
    expect(first).toEqual({ outcome: 'turn', checkpoint: null, report: null });
    const done = (await checkpoints.find(taskInput.migrationId))?.checkpoint.counts.compared ?? 0;
    expect(done).toBeGreaterThan(100);

    await verifyBy(slow, {}, names);
    expect((await checkpoints.find(taskInput.migrationId))?.checkpoint.counts.compared).toBeGreaterThan(done);
  });

  it('looks at nothing while names cannot be redacted', async () => {
    const away = { redaction: () => Promise.reject(new TransientServiceError('KMS', 'away')) };

    await expect(verifyBy(FINE, {}, away)).rejects.toThrow(TransientServiceError);
    expect(readers.opened).toEqual([]);
  });

  it('fails when some keys could not be told', async () => {
    const { outcome, report } = await verify({ unsettled: 3 });

    expect([outcome, report?.verdict]).toEqual(['failed', 'unknown']);
    expect(report?.why).toMatch(/^No difference was found, but 3 keys could not be told/);
  });

  it('verifies a sample by its settings', async () => {
    const options: object[] = [];
    await verifyBy(
      async (...args) => {
        options.push(args[1].options);
        return FINE(...args);
      },
      { settings: { mode: 'sample', sampleKeys: 50, maxKeysPerSecond: 1, freshForMinutes: 1, ttlToleranceMs: 9 } },
    );

    expect(options[0]).toEqual({ mode: 'sample', sampleKeys: 50, ttlToleranceMs: 9 });
  });

  it('comes back once the link has been down for so long, with what is done', async () => {
    servers.primary(aReplica({ status: 'down', downSinceSeconds: 1 }));
    const { outcome, checkpoint } = await verify({ keysAStep: 1 });

    expect(outcome).toBe('linkLost');
    expect(elapsedSeconds()).toBeGreaterThanOrEqual(15);
    expect(elapsedSeconds()).toBeLessThan(20);
    expect(checkpoint?.counts.compared).toBeGreaterThan(5);
  });

  it('goes on through a short loss of the link', async () => {
    servers.primary(() => (elapsedSeconds() < 10 ? aReplica({ status: 'down' }) : aReplica()));

    expect((await verify({})).outcome).toBe('verified');
  });

  it('ends when somebody has stopped the migration', async () => {
    servers.primary(() => (elapsedSeconds() < 10 ? aReplica() : aMaster()));
    groups.status = 'available';

    await expect(verify({ keysAStep: 1 })).rejects.toThrow(MigrationEndedElsewhereError);
    expect(elapsedSeconds()).toBeGreaterThanOrEqual(70);
    expect([readers.open, servers.open]).toEqual([0, 0]);
  });

  it('ends when ElastiCache has given the replication up', async () => {
    servers.primary(aMaster());
    groups.announce('Start Migration failed for test: the source is gone', startMs + 1);

    await expect(verify({ keysAStep: 1 })).rejects.toThrow(ReplicationFailedError);
  });

  it('reads from the node that is the primary now', async () => {
    const other = [nodeNamed('test-002', 'primary'), nodeNamed('test-001', 'replica')];
    clock.after(30_000, () => {
      groups.group = { ...groups.group, nodeGroups: [{ nodeGroupId: '0001', nodes: other }] };
    });
    await verify({ keysAStep: 20 });

    expect(readers.opened.map(({ address }) => address)).toEqual([
      SOURCE.address,
      'test-001.test',
      SOURCE.address,
      'test-002.test',
    ]);
    expect(readers.open).toBe(0);
  });
});

describe('a fault while verifying', () => {
  const transient = new TransientServiceError('EVALSHA to 10.0.0.5:6379', new Error('the socket closed'));

  it('is met by new connections and the same checkpoint', async () => {
    const { outcome } = await verifyBy(failing(3, transient, FINE));

    expect(outcome).toBe('verified');
    expect([readers.opened.length, readers.open]).toEqual([8, 0]);
  });

  it('of the API costs nothing that is done', async () => {
    groups.meets(
      'describe',
      undefined,
      new TransientServiceError('DescribeReplicationGroups', new Error('Throttling')),
    );

    expect((await verify({ keysAStep: 50 })).outcome).toBe('verified');
  });

  it('that does not pass in two minutes is a verdict of its own: it could not be told', async () => {
    const { outcome, report } = await verifyBy(failing(1e9, transient, FINE));

    expect([outcome, report?.verdict]).toEqual(['failed', 'unknown']);
    expect(report?.why).toMatch(/could not be carried out: EVALSHA to 10\.0\.0\.5:6379: .*the socket closed/);
    expect(elapsedSeconds()).toBeGreaterThanOrEqual(120);
    expect(elapsedSeconds()).toBeLessThan(140);
    expect(migrations.record.verificationReport).toEqual(report);
  });

  it('that cannot pass is a verdict at once', async () => {
    const refused = new VerificationImpossibleError('10.0.0.5:6379', 'SCAN was refused: NOPERM');
    const { outcome, report } = await verifyBy(failing(1, refused, FINE));

    expect([outcome, report?.verdict, elapsedSeconds()]).toEqual(['failed', 'unknown', 0]);
    expect(report?.why).toContain('NOPERM');
  });

  it('of the program is not hidden', async () => {
    await expect(verifyBy(failing(1, new TypeError('oops'), FINE))).rejects.toThrow(TypeError);
    expect(readers.open).toBe(0);
  });

  it('that kills it costs a step: the next one goes on where it was', async () => {
    const killed = new RangeError('killed');
    let left = 7;
    const dying: typeof verifyStep = async (...args) => {
      if (left-- === 0) throw killed;
      return FINE(...args);
    };
    const first = verifyBy(dying);
    await expect(first).rejects.toThrow(killed);
    const { outcome, report } = await verifyBy(FINE);

    expect([outcome, report?.counts?.compared, elapsedSeconds()]).toEqual(['verified', 1000, 20]);
  });

  it('leaves behind nothing that a later verification, or a later turn, would go on from', async () => {
    await verify({});
    const done = clock.now();
    await verify({}, { round: 1 });
    expect(clock.now() - done).toBe(20_000);

    const further = { ...begunAt(clock), steps: 100 };
    expect((await verify({ keysAStep: 1 }, { round: 1, checkpoint: further })).checkpoint?.steps).toBe(340);
  });

  it('leaves a checkpoint that was handed over as it was', async () => {
    const checkpoint = begunAt(clock);
    const before = JSON.stringify(checkpoint);
    await verify({}, { checkpoint });

    expect(JSON.stringify(checkpoint)).toBe(before);
  });

  it('ends with the next step when the abort is requested, also while a server cannot be read', async () => {
    clock.after(5000, () => migrations.requestAct(MIGRATION_ID, 'abort', TO_ABORT));
    await expect(verify({})).rejects.toMatchObject({ name: 'AbortRequestedError' });
    expect(elapsedSeconds()).toBeLessThan(10);
    expect(readers.open).toBe(0);

    await migrations.forgetAct(MIGRATION_ID, 'abort', 'r');
    clock.after(5000, () => migrations.requestAct(MIGRATION_ID, 'abort', TO_ABORT));
    const unreadable = failing(1000, new TransientServiceError('Read keys', 'no route'), FINE);
    await expect(verifyBy(unreadable)).rejects.toMatchObject({ name: 'AbortRequestedError' });
  });
});
