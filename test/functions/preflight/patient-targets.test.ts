import { describe, expect, it } from 'vitest';
import { patientTargets } from '../../../functions/preflight/patient-targets.ts';
import type { TargetDescriptions } from '../../../functions/preflight/ports.ts';
import { FakeClock } from '../support/clock.ts';
import { aCluster, aTargetGroup } from '../support/facts.ts';

/** Asks for what has these statuses in turn, the last one again and again; `absent` is no group. */
const asking = async (ask: (targets: TargetDescriptions) => Promise<unknown>, statuses: string[]) => {
  const clock = new FakeClock();
  const startMs = clock.now();
  let looks = 0;
  const next = () => statuses[Math.min(looks++, statuses.length - 1)] as string;
  const targets: TargetDescriptions = {
    group: async () => {
      const status = next();
      return status === 'absent' ? undefined : aTargetGroup({ status });
    },
    clusters: async () => [aCluster(), aCluster({ status: next() })],
    parameters: async () => new Map(),
  };
  const found = await ask(patientTargets(targets, clock));
  return { found, looks, tookMs: clock.now() - startMs };
};
const groupIn = (...statuses: string[]) => asking((targets) => targets.group('test'), statuses);
const clusterIn = (...statuses: string[]) => asking((targets) => targets.clusters(['test-001', 'test-002']), statuses);

describe('patient targets', () => {
  it('believe at once that a group is available, or is not there', async () => {
    expect(await groupIn('available')).toMatchObject({ looks: 1, tookMs: 0 });
    expect(await groupIn('absent')).toMatchObject({ looks: 1, tookMs: 0 });
    expect(await clusterIn('available')).toMatchObject({ looks: 1, tookMs: 0 });
  });

  it('look again while a description may only be old', async () => {
    expect(await groupIn('modifying', 'modifying', 'available')).toMatchObject({
      found: { status: 'available' },
      looks: 3,
    });
    expect(await clusterIn('modifying', 'available')).toMatchObject({ looks: 2 });
  });

  it('are patient once in a gathering: what was old when it began is over 5 s later', async () => {
    const clock = new FakeClock();
    const beganMs = clock.now();
    const patient = patientTargets(
      {
        group: async () => aTargetGroup({ status: clock.now() < beganMs + 4000 ? 'modifying' : 'available' }),
        clusters: async () => [aCluster({ status: 'modifying' })],
        parameters: async () => new Map(),
      },
      clock,
    );
    expect(await patient.group('test', beganMs)).toMatchObject({ status: 'available' });
    await patient.clusters(['test-001'], beganMs);

    expect(clock.now() - beganMs).toBe(5000);
  });

  it('believe after 5 s that a group or a cluster is not available', async () => {
    expect(await groupIn('migrating')).toMatchObject({ found: { status: 'migrating' }, tookMs: 5000 });
    expect(await clusterIn('modifying')).toMatchObject({
      found: [{ status: 'available' }, { status: 'modifying' }],
      tookMs: 5000,
    });
  });
});
