import { describe, expect, it, vi } from 'vitest';
import { about, aboutOnly } from '../../functions/adapters/logger.ts';
import { tellFigures } from '../../functions/adapters/metrics.ts';
import { LOG_BYTES_OF_A_LAG, logBytes, watchedDayBytes } from '../../simulation/cost.ts';
import { alarmsUsd, ENDPOINTS, endpointUsd, idleMonth, METRICS, metricsUsd } from '../../simulation/idle-cost.ts';
import { dollars, standing } from '../../simulation/pages.ts';
import { sectionOf, tableOf, textOf } from '../docs/sources.ts';
import { resourcesOf } from '../template/support.ts';

describe('what is paid by the month', () => {
  it('counts each metric that an alarm reads, as AWS does', () => {
    const named = resourcesOf('AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => JSON.stringify(Properties).split('"MetricName":').length - 1,
    );
    const { alarms, alarmMetrics } = standing();

    expect(alarms).toBe(named.length);
    expect(alarmMetrics).toBe(named.reduce((sum, count) => sum + count, 0));
    expect(alarmMetrics).toBeGreaterThan(alarms);
    expect(alarmsUsd(standing())).toBeCloseTo(alarmMetrics * 0.1);
  });

  it('has the interface endpoints that the page on deploying asks for, by the hour and the zone', () => {
    const asked = tableOf(sectionOf(textOf('docs/deploying.md'), 'What you need')).flatMap(
      ([name = '']) => /^(\S+) \(interface\)$/.exec(name)?.[1] ?? [],
    );

    expect(ENDPOINTS.map(({ service }) => service).sort()).toEqual(asked.sort());
    expect(endpointUsd(2)).toBeCloseTo(14.6);
  });
});

describe('what is logged', () => {
  it('about the lag is a line of that size', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    about({ migrationId: 'orders-prod-2d4e27f91296', correlationId: crypto.randomUUID(), phase: 'catchingUp' });
    tellFigures({ LagSeconds: 1, LagBytes: 123_456 });
    const lines = write.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('LagBytes'));
    write.mockRestore();
    aboutOnly({});

    expect(lines).toHaveLength(1);
    expect(Math.abs(Buffer.byteLength(lines[0] ?? '') - LOG_BYTES_OF_A_LAG)).toBeLessThan(40);
  });

  it('in a day of watching is what the turns, the lag and the transitions make together', () => {
    expect(watchedDayBytes()).toBe(logBytes(180, 2880, 360));
  });
});

it('docs/observability.md has the figures of docs/cost.md', () => {
  const section = sectionOf(textOf('docs/observability.md'), 'What it costs');
  const { alarms, alarmMetrics, dashboards } = standing();
  const [dashboard] = idleMonth(standing()).filter(({ what }) => what.startsWith(`dashboard (${dashboards})`));
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

  expect(section).toContain(
    `${alarms} alarms over ${alarmMetrics} metrics are ${dollars(alarmsUsd(standing()))} a month`,
  );
  expect(section).toContain(`A metric is $${metricsUsd(1).toFixed(2)}`);
  expect(section).toContain(`all that goes on ${METRICS},`);
  expect(section).toContain(`The dashboard is ${dollars(dashboard?.usd ?? Number.NaN)} beyond`);
  expect(section).toContain(
    `makes ${megabytes(watchedDayBytes())} MB of them, ${megabytes(logBytes(0, 2880, 0))} MB by telling its lag 2,880 times`,
  );
});
