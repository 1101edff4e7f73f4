import { afterAll, beforeAll, describe } from 'vitest';
import { bus } from './flows/bus.ts';
import { migration } from './flows/migration.ts';
import { dryRuns, preflight } from './flows/preflight.ts';
import { requests } from './flows/requests.ts';
import { verification } from './flows/verification.ts';
import { type Lab, startLab } from './lab.ts';

/** One embedded AWS for all that asks nothing special of it: its functions' processes take seconds of the processor to start. */
describe('the service', () => {
  const lab = {} as Lab;
  const printed: string[] = [];
  beforeAll(async () => {
    const started = await startLab({
      deliveries: ({ event }) => (event['detail-type'] === 'MigrationRequested' ? 'repeat' : 'deliver'),
      lambda: { asyncRetryDelaysMs: [10, 20], logs: ({ line }) => printed.push(line) },
    });
    Object.defineProperties(lab, Object.getOwnPropertyDescriptors(started));
  });
  afterAll(() => lab.end?.());

  migration(lab, printed);
  requests(lab);
  bus(lab);
  preflight(lab);
  dryRuns(lab);
  verification(lab);
});
