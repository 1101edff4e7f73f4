import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../local/simulated-clock.ts';

describe('SimulatedClock', () => {
  it('stands still until it is told to move', () => {
    const clock = new SimulatedClock(1000);

    expect([clock.now(), clock.now()]).toEqual([1000, 1000]);
  });

  it('fires timers in the order of their times, equals in the order in which they were set', async () => {
    const clock = new SimulatedClock(0);
    const fired: [string, number][] = [];
    for (const [name, delay] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
    ] as const) {
      clock.after(delay, () => fired.push([name, clock.now()]));
    }
    await clock.runUntilIdle();

    expect(fired).toEqual([
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
      ['c', 30],
    ]);
  });

  it('moves no further than it is told', async () => {
    const clock = new SimulatedClock(0);
    const fired: number[] = [];
    clock.after(10, () => fired.push(10));
    clock.after(11, () => fired.push(11));
    await clock.advance(10);

    expect(fired).toEqual([10]);
    expect([clock.now(), clock.pending]).toEqual([10, 1]);
  });

  it('fires no timer that was cancelled, not even by another of the same time', async () => {
    const clock = new SimulatedClock(0);
    const fired: string[] = [];
    clock.after(5, () => second.cancel());
    const second = clock.after(5, () => fired.push('second'));
    await clock.runUntilIdle();

    expect(fired).toEqual([]);
  });

  it('lets what a timer leads to go on before the next timer fires', async () => {
    const clock = new SimulatedClock(0);
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
    const order: string[] = [];
    clock.after(15, () => order.push('timer at 15'));
    const chain = (async () => {
      await sleep(10);
      for (let i = 0; i < 50; i += 1) await Promise.resolve();
      order.push(`chain at ${clock.now()}`);
      await sleep(0);
      order.push(`again at ${clock.now()}`);
    })();
    await clock.runUntilIdle();
    await chain;

    expect(order).toEqual(['chain at 10', 'again at 10', 'timer at 15']);
  });

  it('runs until something holds, and says so when it never will', async () => {
    const clock = new SimulatedClock(0);
    let turns = 0;
    const turn = () => {
      turns += 1;
      clock.after(1000, turn);
    };
    turn();
    await clock.runUntil(() => turns === 100);

    expect(clock.now()).toBe(99_000);
    await expect(new SimulatedClock(0).runUntil(() => false)).rejects.toThrow('no timer left');
  });
});
