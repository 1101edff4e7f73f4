import { readOptionalReason } from '../adapters/asking.ts';
import { httpFunction } from '../adapters/http.ts';
import { readCaller, readMigrationId } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { makeRequestClose } from '../migration/request-close.ts';

const requestClose = makeRequestClose(theMigrations());

export const handler = httpFunction(async (event) => ({
  status: 202,
  body: await requestClose(readMigrationId(event), readOptionalReason(event), readCaller(event)),
}));
