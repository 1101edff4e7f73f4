import type { Use } from './gauges.ts';
import type { Simulated } from './run.ts';

export const quantile = (figures: readonly number[], share: number): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)] ?? 0;
};

/** The quotas that were hit, the earliest first. */
export const hits = ({ uses }: Pick<Simulated, 'uses'>): Use[] =>
  uses.filter(({ refused }) => refused > 0).sort((one, other) => (one.firstHitMs ?? 0) - (other.firstHitMs ?? 0));

export const failures = ({ outcomes }: Simulated): number =>
  [...outcomes.failed.values()].reduce((sum, count) => sum + count, 0);

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const seconds = (ms: number): string => `${whole(ms / 1000)} s`;

const use = ({ quota, peak, limit, refused, asked, firstHitMs }: Use): string => {
  const unit = quota.count === undefined ? ' a second' : ' at once';
  const share = asked > 0 ? `${((100 * refused) / asked).toFixed(1)} % refused` : 'over it';
  const known = quota.known ? '' : ' [?]';
  return `    ${quota.what}${known}: ${whole(peak)} of ${whole(limit)}${unit}, ${share}, first after ${seconds(firstHitMs ?? 0)}`;
};

/** What one run says, in lines. */
export const reportOf = (title: string, run: Simulated): string => {
  const { outcomes, unended } = run;
  const { seenLateMs, settlementMs, fenceLiftMs, queueMs, beginMs } = outcomes;
  const hit = hits(run);
  const figures: [string, string][] = [
    ['completed, aborted, failed by throttling', `${outcomes.completed}, ${outcomes.aborted}, ${failures(run)}`],
    ...(outcomes.blocked > 0 ? [['ended by their preflight', String(outcomes.blocked)] as [string, string]] : []),
    ['not ended within 8 days', String(unended)],
    ['accepted until it began, longest', seconds(quantile(beginMs, 1))],
    [
      'in sync until it was seen, 99 % and longest',
      `${seconds(quantile(seenLateMs, 0.99))}, ${seconds(quantile(seenLateMs, 1))}`,
    ],
    ["longest from a task's first try to its last", seconds(quantile(queueMs, 1))],
    ['longest settlement of an abort or a failure', seconds(quantile(settlementMs, 1))],
    ['longest lift of a fence', seconds(quantile(fenceLiftMs, 1))],
    ['longest sweep', seconds(outcomes.longestSweepMs)],
    ['state transitions', whole(outcomes.transitions)],
  ];
  return [
    title,
    ...figures.map(([what, figure]) => `  ${what.padEnd(48)} ${figure}`),
    hit.length === 0 ? '  no quota was hit' : '  quotas that were hit, the first one first:',
    ...hit.slice(0, 6).map(use),
  ].join('\n');
};
