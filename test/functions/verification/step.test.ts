import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  newCheckpoint,
  type VerificationOptions,
} from '../../../functions/verification/checkpoint.ts';
import { type Budget, type Step, verifyStep } from '../../../functions/verification/step.ts';
import { FakeClock } from '../support/clock.ts';
import { type FakeServer, fakePair } from './fake-reader.ts';

const FULL: VerificationOptions = { mode: 'full', sampleKeys: 0 };
type Pair = { source: FakeServer; target: FakeServer };

const begin = (clock: FakeClock, options: Partial<VerificationOptions> = {}) =>
  newCheckpoint({ ...FULL, ...options }, clock.now());

const step = (pair: Pair, checkpoint: Checkpoint, clock: FakeClock, budget: Partial<Budget> = {}): Promise<Step> =>
  verifyStep(pair, checkpoint, { untilMs: clock.now() + 10_000, ...budget }, clock);

const verify = async (pair: Pair, options: Partial<VerificationOptions> = {}) => {
  const clock = new FakeClock();
  const { done } = await step(pair, begin(clock, options), clock);
  if (!done) throw new Error('Not done');
  return done;
};

const verifyInSteps = async (pair: Pair) => {
  const clock = new FakeClock();
  let { checkpoint, done } = await step(pair, begin(clock), clock);
  for (let steps = 0; steps < 20 && !done; steps++) ({ checkpoint, done } = await step(pair, checkpoint, clock));
  return done;
};

describe('a verification', () => {
  it('says that equal servers are the same', async () => {
    const result = await verify(fakePair());

    expect(result).toMatchObject({ verdict: 'same', differences: [], counts: { compared: 10, lookedFor: 10 } });
  });

  it('says of empty servers that they are the same', async () => {
    expect(await verify(fakePair(0))).toMatchObject({ verdict: 'same', counts: { compared: 0 } });
  });

  it('tells what is missing, extra, of another type, with another value, or another expiry', async () => {
    const pair = fakePair();
    pair.target.keys.delete('key:0');
    pair.target.set('new', 'x');
    pair.target.keys.set('key:2', { type: 'hash', value: 'value 2' });
    pair.target.set('key:3', 'value X');
    pair.source.set('key:4', 'value 4', 5_000_000_000_000);
    const { differences, verdict, counts } = await verify(pair);

    expect(verdict).toBe('different');
    expect(Object.fromEntries(differences.map(({ key, kind }) => [key, kind]))).toEqual({
      'key:0': 'missing',
      new: 'extra',
      'key:2': 'type',
      'key:3': 'value',
      'key:4': 'ttl',
    });
    expect(counts.differences).toEqual({ missing: 1, extra: 1, type: 1, value: 1, ttl: 1 });
  });

  it('tolerates expiries that are as close as it is told', async () => {
    const pair = fakePair();
    pair.source.set('key:4', 'value 4', 5_000_000_000_000);
    pair.target.set('key:4', 'value 4', 5_000_000_000_050);

    expect((await verify(pair, { ttlToleranceMs: 49 })).counts.differences.ttl).toBe(1);
    expect((await verify(pair, { ttlToleranceMs: 50 })).verdict).toBe('same');
  });

  it('tolerates what lag and clocks explain where a server does not tell expiries exactly', async () => {
    const pair = fakePair();
    pair.source.traitsNow = { ...pair.source.traitsNow, exactExpiry: false };
    pair.source.identityNow.nowMs = 300;

    expect((await verify(pair)).ttlToleranceMs).toBe(1300);
    expect((await verify(pair, { ttlToleranceMs: 0 })).ttlToleranceMs).toBe(10);
  });

  it('compares nothing before the target has applied what the source has', async () => {
    const pair = fakePair();
    const clock = new FakeClock();
    pair.target.set('key:1', 'older');
    pair.target.offsetNow = 900;
    clock.after(500, () => {
      pair.target.offsetNow = 1000;
      pair.target.set('key:1', 'value 1');
    });
    const { done } = await step(pair, begin(clock), clock);

    expect(done).toMatchObject({ verdict: 'same', counts: { compared: 10, candidates: 0 } });
    expect(clock.now()).toBeGreaterThanOrEqual(new FakeClock().now() + 500);
  });

  it('settles a doubtful key once it is the same', async () => {
    const pair = fakePair();
    pair.target.set('key:1', 'older');
    let reads = 0;
    pair.target.onRead = () => {
      if (++reads === 3) pair.target.set('key:1', 'value 1');
    };

    expect(await verify(pair)).toMatchObject({ verdict: 'same', counts: { candidates: 1, settled: 1 } });
  });

  it('waits for a target that is behind from step to step, and says so; in the end it cannot tell', async () => {
    const pair = fakePair();
    const clock = new FakeClock();
    pair.target.offsetNow = 900;
    let { checkpoint, progress, done } = await step(pair, begin(clock), clock);
    expect(progress.waitingFor).toContain('target');
    for (let steps = 0; steps < 100 && !done; steps++) ({ checkpoint, done } = await step(pair, checkpoint, clock));

    expect(done).toMatchObject({ verdict: 'unknown', counts: { compared: 0, unsettled: 10 } });
    expect(done?.untold).toEqual(['all keys that had not been compared by then']);
    expect(done?.notes.join()).toContain('10 minutes');
  });

  it('does not call a counter the same that stays one behind', async () => {
    for (const behind of [1, -1]) {
      const pair = fakePair();
      let count = 100;
      // Every look at either side finds the source one further: the target always has what the source had, or will have.
      const write = () => {
        pair.source.set('key:1', String(++count));
        pair.target.set('key:1', String(count - behind));
        for (const server of [pair.source, pair.target]) server.offsetNow++;
      };
      for (const server of [pair.source, pair.target]) server.onRead = write;
      const done = await verifyInSteps(pair);

      expect(done).toMatchObject({ verdict: 'unknown', differences: [], counts: { unsettled: 1 } });
    }
  });

  it('finds the counter that is behind as soon as it stands still for a moment', async () => {
    const pair = fakePair();
    let [count, looks] = [100, 0];
    const write = () => {
      if (++looks > 30) return;
      pair.source.set('key:1', String(++count));
      pair.target.set('key:1', String(count - 1));
      for (const server of [pair.source, pair.target]) server.offsetNow++;
    };
    for (const server of [pair.source, pair.target]) server.onRead = write;

    expect(await verifyInSteps(pair)).toMatchObject({ verdict: 'different', differences: [{ key: 'key:1' }] });
  });

  it('begins anew after a full synchronisation, which leaves the ids as they were', async () => {
    const pair = fakePair(1000);
    const clock = new FakeClock();
    const first = await step(pair, begin(clock), clock, { untilMs: clock.now() + 10, maxKeysPerSecond: 1000 });
    pair.source.identityNow.fullSyncs++;
    const { done, checkpoint } = await step(pair, first.checkpoint, clock, { untilMs: clock.now() + 60_000 });

    expect(checkpoint.restarts).toBe(1);
    expect(done).toMatchObject({ verdict: 'same', counts: { compared: 1000 } });
  });

  it.each(['source', 'target'] as const)('begins anew after SWAPDB on the %s', async (side) => {
    const pair = fakePair(1000);
    const clock = new FakeClock();
    const first = await step(pair, begin(clock), clock, { untilMs: clock.now() + 10, maxKeysPerSecond: 1000 });
    pair[side].identityNow.swaps++;
    const { done } = await step(pair, first.checkpoint, clock, { untilMs: clock.now() + 60_000 });

    expect(done).toMatchObject({ verdict: 'same', counts: { compared: 1000 } });
    expect(done?.notes).toEqual([`Began anew: SWAPDB was called on the ${side}`]);
  });

  it('cannot tell of servers that are other ones again and again, and ends', async () => {
    const pair = fakePair();
    const clock = new FakeClock();
    pair.source.onRead = () => pair.source.identityNow.swaps++;
    let { checkpoint, done } = await step(pair, begin(clock), clock);
    for (let steps = 0; steps < 100 && !done; steps++) ({ checkpoint, done } = await step(pair, checkpoint, clock));

    expect(done).toMatchObject({ verdict: 'unknown', counts: { unsettled: 10 } });
  });

  it('tells that keys were renamed meanwhile, and how often', async () => {
    const pair = fakePair(1000);
    const clock = new FakeClock();
    let { checkpoint } = await step(pair, begin(clock), clock, { untilMs: clock.now() + 10, maxKeysPerSecond: 1000 });
    for (const calls of [2, 3]) {
      pair.source.identityNow.renames += calls;
      ({ checkpoint } = await step(pair, checkpoint, clock, { untilMs: clock.now() + 10, maxKeysPerSecond: 1000 }));
    }

    expect(checkpoint.notes).toHaveLength(1);
    expect(checkpoint.notes.join()).toContain('Keys were renamed or moved meanwhile: 5 calls');
  });

  it('does not call a key lost that has expired by the clock of the target', async () => {
    const pair = fakePair();
    const clock = new FakeClock();
    pair.target.identityNow.nowMs = clock.now() + 60_000;
    pair.source.identityNow.nowMs = clock.now();
    pair.source.set('key:1', 'value 1', clock.now() + 50_000);
    pair.target.keys.delete('key:1');
    let { checkpoint, done } = await step(pair, begin(clock), clock);
    for (let steps = 0; steps < 100 && !done; steps++) ({ checkpoint, done } = await step(pair, checkpoint, clock));

    expect(done).toMatchObject({ verdict: 'same', counts: { expired: 1 } });
    expect(done?.notes.join()).toContain('clock');
  });

  it('refuses to compare a server with itself', async () => {
    const pair = fakePair();
    pair.target.identityNow.runId = pair.source.identityNow.runId;

    await expect(verify(pair)).rejects.toThrow('the same server');
  });

  it('says when the target does not replicate from the source', async () => {
    const pair = fakePair();
    pair.target.identityNow.replicationId = 'its own';

    expect((await verify(pair)).notes.join()).toContain('does not replicate');
  });

  it('does not call a key lost that flips between two states', async () => {
    const pair = fakePair();
    let reads = 0;
    pair.source.onRead = () => {
      if (reads++ % 2 === 0) pair.source.keys.delete('key:1');
      else pair.source.set('key:1', 'value 1');
    };
    const result = await verifyInSteps(pair);

    expect(result).toMatchObject({ verdict: 'unknown', differences: [], counts: { unsettled: 1 } });
  });

  it('cannot tell a key that is another one at every look', async () => {
    const pair = fakePair();
    let reads = 0;
    pair.source.onRead = () => pair.source.set('key:1', `moving ${reads++}`);
    const clock = new FakeClock();
    let { checkpoint, done } = await step(pair, begin(clock), clock);
    for (let steps = 0; steps < 20 && !done; steps++) ({ checkpoint, done } = await step(pair, checkpoint, clock));

    expect(done).toMatchObject({ verdict: 'unknown', differences: [], counts: { unsettled: 1 } });
    expect(done?.untold).toEqual(['key:1 in database 0: it changes faster than it can be compared']);
  });

  it('tells an expiry that passed meanwhile, and an eviction, from a loss', async () => {
    const pair = fakePair();
    const clock = new FakeClock();
    for (const server of [pair.source, pair.target]) server.identityNow.nowMs = clock.now();
    pair.source.set('key:1', 'value 1', clock.now() + 1000);
    pair.target.keys.delete('key:1');
    pair.target.keys.delete('key:2');
    let reads = 0;
    pair.source.onRead = () => {
      if (++reads !== 4) return;
      clock.advance(1000);
      pair.source.keys.delete('key:1');
      pair.source.keys.delete('key:2');
      pair.source.identityNow.evictedKeys = 1;
    };
    const { done } = await step(pair, begin(clock), clock);

    expect(done).toMatchObject({ verdict: 'same', counts: { candidates: 2, expired: 1, evicted: 1 } });
  });

  it('says of a key of an unknown type that it cannot tell', async () => {
    const pair = fakePair();
    for (const server of [pair.source, pair.target]) server.keys.set('key:1', { type: 'module', value: '' });

    expect(await verify(pair)).toMatchObject({ verdict: 'unknown', counts: { unreadable: 1 } });
  });

  it('begins anew when a server is another one than before, and says so', async () => {
    const pair = fakePair(1000);
    pair.target.set('key:1', 'else');
    const clock = new FakeClock();
    const first = await step(pair, begin(clock), clock, { untilMs: clock.now() + 10, maxKeysPerSecond: 1000 });
    expect(first.done).toBeUndefined();
    pair.target.identityNow.runId = 'another';
    pair.target.set('key:1', 'value 1');
    const { done, checkpoint } = await step(pair, first.checkpoint, clock, { untilMs: clock.now() + 60_000 });

    expect(checkpoint.restarts).toBe(1);
    expect(done).toMatchObject({ verdict: 'same', counts: { compared: 1000 } });
    expect(done?.notes).toEqual(['Began anew: the target was restarted or replaced']);
  });

  it('is not done when a server was replaced at the very end', async () => {
    const pair = fakePair();
    const clock = new FakeClock();
    let asked = 0;
    const { identity } = pair.target;
    pair.target.identity = async () => ({
      ...(await identity.call(pair.target)),
      replicationId: asked++ < 2 ? 'one' : 'two',
    });
    const { done, checkpoint } = await step(pair, begin(clock), clock);

    expect(done).toBeUndefined();
    expect(checkpoint).toMatchObject({ restarts: 1, counts: { compared: 0 } });
  });

  it('leaves the checkpoint that it was given as it was', async () => {
    const clock = new FakeClock();
    const checkpoint = begin(clock);
    const before = JSON.stringify(checkpoint);
    await step(fakePair(), checkpoint, clock);

    expect(JSON.stringify(checkpoint)).toBe(before);
  });

  it('counts every difference of servers that have nothing in common, and keeps a checkpoint that fits', async () => {
    const pair = fakePair(0);
    const clock = new FakeClock();
    const [long, keys] = ['n'.repeat(200), 3000];
    for (let index = 0; index < keys; index++) pair.source.set(`${index} ${long}`, 'x', 5e12);
    for (let index = 0; index < keys; index++) pair.target.set(`${long} ${index}`, 'x');
    let checkpoint = begin(clock);
    let longest = 0;
    for (;;) {
      const now = await step(pair, checkpoint, clock, { untilMs: clock.now() + 5 });
      checkpoint = JSON.parse(JSON.stringify(now.checkpoint));
      longest = Math.max(longest, JSON.stringify(checkpoint).length);
      if (!now.done) continue;
      expect(now.done.counts.differences).toMatchObject({ missing: keys, extra: keys });
      expect(now.done.differences).toHaveLength(100);
      break;
    }
    expect(longest).toBeLessThan(60_000);
  });

  it('keeps to the keys a second that it is given', async () => {
    const clock = new FakeClock();
    const begunMs = clock.now();
    await step(fakePair(1000), begin(clock), clock, { untilMs: clock.now() + 60_000, maxKeysPerSecond: 500 });

    expect(clock.now() - begunMs).toBeGreaterThanOrEqual(3900);
    expect(clock.now() - begunMs).toBeLessThan(4500);
  });

  it('says how far it is', async () => {
    const clock = new FakeClock();
    const { progress } = await step(fakePair(1000), begin(clock), clock, {
      untilMs: clock.now() + 1000,
      maxKeysPerSecond: 500,
    });

    expect(progress.percent).toBeGreaterThan(20);
    expect(progress.percent).toBeLessThan(35);
    expect(progress.keysTotal).toBe(2000);
    expect(progress.etaSeconds).toBeGreaterThan(1);
  });

  it('says of a sample of empty servers that there was nothing to draw', async () => {
    const { confidence } = await verify(fakePair(0), { mode: 'sample', sampleKeys: 300 });

    expect(confidence).toEqual({
      maxDifferentShare: 0,
      text: 'neither side holds a key, so that there was nothing to draw',
    });
  });

  it('bounds what a sample does not show', async () => {
    const { confidence } = await verify(fakePair(1000), { mode: 'sample', sampleKeys: 300 });

    expect(confidence?.maxDifferentShare).toBeGreaterThan(0.008);
    expect(confidence?.maxDifferentShare).toBeLessThanOrEqual(0.01);
    expect(confidence?.text).toMatch(
      /^\d+ keys drawn on each side and none different: at 95 % at most (0\.\d+|1) % of all keys differ$/,
    );
  });
});
