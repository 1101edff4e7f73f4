import { serveConsole } from './console.ts';
import { PortTakenError } from './endpoint/listen.ts';
import { RedisServerNotFoundError, RedisServerUnusableError } from './redis/errors.ts';
import { findRedisServer } from './redis/server.ts';
import { endOnSignal } from './signals.ts';
import { DOCUMENTED_GROUP, DOCUMENTED_SOURCE, SOURCE_ENDPOINT, startWorld, type World } from './world.ts';

let starting: Promise<World> | undefined;
// A signal that comes while it boots waits for the boot, and then ends all of it.
endOnSignal(async () => {
  const world = await starting?.catch(() => undefined);
  await world?.end();
});

const portOf = (variable: string, otherwise: number): number => {
  const text = process.env[variable];
  const port = text === undefined || text === '' ? otherwise : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  console.error(`${variable} must be a port from 0 to 65535 (0: any free one), not ${text}`);
  process.exit(1);
};

const greeting = ({ aws, source }: World, cli: string): string => {
  const nodes = aws.elastiCache.group(DOCUMENTED_GROUP.id).nodes();
  const body = JSON.stringify({
    replicationGroupId: DOCUMENTED_GROUP.id,
    customerNodeEndpointList: [SOURCE_ENDPOINT],
  });
  return `
elasticache-migrator on an embedded AWS

  console  ${aws.apiUrl}/console/
  API      ${aws.apiUrl}
  AWS      ${aws.awsEndpoint}
  source   ${source.host}:${source.port}   (for the migrator it is ${SOURCE_ENDPOINT.address}:${SOURCE_ENDPOINT.port}, also known as ${DOCUMENTED_SOURCE.address}:${DOCUMENTED_SOURCE.port})
  refused  ${aws.outputs.RefusedQueueUrl}   (events that a function refused, after its retries)
  target   replication group ${DOCUMENTED_GROUP.id}: ${nodes.map(({ id, port }) => `${id} 127.0.0.1:${port}`).join(', ')}

Put something into the source:

  ${cli} -p ${source.port} SET greeting hello

Start a migration by the API, and look at it:

  curl -sS -X POST ${aws.apiUrl}/migrations -H 'content-type: application/json' -d '${body}'
  curl -sS ${aws.apiUrl}/migrations

Or start a bare online migration with the aws command, as AWS documents it:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-west-2 aws elasticache start-migration --endpoint-url ${aws.awsEndpoint} --replication-group-id ${DOCUMENTED_GROUP.id} --customer-node-endpoint-list "Address='${DOCUMENTED_SOURCE.address}',Port=${DOCUMENTED_SOURCE.port}"

Ctrl-C ends everything.
`;
};

try {
  starting = startWorld({ apiPort: portOf('PORT', 3000), awsPort: portOf('AWS_PORT', 4566) });
  const world = await starting;
  await serveConsole(world.aws);
  // Fetched servers are on nobody's PATH, and neither is the client beside them.
  const { cli = 'redis-cli', env } = await findRedisServer();
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  console.log(greeting(world, [...variables, cli].join(' ')));
} catch (error) {
  const tellable = [RedisServerNotFoundError, RedisServerUnusableError, PortTakenError];
  if (!(error instanceof Error) || !tellable.some((known) => error instanceof known)) throw error;
  console.error(error.message);
  process.exit(1);
}
