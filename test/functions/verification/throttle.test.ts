import { describe, expect, it } from 'vitest';
import type { Rate } from '../../../functions/verification/checkpoint.ts';
import { Throttle } from '../../../functions/verification/throttle.ts';
import { FakeClock } from '../support/clock.ts';

/** Reads 100 keys every 10 ms, while the source answers in so many milliseconds, for so long. */
const read = async (throttle: Throttle, clock: FakeClock, forMs: number) => {
  const untilMs = clock.now() + forMs;
  let keys = 0;
  while (clock.now() < untilMs) {
    await throttle.pace(100);
    await Promise.resolve();
    clock.advance(10);
    keys += 100;
  }
  return (1000 * keys) / forMs;
};

const setUp = async () => {
  const clock = new FakeClock();
  const rate: Rate = {};
  const source = { latencyMs: 1 };
  const throttle = new Throttle(clock, rate, async () => source.latencyMs);
  await throttle.prepare();
  return { clock, rate, source, throttle };
};

describe('Throttle', () => {
  it('learns the latency before the first key', async () => {
    expect((await setUp()).rate.baselineMs).toBe(1);
  });

  it('holds nothing back while the latency is about what it was', async () => {
    const { clock, rate, source, throttle } = await setUp();
    source.latencyMs = 5;

    expect(await read(throttle, clock, 5000)).toBeGreaterThan(9000);
    expect(rate.brake).toBeUndefined();
  });

  it('slows down when the latency rises, never to a stop, and recovers', async () => {
    const { clock, rate, source, throttle } = await setUp();
    await read(throttle, clock, 2000);
    source.latencyMs = 30;
    await read(throttle, clock, 20_000);
    const slowed = await read(throttle, clock, 2000);
    source.latencyMs = 1;
    await read(throttle, clock, 30_000);

    expect(slowed).toBeLessThan(2000);
    expect(slowed).toBeGreaterThan(500);
    expect(await read(throttle, clock, 2000)).toBeGreaterThan(9000);
    expect(rate.brake).toBeUndefined();
  });

  it('heeds no latency when it is told so', async () => {
    const clock = new FakeClock();
    const rate: Rate = { brake: 100 };
    const throttle = new Throttle(clock, rate, undefined);
    await throttle.prepare();

    expect(await read(throttle, clock, 1000)).toBe(10_000);
    expect(rate).toEqual({});
  });
});
