import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../test/cutover/ledger/ledger.ts';
import { TERMINAL, type View } from '../test/e2e/lab.ts';
import type { Ground } from './ground.ts';
import { refusesWrites } from './invariants.ts';
import { haveSameData } from './same-data.ts';
import { openTable } from './table.ts';

/** How a cell came to its end. */
export interface Ended {
  /** The types of the terminal events by distinct id. */
  terminal: string[];
  outcome?: string;
  /**
   * The operator unfenced, which allows both sides: whether the source took writes until then. Nobody writes any more from then
   * on, so that the ledger tells of the time before.
   */
  unfenced?: { wasOpen: boolean };
  /** What still ran, or was not settled, when the time was over. */
  unsettled?: string;
}

const LOOK_MS = 250;
const TICK_MS = 2000;
const LIMIT_MS = 240_000;
/** So long the operator watches before something is done by hand. */
const PATIENCE_MS = { doubt: 8000, close: 3000, stuck: 30_000, again: 1000 };
const MOST_CUTOVERS = 4;

/**
 * Plays the operator, the clients and the sweeper's schedule until the migration has its end and nothing runs any more: asks for
 * the cutover, once again when it was backed out, then aborts; closes; and looks at the nodes where a promotion is in doubt.
 */
export const operate = async (ground: Ground, ledger: Ledger, trace: string[]): Promise<Ended> => {
  const { lab } = ground.lane;
  const { migrationId } = ground;
  const table = openTable(lab);
  const beganMs = Date.now();
  const since = new Map<string, number>();
  const asked: Record<string, number> = {};
  let tickedMs = 0;
  let isPointed = false;
  let unfenced: Ended['unfenced'];

  const act = async (action: string, body: object = { reason: 'chaos' }) => {
    asked[action] = (asked[action] ?? 0) + 1;
    const { status } = await lab.request('POST', `/migrations/${migrationId}/${action}`, body);
    trace.push(`operator: ${action} (${status})`);
    return status < 300;
  };
  /** For how long this has been so, without a break. */
  const lasting = (what: string, holds: boolean): number => {
    if (!holds) since.delete(what);
    else if (!since.has(what)) since.set(what, Date.now());
    return holds ? Date.now() - (since.get(what) as number) : -1;
  };
  const tick = async () => {
    if (Date.now() < Math.max(ground.ticksFromMs, tickedMs + TICK_MS)) return;
    tickedMs = Date.now();
    await table.makeOld(migrationId);
    await lab.aws.lambda.invoke(lab.aws.resources.SweepFunction as string, {});
  };
  const handle = async (view: View) => {
    const may = (action: string) => view.allowedActions.includes(action);
    const inDoubt = view.phase === 'promotionInDoubt';
    if (lasting('again', may('cutover')) >= ((asked.cutover ?? 0) === 0 ? 0 : PATIENCE_MS.again)) {
      since.delete('again');
      if ((asked.cutover ?? 0) < MOST_CUTOVERS) await act('cutover', {});
      else if (may('abort')) await act('abort');
    }
    const isDoubtful = lasting('doubt', inDoubt && may('unfence')) > PATIENCE_MS.doubt;
    // Nobody writes to either side as long as the fence stands and nobody was told of a promotion.
    if (isDoubtful && may('confirm') && !asked.confirm && (await isCopied(ground))) {
      await act('confirm');
    } else if (isDoubtful && !asked.unfence) {
      unfenced = { wasOpen: !(await refusesWrites(ground.source.port)) };
      await ledger.stop();
      await act('unfence');
    }
    if (lasting('close', may('close')) > PATIENCE_MS.close && !asked.close) await act('close');
    if (lasting(`stuck ${view.status} ${view.phase}`, may('abort')) > PATIENCE_MS.stuck && !asked.abort)
      await act('abort');
  };

  try {
    for (;;) {
      if (!isPointed && lab.typesOf(migrationId).includes('MigrationPromoted')) {
        isPointed = true;
        trace.push('clients turn to the target');
        await ledger.point(0, 'target');
      }
      const view = await lab.view(migrationId).catch(() => undefined);
      const unsettled = await whatIsLeft(ground, table.find);
      const terminal = lab.announced.filter(
        (one) => one.migrationId === migrationId && TERMINAL.includes(one.detailType),
      );
      const isOver = Date.now() - beganMs > LIMIT_MS;
      if ((terminal.length > 0 && unsettled === undefined) || isOver) {
        return {
          terminal: [...new Map(terminal.map(({ id, detailType }) => [id, detailType])).values()],
          ...(view?.outcome !== undefined && { outcome: view.outcome }),
          ...(unfenced && { unfenced }),
          ...(unsettled !== undefined && {
            unsettled: `${unsettled}; the view says ${view?.status}, ${view?.phase}: ${view?.statusReason}`,
          }),
        };
      }
      if (view?.allowedActions) await handle(view);
      await tick();
      await sleep(LOOK_MS);
    }
  } finally {
    table.close();
  }
};

/** The target holds what the source does, as far as both can be read. */
const isCopied = async ({ source, target }: Ground): Promise<boolean> => {
  try {
    return await haveSameData([source.port, target.primary.port]);
  } catch {
    // One of them is down just now: it is looked again, or unfenced.
    return false;
  }
};

/** What is not at rest; undefined when nothing runs and the record is settled. */
const whatIsLeft = async (
  { lane, migrationId }: Ground,
  find: (pk: string) => Promise<Record<string, unknown> | undefined>,
): Promise<string | undefined> => {
  const { stepFunctions, outputs } = lane.lab.aws;
  const running = [outputs.MigrationStateMachineArn, outputs.SettlementStateMachineArn].flatMap((stateMachineArn) =>
    stepFunctions
      .listExecutions({ stateMachineArn: stateMachineArn as string, statusFilter: 'RUNNING' })
      // One that lifts an overdue fence waits for five minutes before it gives a lock back, and does nothing else.
      .executions.filter(({ name }) => name.startsWith(migrationId) && !name.includes('-fence-')),
  );
  if (running.length > 0) {
    const where = ({ name, executionArn }: (typeof running)[number]) => {
      const { events } = stepFunctions.getExecutionHistory({ executionArn, reverseOrder: true, maxResults: 20 });
      const entered = events.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined);
      return `${name} is in ${entered?.stateEnteredEventDetails?.name}`;
    };
    return running.map(where).join(', ');
  }
  const record = await find(`MIGRATION#${migrationId}`);
  if (record?.outcome === undefined) return 'the record has no outcome';
  return record.unsettled ? 'the record is not settled' : undefined;
};
