import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { newCheckpoint } from '../../functions/verification/checkpoint.ts';
import { verifyStep } from '../../functions/verification/step.ts';
import { type Pair, startPair } from './support/pair.ts';
import { closeReaders, readersOf } from './support/verify.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({ source: { config: { 'repl-backlog-size': '16384', 'repl-diskless-sync-delay': '0' } } });
  await pair.onSource.runAll(Array.from({ length: 3000 }, (_, index) => ['SET', `key:${index}`, 'x']));
  await pair.caughtUp();
});
afterAll(() => pair.stop());

it('begins anew when the target was loaded anew between two steps, with the ids that it had', async () => {
  const readers = readersOf(pair.source.port, pair.target.port);
  const budget = { untilMs: Date.now() + 200, maxKeysPerSecond: 1000, ignoreLatency: true };
  const options = { mode: 'full', sampleKeys: 0 } as const;
  const first = await verifyStep(readers, newCheckpoint(options, Date.now()), budget, systemClock);
  expect(first.done).toBeUndefined();

  await pair.onTarget.run('REPLICAOF', '127.0.0.1', '1');
  // More than the backlog holds: the target cannot go on where it was.
  for (let index = 0; index < 10; index++) await pair.onSource.run('SET', 'long', 'x'.repeat(10_000));
  await pair.onTarget.run('REPLICAOF', '127.0.0.1', String(pair.source.port));
  await pair.caughtUp();
  const later = { untilMs: Date.now() + 10_000, ignoreLatency: true };
  const { checkpoint, done } = await verifyStep(readers, first.checkpoint, later, systemClock);
  closeReaders(readers);

  expect(checkpoint.notes).toEqual(['Began anew: the target may have been loaded anew']);
  expect(done).toMatchObject({ verdict: 'same', counts: { compared: 3001 } });
});
