import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { type Checkpoint, MAX_CHECKPOINT_BYTES, newCheckpoint } from '../../functions/verification/checkpoint.ts';
import { verifyStep } from '../../functions/verification/step.ts';
import { type Argument, type Pair, startPair } from './support/pair.ts';
import { closeReaders, readersOf } from './support/verify.ts';

const AT_ONCE = 500;
const ODD = Buffer.of(0xff, 0x5c, 0x22, 0x0a);
/** Bytes that are long in JSON, and a name that is like all others but for its end. */
const named = (kind: string, bytes: number) => (index: number) => {
  const end = Buffer.from(`:${kind}:${index}`);
  return Buffer.concat([Buffer.alloc(bytes - end.length, ODD), end]);
};
const BIG = Buffer.alloc(70_000, 'x');
const small = (side: string) => () => side;
const big = (side: string) => () => Buffer.concat([BIG, Buffer.from(side)]);

const HOSTILE = [
  { what: 'differing keys with names of 1 KB', keys: 3000, name: named('k', 1000), value: small },
  { what: 'differing big keys with names of 490 bytes', keys: 150, name: named('b', 490), value: big },
  { what: 'differing big keys with names of 2 KB', keys: 120, name: named('l', 2000), value: big },
  { what: 'differing keys with names of 64 KB', keys: 120, name: named('h', 65_000), value: small },
];

const fill = async (client: Pair['onSource'], keys: number, make: (index: number) => Argument[]): Promise<void> => {
  for (let from = 0; from < keys; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, keys - from);
    await client.runAll(Array.from({ length: count }, (_, index) => ['SET', ...make(from + index)]));
  }
};

/** In short steps, with nothing but the text of the checkpoint between them, by other connections each time. */
const verifyInSteps = async (pair: Pair, mode: 'full' | 'sample', stepMs: number) => {
  let checkpoint: Checkpoint = newCheckpoint({ mode, sampleKeys: 150 }, Date.now());
  let longest = 0;
  for (;;) {
    const readers = readersOf(pair.source.port, pair.target.port);
    const budget = { untilMs: Date.now() + stepMs, ignoreLatency: true };
    const step = await verifyStep(readers, checkpoint, budget, systemClock);
    closeReaders(readers);
    const json = JSON.stringify(step.checkpoint);
    longest = Math.max(longest, Buffer.byteLength(json));
    checkpoint = JSON.parse(json);
    if (step.done) return { longest, ...step.done };
  }
};

describe.each(HOSTILE)('$keys $what', ({ keys, name, value }) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair();
    await pair.detach();
    await fill(pair.onSource, keys, (index) => [name(index), value('source')()]);
    await fill(pair.onTarget, keys, (index) => [name(index), value('target')()]);
  });
  afterAll(() => pair.stop());

  it('fit into a checkpoint, and are all found', async () => {
    const { longest, counts, verdict } = await verifyInSteps(pair, 'full', 100);

    expect(longest).toBeLessThan(MAX_CHECKPOINT_BYTES);
    expect({ verdict, ...counts }).toMatchObject({
      verdict: 'different',
      compared: keys,
      lookedFor: keys,
      unsettled: 0,
      settled: 0,
      differences: { value: keys, missing: 0, extra: 0 },
    });
  });

  it('fit into a checkpoint of a sample', async () => {
    const { longest, counts } = await verifyInSteps(pair, 'sample', 100);

    expect(longest).toBeLessThan(MAX_CHECKPOINT_BYTES);
    expect(counts.unsettled).toBe(0);
    expect(counts.differences.value).toBeGreaterThan(50);
  });
});
