import type { Finding, PreflightResult } from '../../../functions/migration/preflight.ts';
import type { DryRunResult } from '../../../functions/migration/record.ts';

/** A result of the preflight in which nothing is wrong. */
export const aPreflight = (change: Partial<PreflightResult> = {}): PreflightResult => ({
  verdict: 'passed',
  checkedAt: '2026-01-01T00:00:00.000Z',
  checks: 80,
  findings: [],
  waivers: [],
  figures: {},
  forecast: { verdict: 'pass', why: 'the buffer stays small', remedy: [] },
  ...change,
});

export const aFinding = (change: Partial<Finding> = {}): Finding => ({
  id: 'target-multi-az',
  severity: 'blocking',
  title: 'Multi-AZ is off.',
  found: 'MultiAZ is disabled.',
  required: 'Multi-AZ is on.',
  remedy: ['aws elasticache modify-replication-group --multi-az-enabled'],
  because: { text: 'AWS, Migration-Prepare' },
  ...change,
});

export const aDryRun: DryRunResult = {
  verdict: 'wouldStart',
  why: 'nothing blocks',
  actions: [{ by: 'service', on: 'replication group test', call: 'TestMigration', effect: 'It is tested.' }],
};
