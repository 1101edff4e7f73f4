import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusesWrites, rulesOf } from '../../chaos/invariants.ts';
import type { Table } from '../../chaos/table.ts';
import type { OffsetCertificate } from '../../functions/migration/certificate.ts';
import type { Call } from '../../local/endpoint/endpoint.ts';
import {
  endOf,
  expectNothingLeft,
  expectTheSourceAsItWas,
  expectTheTargetAlone,
  Holds,
  SELDOM_MS,
  type Sides,
  sealing,
  stopExecution,
  tableOf,
  toldOf,
  turnstile,
  writing,
} from './aftermath.ts';
import { eventually, type Lab, startLab } from './lab.ts';

const STATUS_CHANGE = 'Step Functions Execution Status Change';

/** CompleteMigration for a group, with all these words. */
const completing =
  (group: string, ...words: string[]) =>
  ({ operation, body }: Call): boolean =>
    operation === 'CompleteMigration' && [`=${group}`, ...words].every((word) => body.toString().includes(word));

/** Nobody hears of the end of an execution here, and the sweeper comes when a test lets it. */
describe.concurrent('a task that still runs when its execution has ended, and nobody heard of that', {
  timeout: 240_000,
}, () => {
  let lab: Lab;
  let table: Table;
  const holds = new Holds();
  const oneByOne = turnstile(1);
  beforeAll(async () => {
    lab = await startLab({
      // What is stopped or killed is one task, as on AWS.
      lambda: { invocationsPerProcess: 1 },
      parameters: { ActingTaskSeconds: '8' },
      faults: holds.policy,
      deliveries: ({ event: { 'detail-type': type } }) =>
        type === STATUS_CHANGE || type === 'Scheduled Event' ? 'lose' : 'deliver',
    });
    table = tableOf(lab);
  });
  afterAll(async () => {
    table?.close();
    await lab?.end();
  });

  const cutOverTasks = () => lab.aws.lambda.pids(lab.aws.resources.CutOverFunction as string);
  const signal = (name: NodeJS.Signals) => lab.aws.lambda.kill(lab.aws.resources.CutOverFunction as string, name);
  const sweep = async () => {
    const result = await lab.aws.lambda.invoke(lab.aws.resources.SweepFunction as string, {});
    if (!result.ok) throw new Error(result.cause);
    return result.payload as { settling: string[]; lifting: string[] };
  };
  const untilSettling = async (migrationId: string) => {
    await eventually(async () => {
      // Whoever is at work for it writes it anew.
      await table.makeOld(migrationId);
      return (await sweep()).settling.includes(migrationId);
    }, SELDOM_MS);
  };
  const isWatch = ({ caller }: Call) => /WatchPromotion/.test(caller ?? '');
  const takesWrites = (port: number) => eventually(async () => !(await refusesWrites(port)), SELDOM_MS);

  /** Asks for the cutover of a migration that awaits it. */
  const cutOver = async (group: string, settings = {}) => {
    const { port } = await lab.source();
    await lab.group(group, settings);
    const sides: Sides = { group, port, rules: await rulesOf(port) };
    const migrationId = await lab.start(group, port, { cutover: { drainBudgetMs: 1000 } });
    await lab.awaiting(migrationId);
    return {
      sides,
      migrationId,
      ask: () => lab.request('POST', `/migrations/${migrationId}/cutover`),
    };
  };
  const expectAborted = async (migrationId: string, sides: Sides) => {
    await endOf(lab, migrationId);
    await expectNothingLeft(table, sides.group, migrationId);
    expect(toldOf(lab, migrationId).slice(-2)).toEqual(['MigrationCutoverStarted', 'MigrationAborted']);
    await expectTheSourceAsItWas(lab, sides);
    expect(holds.completions(sides.group)).toBe(0);
  };

  it('is dead with its fence up: the sweeper finds the fence past its deadline, and the source takes writes', async () => {
    const { migrationId, sides } = await oneByOne(async () => {
      const { ask, ...begun } = await cutOver('dead');
      const held = holds.next(sealing(begun.migrationId));
      await ask();
      await held.reached;
      await stopExecution(lab, begun.migrationId);
      signal('SIGKILL');
      // It had sent this before it died: the fence is sealed, and nothing else was sent.
      held.release();
      return begun;
    });
    expect(await refusesWrites(sides.port)).toBe(true);
    const lifting = await eventually(async () => {
      const swept = await sweep();
      return swept.lifting.includes(migrationId) && swept;
    }, SELDOM_MS);
    await takesWrites(sides.port);

    expect(lifting.settling).not.toContain(migrationId);
    expect(await rulesOf(sides.port)).toBe(sides.rules);
    await untilSettling(migrationId);
    await expectAborted(migrationId, sides);
  });

  it('hangs under its fence: the source takes writes at once, and nothing is stopped before the task is gone', async () => {
    const { migrationId, sides, pid, stop } = await oneByOne(async () => {
      const { ask, ...begun } = await cutOver('hanging');
      const held = holds.next(sealing(begun.migrationId));
      await ask();
      await held.reached;
      const [pid] = cutOverTasks();
      expect(cutOverTasks()).toEqual([pid]);
      signal('SIGSTOP');
      held.release();
      await stopExecution(lab, begun.migrationId);
      return { ...begun, pid, stop: holds.next(completing('hanging', 'Force=true')) };
    });
    await untilSettling(migrationId);
    await takesWrites(sides.port);
    await stop.reached;
    expect(cutOverTasks()).not.toContain(pid);
    stop.release();

    await expectAborted(migrationId, sides);
  });

  it('comes late to note CompleteMigration, and cannot send it any more', async () => {
    const { migrationId, sides, held } = await oneByOne(async () => {
      const { ask, ...begun } = await cutOver('slow');
      const held = holds.next(writing(`LOCK#${begun.sides.group}`, 'SET intents.#complete'));
      await ask();
      await held.reached;
      await stopExecution(lab, begun.migrationId);
      return { ...begun, held };
    });
    await untilSettling(migrationId);
    await takesWrites(sides.port);
    held.release();

    await expectAborted(migrationId, sides);
  });

  it('sent CompleteMigration, which arrives late: settlement keeps the fence, and completes what comes of it', async () => {
    const { migrationId, sides, held } = await oneByOne(async () => {
      const { ask, ...begun } = await cutOver('underway');
      const held = holds.next(completing('underway'));
      await ask();
      await held.reached;
      await stopExecution(lab, begun.migrationId);
      return { ...begun, held };
    });
    await untilSettling(migrationId);
    // Longer than the task may live, and than settlement waits for it.
    await eventually(async () => isWatched(migrationId), SELDOM_MS);
    expect(await refusesWrites(sides.port)).toBe(true);
    held.release();
    await lab.announcement(migrationId, 'MigrationCompleted');

    await expectNothingLeft(table, sides.group, migrationId);
    expect(toldOf(lab, migrationId).slice(-3)).toEqual([
      'MigrationCutoverStarted',
      'MigrationPromoted',
      'MigrationCompleted',
    ]);
    await expectTheTargetAlone(lab, sides);
  });

  it('proves a promotion that settlement has proven already: its later word changes nothing of what is told', async () => {
    const { migrationId, sides, late } = await oneByOne(async () => {
      const { ask, ...begun } = await cutOver('watched');
      const isProof = writing(`MIGRATION#${begun.migrationId}`, '"promotedAt"');
      const late = holds.next((call) => isWatch(call) && isProof(call));
      await ask();
      await late.reached;
      await stopExecution(lab, begun.migrationId);
      return { ...begun, late };
    });
    await untilSettling(migrationId);
    const end = holds.next(writing(`MIGRATION#${migrationId}`, '"outcome"'));
    await end.reached;
    const after = holds.next((call) => isWatch(call) && call.body.toString().includes(`"CERTIFICATE#${migrationId}"`));
    late.release();
    await after.reached;
    after.release();
    end.release();
    const promoted = await lab.announcement(migrationId, 'MigrationPromoted');
    const completed = await lab.announcement(migrationId, 'MigrationCompleted');

    await expectNothingLeft(table, sides.group, migrationId);
    expect(toldOf(lab, migrationId).slice(-2)).toEqual(['MigrationPromoted', 'MigrationCompleted']);
    const { promotedAt, certificate } = promoted.data as { promotedAt: string; certificate: OffsetCertificate };
    const { cutover } = (await lab.view(migrationId)) as unknown as { cutover: { promotedAt: string } };
    expect([certificate.times.promotedAt, completed.data.promotedAt, cutover.promotedAt]).toEqual([
      promotedAt,
      promotedAt,
      promotedAt,
    ]);
    await expectTheTargetAlone(lab, sides);
  });

  /** Settlement waits for evidence of the promotion. */
  const isWatched = async (migrationId: string): Promise<boolean> => {
    const stateMachineArn = lab.aws.outputs.SettlementStateMachineArn as string;
    const { executions } = lab.aws.stepFunctions.listExecutions({ stateMachineArn, maxResults: 1000 });
    return executions.some(({ name, executionArn }) => {
      if (!name.startsWith(migrationId)) return false;
      const { events } = lab.aws.stepFunctions.getExecutionHistory({ executionArn, maxResults: 1000 });
      return events.some(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === 'WatchPromotion');
    });
  };
});
