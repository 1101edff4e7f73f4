import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { latencyOf } from '../../../functions/adapters/latency.ts';

/** Keeps this process from looking. */
const block = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

const answerAfter =
  (ms: number, beforeIt: () => void = () => undefined) =>
  () =>
    new Promise<void>((answer) => {
      setTimeout(() => {
        beforeIt();
        answer();
      }, ms);
    });

describe('the latency of an answer', () => {
  it('is how long it was looked for', async () => {
    expect(await latencyOf(answerAfter(300))).toBeGreaterThan(200);
  });

  it('leaves out what this process itself was late by', async () => {
    expect(await latencyOf(answerAfter(5, () => block(1000)))).toBeLessThan(900);
  });

  it('ends with the answer, also where that is an error', async () => {
    await expect(latencyOf(() => sleep(1).then(() => Promise.reject(new Error('gone'))))).rejects.toThrow('gone');
  });
});
