import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import { DEFAULT_SAMPLE_KEYS, DEFAULT_VERIFICATION } from '../../../functions/migration/verification.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';

/** What the form holds: as it was typed, so that the API can say what is wrong with it. */
export interface Values {
  replicationGroupId: string;
  address: string;
  port: string;
  dryRun: boolean;
  reason: string;
  cutoverMode: string;
  fence: string;
  drainBudgetMs: string;
  promotionBudgetSeconds: string;
  quietSeconds: string;
  verificationMode: string;
  sampleKeys: string;
  maxKeysPerSecond: string;
  freshForMinutes: string;
  ttlToleranceMs: string;
  waivers: string[];
}

export const BLANK: Values = {
  replicationGroupId: '',
  address: '',
  port: '6379',
  dryRun: true,
  reason: '',
  cutoverMode: DEFAULT_CUTOVER.mode,
  fence: DEFAULT_CUTOVER.fence,
  drainBudgetMs: '',
  promotionBudgetSeconds: '',
  quietSeconds: '',
  verificationMode: DEFAULT_VERIFICATION.mode,
  sampleKeys: '',
  maxKeysPerSecond: '',
  freshForMinutes: '',
  ttlToleranceMs: '',
  waivers: [],
};

/**
 * The form of a migration like this one. What it leaves to the defaults stays theirs. A dry run stays one until it has come
 * through: whoever asks for it again does not replace a target's data by that.
 */
export const valuesOf = ({
  replicationGroupId,
  source,
  cutover,
  verification,
  waivers,
  reason,
  dryRun,
  dryRunResult,
}: MigrationView): Values => {
  const unless = (value: number | undefined, usual: number | undefined) =>
    value === undefined || value === usual ? '' : String(value);
  return {
    ...BLANK,
    replicationGroupId,
    address: source.address,
    port: String(source.port),
    dryRun: dryRun && dryRunResult?.verdict !== 'wouldStart',
    reason: reason ?? '',
    cutoverMode: cutover.mode,
    fence: cutover.fence ?? BLANK.fence,
    drainBudgetMs: unless(cutover.drainBudgetMs, DEFAULT_CUTOVER.drainBudgetMs),
    promotionBudgetSeconds: unless(cutover.promotionBudgetSeconds, undefined),
    quietSeconds: unless(cutover.quietSeconds, DEFAULT_CUTOVER.quietSeconds),
    verificationMode: verification.mode,
    sampleKeys: unless(verification.sampleKeys, DEFAULT_SAMPLE_KEYS),
    maxKeysPerSecond: unless(verification.maxKeysPerSecond, DEFAULT_VERIFICATION.maxKeysPerSecond),
    freshForMinutes: unless(verification.freshForMinutes, DEFAULT_VERIFICATION.freshForMinutes),
    ttlToleranceMs: unless(verification.ttlToleranceMs, undefined),
    waivers: [...waivers],
  };
};

/** A request as `POST /migrations` takes it. What is blank is absent, and what is no number goes as it was typed. */
export const bodyOf = (values: Values): Record<string, unknown> => {
  const { verificationMode: mode } = values;
  const compares = mode !== 'none';
  const waivers = values.waivers.map((id) => id.trim());
  return told({
    replicationGroupId: words(values.replicationGroupId),
    customerNodeEndpointList: [told({ address: words(values.address), port: figure(values.port) })],
    dryRun: values.dryRun || undefined,
    cutover: told({
      mode: values.cutoverMode,
      fence: values.fence,
      drainBudgetMs: figure(values.drainBudgetMs),
      promotionBudgetSeconds: figure(values.promotionBudgetSeconds),
      quietSeconds: figure(values.quietSeconds),
    }),
    verification: told({
      mode,
      sampleKeys: mode === 'sample' ? figure(values.sampleKeys) : undefined,
      maxKeysPerSecond: compares ? figure(values.maxKeysPerSecond) : undefined,
      freshForMinutes: compares ? figure(values.freshForMinutes) : undefined,
      ttlToleranceMs: compares ? figure(values.ttlToleranceMs) : undefined,
    }),
    waivers: waivers.length > 0 ? waivers : undefined,
    reason: values.reason.trim() === '' ? undefined : values.reason,
  });
};

const told = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const words = (text: string): string | undefined => text.trim() || undefined;

const figure = (text: string): number | string | undefined => {
  const typed = text.trim();
  return /^-?\d{1,15}(?:\.\d+)?$/.test(typed) ? Number(typed) : words(typed);
};
