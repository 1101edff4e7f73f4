import { randomUUID } from 'node:crypto';
import { allowedActions } from './actions.ts';
import type { ActRequest, AskedAct } from './acts.ts';
import { type Caller, toAsker } from './asker.ts';
import type { Migrations, Workflow } from './ports.ts';
import type { MigrationRecord } from './record.ts';
import { ActionNotAllowedError, MigrationNotFoundError } from './request-errors.ts';
import { unfencedSince } from './unfenced.ts';
import { type MigrationView, toView } from './view.ts';

/**
 * Asks for an act on a promotion, or on the source's fence after it: it is pending in the record, and carried out by the settlement
 * machine, whose execution bears the act's name and the time of its request. A repeat starts the same execution, should
 * the first have died before it could; the sweeper does so, too.
 *
 * @throws MigrationNotFoundError
 * @throws ActionNotAllowedError when the view does not list the act
 */
export const makeRequestAct =
  (
    act: AskedAct,
    migrations: Pick<Migrations, 'find' | 'requestAct'>,
    workflow: Pick<Workflow, 'settle'>,
    now: () => Date = () => new Date(),
  ) =>
  async (
    migrationId: string,
    { reason, giveUp }: Pick<ActRequest, 'giveUp'> & { reason: string },
    caller: Caller,
  ): Promise<MigrationView> => {
    const requestId = randomUUID();
    const at = now().toISOString();
    const request = { at, reason, by: toAsker(caller, at, reason), requestId, ...(giveUp && { giveUp }) };
    const written = await migrations.requestAct(migrationId, act, request);
    const record = written ?? (await migrations.find(migrationId));
    if (!record) throw new MigrationNotFoundError(migrationId);

    const { pendingAct } = record;
    if (pendingAct?.act === act) {
      await workflow.settle(`${migrationId}-${act}-${Date.parse(pendingAct.at)}`, migrationId, act);
      if (record[act]?.requestId === requestId) return toView(record);
    }
    throw new ActionNotAllowedError(NAMES[act], migrationId, whyNot(act, record), allowedActions(record));
  };

const NAMES: Record<AskedAct, string> = { confirm: 'Confirm', unfence: 'Unfence', rollback: 'Rollback' };

const whyNot = (act: AskedAct, record: MigrationRecord): string => {
  const { pendingAct, rolledBackAt, promotedAt, fence, status, statusReason, rollbackPossibility } = record;
  const unfencedAt = unfencedSince(record);
  if (rolledBackAt) return `it was rolled back at ${rolledBackAt}`;
  if (unfencedAt) return `the fence was lifted for good at ${unfencedAt}`;
  if (pendingAct) {
    const ways = act === 'unfence' ? '; if a node of the source is gone for good, name it in giveUp' : '';
    return `the ${pendingAct.act} that was requested at ${pendingAct.at} is being carried out${ways}`;
  }
  if (record.apiOnly && act !== 'confirm' && promotedAt)
    return 'this stack is API-only: it has fenced nothing, and can give nothing back';
  if (act === 'rollback' && rollbackPossibility?.forGood) return rollbackPossibility.why;
  if (act === 'confirm' && promotedAt) return `the target was promoted at ${promotedAt}`;
  return promotedAt && fence ? `the fence on the source is ${fence.phase}` : `its status is ${status}: ${statusReason}`;
};
