import { startEmbeddedAws } from '../local/boot.ts';
import { heading, median, quantile, report } from './report.ts';

const WARM_UP = 30;
const REQUESTS = 300;
const BOUND_MS = 20;

/** How long POST /migrations takes to answer, warm, one after the other. */
export const benchPost = async (): Promise<void> => {
  heading('POST /migrations, warm, on the embedded AWS');
  const aws = await startEmbeddedAws();
  const tookMs: number[] = [];
  try {
    for (let request = 0; request < WARM_UP + REQUESTS; request++) {
      const startMs = performance.now();
      // No such replication group: the execution ends at once, and what is timed is the answer alone.
      const response = await fetch(`${aws.apiUrl}/migrations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `bench-${request}` },
        body: JSON.stringify({
          replicationGroupId: `bench-${request}`,
          customerNodeEndpointList: [{ address: '127.0.0.1', port: 6379 }],
        }),
      });
      await response.text();
      if (response.status !== 202) throw new Error(`POST /migrations answered ${response.status}`);
      if (request >= WARM_UP) tookMs.push(performance.now() - startMs);
    }
  } finally {
    await aws.end();
  }
  const middle = median(tookMs);
  report(`median of ${REQUESTS}`, `${middle.toFixed(1)} ms`, { text: `${BOUND_MS} ms`, kept: middle < BOUND_MS });
  report('p99', `${quantile(tookMs, 0.99).toFixed(1)} ms`);
};
