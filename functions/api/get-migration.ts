import { theCertificates } from '../adapters/certificates.ts';
import { executionHistory } from '../adapters/execution-history.ts';
import { httpFunction } from '../adapters/http.ts';
import { readMigrationId, readTimelineQuery } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { makeAnnounced } from '../migration/announced.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { toView } from '../migration/view.ts';

const store = theMigrations();
const certificates = theCertificates();
const executions = executionHistory();
const announced = makeAnnounced(executions);

export const handler = httpFunction(async (event) => {
  const migrationId = readMigrationId(event);
  const { timeline, events, nextToken } = readTimelineQuery(event);
  const record = await store.find(migrationId);
  if (!record) throw new MigrationNotFoundError(migrationId);
  // Step Functions keeps a history for 90 days: after that there is none to add.
  const history = timeline ? await executions.history(record.executionArn, nextToken) : undefined;
  const told = events ? await announced(record, nextToken) : undefined;
  const certificate = record.promotedAt ? await certificates.find(migrationId) : undefined;
  const view = toView(record);
  const cutover = { ...view.cutover, ...(certificate && { certificate }) };
  return { status: 200, body: { ...view, cutover, ...history, ...told } };
});
