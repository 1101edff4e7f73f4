import { theCertificates } from '../adapters/certificates.ts';
import { httpFunction } from '../adapters/http.ts';
import { readMigrationId, readTimelineQuery } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { executionHistory } from '../adapters/workflow.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { toView } from '../migration/view.ts';

const store = theMigrations();
const certificates = theCertificates();

export const handler = httpFunction(async (event) => {
  const migrationId = readMigrationId(event);
  const { timeline, nextToken } = readTimelineQuery(event);
  const record = await store.find(migrationId);
  if (!record) throw new MigrationNotFoundError(migrationId);
  // Step Functions keeps a history for 90 days: after that there is none to add.
  const history = timeline ? await executionHistory.history(record.executionArn, nextToken) : undefined;
  const certificate = record.promotedAt ? await certificates.find(migrationId) : undefined;
  const view = toView(record);
  const cutover = { ...view.cutover, ...(certificate && { certificate }) };
  return { status: 200, body: { ...view, cutover, ...history } };
});
