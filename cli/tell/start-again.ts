import { DEFAULT_CUTOVER } from '../../functions/migration/fence.ts';
import { DEFAULT_SAMPLE_KEYS, DEFAULT_VERIFICATION } from '../../functions/migration/verification.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { shellWord } from '../terminal/safe.ts';
import type { Caller } from './next.ts';

/** Options by the member of a request that each stands for. */
const CUTOVER = {
  mode: '--cutover',
  fence: '--fence',
  drainBudgetMs: '--drain-budget-ms',
  promotionBudgetSeconds: '--promotion-budget-seconds',
  quietSeconds: '--quiet-seconds',
} as const;
const VERIFICATION = {
  mode: '--verification',
  sampleKeys: '--sample-keys',
  maxKeysPerSecond: '--max-keys-per-second',
  freshForMinutes: '--fresh-for-minutes',
  ttlToleranceMs: '--ttl-tolerance-ms',
} as const;

type Values = Readonly<Record<string, unknown>>;

/** What is done anyway is not said. */
const said = (options: Readonly<Record<string, string>>, asked: Values, defaults: Values): string[] =>
  Object.entries(options).flatMap(([name, option]) => {
    const value = asked[name];
    return value === undefined || value === defaults[name] ? [] : [`${option} ${shellWord(String(value))}`];
  });

/** The command that starts in earnest what a dry run has checked, with all that it was asked with. */
export const startAgain = (view: MigrationView, { me, options }: Caller): string => {
  const { replicationGroupId, source, waivers, cutover, verification, reason } = view;
  const address = source.address.includes(':') ? `[${source.address}]` : source.address;
  const sampled = verification.mode === 'sample' ? { sampleKeys: DEFAULT_SAMPLE_KEYS } : {};
  return (
    [
      `${me} start --replication-group-id ${shellWord(replicationGroupId)} --source ${shellWord(`${address}:${source.port}`)}`,
      ...said(CUTOVER, { ...cutover }, DEFAULT_CUTOVER),
      ...said(VERIFICATION, { ...verification }, { ...DEFAULT_VERIFICATION, ...sampled }),
      ...(waivers.length > 0 ? [`--waive ${shellWord(waivers.join(','))}`] : []),
      ...(reason === undefined ? [] : [`--reason ${shellWord(reason)}`]),
    ].join(' ') + options
  );
};
