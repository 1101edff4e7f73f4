import { startEmbeddedAws } from '../local/boot.ts';
import { heading, median, quantile, report } from './report.ts';

const WARM_UP = 10;
const REQUESTS = 100;
const BOUND_MS = 20;

/** How long POST /migrations takes to answer, warm, one after the other, while no earlier execution is at work. */
export const benchPost = async (): Promise<void> => {
  heading('POST /migrations, warm, on the embedded AWS');
  const aws = await startEmbeddedAws();
  const tookMs: number[] = [];
  const ended = new Map<string, PromiseWithResolvers<void>>();
  const endOf = (migrationId: string) => {
    const end = ended.get(migrationId) ?? Promise.withResolvers<void>();
    ended.set(migrationId, end);
    return end;
  };
  aws.onEvent(({ 'detail-type': type, detail }) => {
    if (type === 'MigrationFailed')
      endOf((detail as { metadata: { migrationId: string } }).metadata.migrationId).resolve();
  });
  try {
    for (let request = 0; request < WARM_UP + REQUESTS; request++) {
      const startMs = performance.now();
      // No such replication group: the execution ends by itself, at once.
      const response = await fetch(`${aws.apiUrl}/migrations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `bench-${request}` },
        body: JSON.stringify({
          replicationGroupId: `bench-${request}`,
          customerNodeEndpointList: [{ address: '127.0.0.1', port: 6379 }],
        }),
      });
      const text = await response.text();
      if (request >= WARM_UP) tookMs.push(performance.now() - startMs);
      if (response.status !== 202) throw new Error(`POST /migrations answered ${response.status}: ${text}`);
      await endOf(JSON.parse(text).migrationId).promise;
    }
  } finally {
    await aws.end();
  }
  const middle = median(tookMs);
  report(`median of ${REQUESTS}`, `${middle.toFixed(1)} ms`, { text: `${BOUND_MS} ms`, kept: middle < BOUND_MS });
  report('p99', `${quantile(tookMs, 0.99).toFixed(1)} ms`);
};
