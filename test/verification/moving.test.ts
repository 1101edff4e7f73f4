import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { newCheckpoint } from '../../functions/verification/checkpoint.ts';
import { verifyStep } from '../../functions/verification/step.ts';
import { type Pair, startPair } from './support/pair.ts';
import { closeReaders, found, readersOf, verify, verifyWith } from './support/verify.ts';

let pair: Pair;
afterEach(() => pair.stop());

const ELEMENTS = 3000;

it('finds a difference in a queue whose elements move past the place that is read', async () => {
  pair = await startPair();
  const elements = Array.from({ length: ELEMENTS }, (_, index) => `element ${index}`);
  await pair.onSource.run('RPUSH', 'queue', ...elements);
  await pair.caughtUp();
  await pair.onTarget.run('LSET', 'queue', '1010', 'another');
  const readers = readersOf(pair.source.port, pair.target.port);
  let hasMoved = false;
  const source = {
    ...readers.source,
    // When the first thousand has been compared, fifty are taken at the head and put at the tail.
    async listPart(...args: Parameters<typeof readers.source.listPart>) {
      if (args[2] === 1000 && !hasMoved) {
        hasMoved = true;
        for (let index = 0; index < 50; index++) await pair.onSource.run('LMOVE', 'queue', 'queue', 'LEFT', 'RIGHT');
        await pair.caughtUp();
      }
      return readers.source.listPart(...args);
    },
  };
  const result = await verifyWith({ ...readers, source });
  closeReaders(readers);

  expect(found(result)).toEqual(['0 queue value']);
});

it('begins anew when databases were swapped between two steps', async () => {
  pair = await startPair();
  await pair.onSource.runAll(Array.from({ length: 3000 }, (_, index) => ['SET', `key:${index}`, 'x']));
  await pair.caughtUp();
  const readers = readersOf(pair.source.port, pair.target.port);
  const budget = { untilMs: Date.now() + 200, maxKeysPerSecond: 1000, ignoreLatency: true };
  const options = { mode: 'full', sampleKeys: 0 } as const;
  const first = await verifyStep(readers, newCheckpoint(options, Date.now()), budget, systemClock);
  await pair.onSource.run('SWAPDB', '0', '1');
  await pair.caughtUp();
  const later = { untilMs: Date.now() + 10_000, ignoreLatency: true };
  const { checkpoint, done } = await verifyStep(readers, first.checkpoint, later, systemClock);
  closeReaders(readers);

  expect(first.checkpoint.counts.compared).toBeGreaterThan(0);
  expect(checkpoint.notes.join()).toContain('SWAPDB');
  expect(done).toMatchObject({ verdict: 'same', counts: { compared: 3000, lookedFor: 3000 } });
});

it('adds nothing to the stream of writes, with scripts that neither server knows', async () => {
  pair = await startPair();
  await pair.onSource.run('SET', 'key', 'x');
  await pair.caughtUp();
  const before = String(await pair.onSource.run('INFO', 'commandstats'));
  await verify(pair.source.port, pair.target.port);
  const after = String(await pair.onSource.run('INFO', 'commandstats'));

  expect(before).not.toContain('cmdstat_eval');
  expect(after).toContain('cmdstat_eval');
  expect(after).not.toContain('cmdstat_script');
});
