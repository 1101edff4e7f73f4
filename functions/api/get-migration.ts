import { httpFunction } from '../adapters/http.ts';
import { readMigrationId, readTimelineQuery } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executionHistory } from '../adapters/workflow.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { toView } from '../migration/view.ts';

const store = theMigrations();

export const handler = httpFunction(async (event) => {
  const migrationId = readMigrationId(event);
  const { timeline, nextToken } = readTimelineQuery(event);
  const record = await store.find(migrationId);
  if (!record) throw new MigrationNotFoundError(migrationId);
  // Step Functions keeps a history for 90 days: after that there is none to add.
  const history = timeline ? await executionHistory.history(record.executionArn, nextToken) : undefined;
  return { status: 200, body: { ...toView(record), ...history } };
});
