import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../test/cutover/ledger/ledger.ts';
import { TERMINAL, type View } from '../test/e2e/lab.ts';
import type { Ground } from './ground.ts';
import { refusesWrites } from './invariants.ts';
import { isWhole } from './is-whole.ts';
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

const LOOK_MS = 800;
/** Only what hangs takes so long; a promotion of a minute and four tries of a cutover on a busy machine do not. */
const LIMIT_MS = 300_000;
/** So long the operator watches before something is done by hand. */
const PATIENCE_MS = {
  doubt: 8000,
  unread: 8000,
  close: 3000,
  linkLost: 20_000,
  leftBehind: 30_000,
  stuck: 90_000,
  again: 1000,
};
const MOST_CUTOVERS = 4;
const MOST_CONFIRMS = 2;

/**
 * Plays the operator and the clients until the migration has its end and nothing runs any more: asks for
 * the cutover, again when it was backed out, then aborts; closes; and compares the data where a promotion is in doubt: if the
 * target holds everything, its word is that it is promoted, else the source is given back.
 */
export const operate = async (ground: Ground, ledger: Ledger): Promise<Ended> => {
  const { lab } = ground.lane;
  const { groupId, migrationId } = ground;
  const table = openTable(lab);
  const beganMs = Date.now();
  const since = new Map<string, number>();
  const asked: Record<string, number> = {};
  let isPointed = false;
  let unfenced: Ended['unfenced'];

  const act = async (action: string, body: object = { reason: 'chaos' }) => {
    const { status } = await lab.request('POST', `/migrations/${migrationId}/${action}`, body);
    ground.note(`operator: ${action} (${status})`);
    // Whoever hears that the service failed asks again.
    if (status < 500) asked[action] = (asked[action] ?? 0) + 1;
  };
  /** For how long this has been so, without a break. */
  const lasting = (what: string, holds: boolean): number => {
    if (!holds) since.delete(what);
    else if (!since.has(what)) since.set(what, Date.now());
    return holds ? Date.now() - (since.get(what) as number) : -1;
  };
  const isLinkLost = () =>
    lab.typesOf(migrationId).findLast((type) => /^MigrationLink(Lost|Restored)$/.test(type)) === 'MigrationLinkLost';
  /** ElastiCache is done with CompleteMigration, whatever it came to: until then there is nothing to be seen. */
  const isUnderWay = () => lab.aws.elastiCache.group(groupId).status === 'modifying';
  const resolveDoubt = async (mayConfirm: boolean) => {
    const { source, target } = ground;
    const whole = await isWhole(source.port, target.primary.port).catch(() => undefined);
    if (lasting('unread', whole === undefined) >= 0 && lasting('unread', true) < PATIENCE_MS.unread) return;
    ground.note(`operator: the target is ${whole ? '' : 'not '}a primary that holds everything`);
    if (whole && mayConfirm) {
      // Where the service has looked and says no, it is in doubt on.
      since.delete('doubt');
      await act('confirm');
      return;
    }
    unfenced ??= { wasOpen: !(await refusesWrites(source.port)) };
    await ledger.stop();
    await act('unfence');
  };
  /** A primary that came back empty behind the settlement's own call: no second one is sent by the service, and its end says so. */
  const isLeftBehind = async (view: View) =>
    view.phase === 'stopping' &&
    lab.aws.elastiCache.group(groupId).status === 'migrating' &&
    (await ground.target.primary.linkState().catch(() => 'unread')) === 'primary';
  const endByHand = async () => {
    asked.byHand = 1;
    ground.note('operator: ends the online migration by hand');
    await lab.aws.elastiCache.completeMigration({ ReplicationGroupId: groupId, Force: true });
  };
  const handle = async (view: View) => {
    const may = (action: string) => view.allowedActions.includes(action);
    const inDoubt = view.phase === 'promotionInDoubt';
    if (lasting('again', may('cutover')) >= ((asked.cutover ?? 0) === 0 ? 0 : PATIENCE_MS.again)) {
      since.delete('again');
      // Nobody writes any more who could tell of another cutover.
      if ((asked.cutover ?? 0) < MOST_CUTOVERS && !unfenced) await act('cutover', {});
      else if (may('abort')) await act('abort');
    }
    const isUnsure = inDoubt && may('unfence') && !isUnderWay();
    if (lasting('doubt', isUnsure) > PATIENCE_MS.doubt && !asked.unfence) {
      await resolveDoubt(may('confirm') && (asked.confirm ?? 0) < MOST_CONFIRMS);
    }
    if (lasting('close', may('close')) > PATIENCE_MS.close && !asked.close) await act('close');
    if (lasting('leftBehind', await isLeftBehind(view)) > PATIENCE_MS.leftBehind && !asked.byHand) await endByHand();
    if (lasting('linkLost', isLinkLost() && may('abort')) > PATIENCE_MS.linkLost && !asked.abort) await act('abort');
    if (lasting(`stuck ${view.status} ${view.phase}`, may('abort')) > PATIENCE_MS.stuck && !asked.abort)
      await act('abort');
  };

  try {
    for (;;) {
      if (!isPointed && lab.typesOf(migrationId).includes('MigrationPromoted')) {
        isPointed = true;
        ground.note('clients turn to the target');
        await ledger.point(0, 'target');
      }
      const view = await lab.view(migrationId).catch(() => undefined);
      const unsettled = await whatIsLeft(ground, table.find);
      const terminal = lab.announced.filter(
        (one) => one.migrationId === migrationId && TERMINAL.includes(one.detailType),
      );
      const isOver = Date.now() - beganMs > LIMIT_MS;
      if ((terminal.length > 0 && unsettled === undefined) || isOver) {
        const { backOuts = [] } = (view?.cutover ?? {}) as { backOuts?: { reason: string }[] };
        for (const { reason } of backOuts) ground.note(`was backed out: ${reason}`);
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
      await sleep(LOOK_MS);
    }
  } finally {
    table.close();
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
