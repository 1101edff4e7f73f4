import { readReason } from '../adapters/asking.ts';
import { httpFunction } from '../adapters/http.ts';
import { readCaller, readMigrationId } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { settlementStarter } from '../adapters/workflow.ts';
import { makeRequestAct } from '../migration/request-act.ts';

const requestConfirm = makeRequestAct('confirm', theMigrations(), settlementStarter());

export const handler = httpFunction(async (event) => ({
  status: 202,
  body: await requestConfirm(readMigrationId(event), { reason: readReason(event) }, readCaller(event)),
}));
