import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedAws } from '../local/boot.ts';
import { connectSource, type SourceClient } from '../local/demo/seed.ts';
import { noDelays } from '../local/elasticache/settings.ts';
import { startRedis } from '../local/redis/server.ts';
import { heading, median, report } from './report.ts';

const KEYS = 1_000_000;
const VALUE_BYTES = 80;
const RUNS = 3;
const LOOK_MS = 5;

/** From POST to MigrationInSync, against a bare REPLICAOF of the same data between two servers, in turns. */
export const benchSync = async (): Promise<void> => {
  heading(`Full sync of ${KEYS.toLocaleString('en-US')} keys, the control plane's delays at 0`);
  const source = await startRedis({
    config: { 'enable-debug-command': 'yes', rdbcompression: 'no', bind: '127.0.0.1 -10.0.0.5' },
  });
  const client = await connectSource(source.port);
  await client.sendCommand(['DEBUG', 'POPULATE', String(KEYS), 'key', String(VALUE_BYTES)]);

  const bare: number[] = [];
  const whole: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    bare.push(await bareReplication(source.port));
    whole.push(await migration(source.port));
    console.log(
      `  run ${run + 1}: bare REPLICAOF ${seconds(bare[run])}, POST to MigrationInSync ${seconds(whole[run])}`,
    );
  }
  client.destroy();
  await source.stop();

  const [bareMs, wholeMs] = [median(bare), median(whole)];
  report('bare REPLICAOF until the link is up (median)', seconds(bareMs));
  const bound = 1.25 * bareMs + 2000;
  report('POST to MigrationInSync (median)', seconds(wholeMs), { text: seconds(bound), kept: wholeMs <= bound });
  report('ratio', (wholeMs / bareMs).toFixed(2));
};

const seconds = (ms = Number.NaN) => `${(ms / 1000).toFixed(2)} s`;

const bareReplication = async (sourcePort: number): Promise<number> => {
  const replica = await startRedis();
  const client = await connectSource(replica.port);
  const startMs = performance.now();
  await client.sendCommand(['REPLICAOF', '127.0.0.1', String(sourcePort)]);
  while (!(await linkIsUp(client))) await sleep(LOOK_MS);
  const tookMs = performance.now() - startMs;
  client.destroy();
  await replica.stop();
  return tookMs;
};

const linkIsUp = async (client: SourceClient) =>
  String(await client.sendCommand(['INFO', 'replication'])).includes('master_link_status:up');

const migration = async (sourcePort: number): Promise<number> => {
  const aws = await startEmbeddedAws({
    elastiCache: { settings: noDelays },
    parameters: { PollMilliseconds: '50', DescribeSeconds: '0', WriteSampleMilliseconds: '50', StartsPerMinute: '0' },
    hostAliases: { '10.0.0.5:*': '127.0.0.1:*' },
  });
  try {
    await aws.elastiCache.createGroup({ id: 'bench', replicas: 1 });
    const inSync = Promise.withResolvers<void>();
    aws.onEvent((event) => {
      if (event['detail-type'] === 'MigrationInSync') inSync.resolve();
      if (event['detail-type'] === 'MigrationFailed') inSync.reject(new Error(JSON.stringify(event.detail)));
    });
    const startMs = performance.now();
    const response = await fetch(`${aws.apiUrl}/migrations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        replicationGroupId: 'bench',
        customerNodeEndpointList: [{ address: '10.0.0.5', port: sourcePort }],
      }),
    });
    if (!response.ok) throw new Error(await response.text());
    await inSync.promise;
    return performance.now() - startMs;
  } finally {
    await aws.end();
  }
};
