import { setTimeout as sleep } from 'node:timers/promises';
import { findRedisServer } from '../redis/server.ts';
import { DOCUMENTED_GROUP, SOURCE_ENDPOINT, startWorld, type World } from '../world.ts';
import { apiClient, type MigrationView, type Preflight } from './api-client.ts';
import { type Certificate, certificateLines } from './certificate.ts';
import { count, duration } from './format.ts';
import { preflightLines } from './preflight.ts';
import type { Screen } from './screen.ts';
import { connectSource, seed } from './seed.ts';
import { primaryOf, summarize } from './summary.ts';
import { startWriter } from './writer.ts';

export interface DemoOptions {
  keys: number;
  valueBytes: number;
}

/** A disk-based sync tells its size beforehand, so that there is a total to show. */
export const startDemoWorld = (): Promise<World> => startWorld({}, { 'repl-diskless-sync': 'no' });
interface Notified extends Partial<Preflight> {
  certificate?: Certificate;
  statusReason: string;
  phase?: string;
  progress?: NonNullable<MigrationView['progress']>;
}

/** The application goes on for so many writes on its new primary. */
const WRITES_AFTERWARDS = 100;
/** How often the API is asked where the migration stands. */
const LOOK_MS = 150;

/** The migration ended otherwise than by its completion. */
export class DemoFailedError extends Error {
  override readonly name = 'DemoFailedError';
}

/**
 * One whole migration over the HTTP API, told to the screen.
 *
 * @param starting the world that it happens in; whoever started it ends it
 * @throws DemoFailedError when the migration does not complete
 */
export const runDemo = async (screen: Screen, options: DemoOptions, starting: Promise<World>): Promise<void> => {
  screen.line('elasticache-migrator: a self-hosted Redis moves into an ElastiCache replication group');
  screen.line();
  const world = await starting;
  const { aws, source } = world;
  const { flavour, version } = await findRedisServer();
  const { address, port } = SOURCE_ENDPOINT;
  screen.line(
    `  source   ${flavour} ${version} at ${address}:${port}, self-hosted (here ${source.host}:${source.port})`,
  );
  screen.line(`  target   replication group ${DOCUMENTED_GROUP.id}: 1 primary, ${DOCUMENTED_GROUP.nodes - 1} replicas`);
  screen.line(`  API      ${aws.apiUrl}`);
  screen.line(`  AWS      ${aws.awsEndpoint}`);

  const client = await connectSource(source.port);
  const seedingMs = Date.now();
  await seed(client, options.keys, options.valueBytes);
  screen.line(
    `  data     ${count(options.keys)} keys of all types in ${duration(Date.now() - seedingMs)}, a fifth with a TTL`,
  );
  const writer = startWriter(() => connectSource(source.port));
  screen.line('  writer   an application that writes to the source all the while, also during the cutover');
  screen.line();

  let shown: MigrationView | undefined;
  const announcedEnd = Promise.withResolvers<void>();
  aws.onEvent((event) => {
    if (event.source !== 'elasticache-migrator') return;
    const { data } = event.detail as { data: Notified };
    const { statusReason, phase, progress } = data;
    // Newer than the view that was last asked for: the bar moves with it.
    if (shown && phase && progress && event['detail-type'] === 'MigrationProgressed')
      screen.show({ ...shown, phase, progress });
    const percent = event['detail-type'] === 'MigrationProgressed' ? ` (${progress?.percent} %)` : '';
    screen.line(`  ${event.time.slice(11, 19)}  ${event['detail-type'].padEnd(26)} ${statusReason}${percent}`);
    if (data.findings) for (const line of preflightLines(data as Preflight, screen.columns)) screen.line(line);
    if (event['detail-type'] === 'MigrationPromoted') {
      for (const line of certificateLines(data.certificate)) screen.line(line);
      screen.line(`            The application is pointed to ${DOCUMENTED_GROUP.id}-001.`);
      writer.repoint(() => connectSource(primaryOf(world).port));
    }
    if (event['detail-type'] === 'MigrationCompleted') announcedEnd.resolve();
  });

  const api = apiClient(aws.apiUrl);
  const body = {
    replicationGroupId: DOCUMENTED_GROUP.id,
    customerNodeEndpointList: [SOURCE_ENDPOINT],
    cutover: { quietSeconds: 2 },
    reason: 'demo',
  };
  screen.line(`  POST /migrations ${JSON.stringify(body)}`);
  const { migrationId } = await api.start(body);
  screen.line(`  202 ${migrationId}`);
  screen.line();

  const until = async (reached: (view: MigrationView) => boolean): Promise<MigrationView> => {
    for (;;) {
      const view = await api.get(migrationId);
      shown = view;
      screen.show(view);
      if (reached(view)) return view;
      if (view.outcome) {
        screen.done();
        throw new DemoFailedError(`The migration ended as ${view.outcome}: ${view.statusReason}`);
      }
      await sleep(LOOK_MS);
    }
  };

  await until((view) => view.allowedActions.includes('cutover'));
  screen.line(`  POST /migrations/${migrationId}/cutover, while the application goes on writing`);
  await api.cutover(migrationId, 'demo');
  const view = await until(({ outcome }) => outcome === 'completed');
  await announcedEnd.promise;
  await writer.wrote(WRITES_AFTERWARDS);
  await writer.stop();
  screen.done();
  await summarize(screen, world, view, writer);
};
