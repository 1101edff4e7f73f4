import { readUnfenceAsking } from '../adapters/asking.ts';
import { httpFunction } from '../adapters/http.ts';
import { readCaller, readMigrationId } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { settlementStarter } from '../adapters/workflow.ts';
import { makeRequestAct } from '../migration/request-act.ts';

const requestUnfence = makeRequestAct('unfence', theMigrations(), settlementStarter());

export const handler = httpFunction(async (event) => ({
  status: 202,
  body: await requestUnfence(readMigrationId(event), readUnfenceAsking(event), readCaller(event)),
}));
