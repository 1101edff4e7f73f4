import { describe, expect, it } from 'vitest';
import { PREFLIGHT_CHECKS } from '../../../../functions/migration/preflight.ts';
import { CATALOGUE } from '../../../../functions/preflight/catalogue.ts';
import type { Facts, FactValues } from '../../../../functions/preflight/facts.ts';
import { makeDescribeFacts } from '../../../../functions/preflight/gather/describe.ts';
import { judge } from '../../../../functions/preflight/judge.ts';
import { FakeClock } from '../../support/clock.ts';
import { aTargetGroup, cleanFacts } from '../../support/facts.ts';

const source = { address: '10.0.0.5', port: 6379 };
const { group, clusters, parameters } = cleanFacts() as { [N in keyof FactValues]: { value: FactValues[N] } };
const gather = (change: Partial<FactValues['group']> | 'absent' = {}, address = source.address): Promise<Facts> =>
  makeDescribeFacts(
    {
      group: async () => (change === 'absent' ? undefined : { ...group.value, ...change }),
      clusters: async () => clusters.value,
      parameters: async () => parameters.value,
    },
    new FakeClock(),
  )({ replicationGroupId: 'test', source: { address, port: 6379 } });
const judged = (facts: Facts) =>
  judge(facts, { replicationGroupId: 'test', source, nowMs: 0, fence: 'none', copyBytesPerSecond: 4e7 }, []);

describe('the preflight of a stack that reaches no server', () => {
  it('makes the checks of what the API tells, and names every other in one warning', async () => {
    const { verdict, checks, findings, forecast } = judged(await gather());
    const [finding, ...others] = findings;
    const named = /Not checked: (.*)\.$/.exec(finding?.found ?? '')?.[1]?.split(', ') ?? [];

    expect([verdict, others]).toEqual(['passed', []]);
    expect(finding).toMatchObject({ id: 'unread-servers', severity: 'warning' });
    expect(named).toContain('target-holds-data');
    expect(named.length + checks).toBe(CATALOGUE.length);
    expect(named.every((id) => Object.hasOwn(PREFLIGHT_CHECKS, id))).toBe(true);
    expect(forecast.verdict).toBe('unknown');
  });

  it('still stops what the API shows to fail', async () => {
    const { verdict, findings } = judged(await gather({ ...aTargetGroup(), multiAz: 'disabled' }));

    expect([verdict, findings[0]?.id]).toEqual(['failed', 'target-multi-az']);
    expect(judged(await gather('absent')).findings[0]?.id).toBe('target-not-found');
  });

  it('judges an address, and looks no name up', async () => {
    expect((await gather({}, '52.1.2.3')).sourceAddresses).toEqual({ value: ['52.1.2.3'] });
    expect((await gather({}, 'db.example')).sourceAddresses).toEqual({ outOfReach: true });
    expect(judged(await gather({}, '52.1.2.3')).findings.map(({ id }) => id)).toContain('source-address-not-private');
  });
});
