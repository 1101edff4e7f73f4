import { systemClock } from '../adapters/clock.ts';
import { readHistoryQuery } from '../adapters/history-query.ts';
import { httpFunction } from '../adapters/http.ts';
import { readMigrationId } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { theSamples } from '../adapters/samples.ts';
import { makeHistory } from '../migration/history.ts';

const history = makeHistory(theMigrations(), theSamples(), systemClock.now);

export const handler = httpFunction(async (event) => ({
  status: 200,
  body: await history(readMigrationId(event), readHistoryQuery(event)),
}));
