import { beforeEach, describe, expect, it } from 'vitest';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import { aRequest } from '../../functions/support/records.ts';
import type { HttpAnswer } from '../answer.ts';
import { type FloodTarget, flood } from '../flood.ts';
import { callsOf, fuzz, hold } from '../fuzz/run.ts';
import type { Service } from './service.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** What many requests that nobody wrote come to; they share the service that is open. */
export const generated = (service: () => Service): void => {
  describe('generated requests and events', () => {
    it('are taken and refused as the contract says, and nothing crashes', async () => {
      const { calls, outcomes, faults } = await fuzz(service(), 150, 20);

      expect([...faults.keys()]).toEqual([]);
      expect(calls).toBe(150);
      for (const outcome of [
        'POST /migrations 202',
        'POST /migrations 400 invalid-request',
        'MigrationRequested taken',
      ])
        expect(outcomes.get(outcome)).toBeGreaterThan(0);
    });

    const answered = (change: (answer: HttpAnswer) => HttpAnswer): Partial<Service> => ({
      ask: async (call) => change(await service().ask(call)),
    });
    it.each<[string, Partial<Service>, RegExp]>([
      [
        'takes what is wrong',
        answered((one) => (one.status === 400 ? { ...one, status: 202 } : one)),
        /took what is wrong/,
      ],
      [
        'refuses what is right',
        answered((one) => (one.status === 202 ? { ...one, status: 400 } : one)),
        /refused what is right/,
      ],
      ['answers 500', answered((one) => ({ ...one, status: 500 })), /500: a fault/],
      [
        'says what is not documented',
        answered((one) => ({ ...one, body: { ...(one.body as object), more: 1 } })),
        /additional|unevaluated/,
      ],
      ['crashes', { ask: () => Promise.reject(new TypeError('x is undefined')) }, /crashed: TypeError/],
      ['keeps no record', { find: async () => undefined }, /accepted it, and has no record/],
      ['takes every event', { deliver: async () => undefined }, /Requested taken: took what is wrong/],
      ['fails at every event', { deliver: async () => new TransientServiceError('Write', new Error()) }, /503/],
    ])('would show a service that %s', async (_, hole, told) => {
      // Of this seed: right and wrong ones of each kind.
      const { faults } = await hold({ ...service(), ...hole }, callsOf(15, 3));

      expect([...faults.keys()].join('\n')).toMatch(told);
    });
  });

  describe('a flood of requests, half of them repeats, also at the same time', () => {
    const target = (keyOf: (number: number) => string): FloodTarget => ({
      async post(number) {
        const { status, body } = await service().ask({
          method: 'POST',
          path: '/migrations',
          headers: { ...JSON_TYPE, 'idempotency-key': keyOf(number) },
          body: JSON.stringify(aRequest({ replicationGroupId: `flood-${number}` })),
        });
        const { migrationId } = body as { migrationId: string };
        return { status, migrationId };
      },
      executions: async () => [...service().executions.started.keys()].map((arn) => arn.split(':').at(-1) as string),
      kept: () => service().kept(),
    });
    beforeEach(() => service().reset());

    it('doubles no migration and loses none', async () => {
      const report = await flood(target(String), 60, 20);

      expect(report).toMatchObject({ executions: 30, kept: 30, doubled: 0, lost: 0 });
      expect([...report.statuses]).toEqual([[202, 60]]);
    });

    it('would show a door that doubles, and one that loses', async () => {
      let sent = 0;
      const doubling = await flood(
        target(() => String(sent++)),
        20,
        10,
      );
      const losing = await flood({ ...target((number) => `lost-${number}`), executions: async () => [] }, 20, 10);

      expect(doubling).toMatchObject({ executions: 20, kept: 20, doubled: 10 });
      expect(losing).toMatchObject({ executions: 0, lost: 10 });
    });
  });
};
