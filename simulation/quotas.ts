import { readFileSync } from 'node:fs';

/** Of rates `bucket` and `perSecond`, of what may be there at once `count`. */
interface Figures {
  bucket?: number;
  perSecond?: number;
  count?: number;
}

export interface Quota extends Figures {
  id: string;
  what: string;
  /** Where AWS publishes the figure, or something near where it publishes none. */
  page: string;
  known: boolean;
  /** Of one that is not known: what is taken instead, and why. */
  assumption?: string;
  /** What to ask for when it is too small. */
  raise: string;
  remark?: string;
  /** In Regions other than us-east-1, us-west-2 and eu-west-1. */
  other?: Figures;
  /** By class of account. */
  counts?: Record<string, number>;
}

/**
 * `default`: an account with AWS's defaults in one of the three largest Regions. `other`: in any other Region. `new`: one that
 * Lambda still gives 10 concurrent executions. `raised`: with the increases that docs/limits.md names for 10,000.
 */
export const ACCOUNTS = ['default', 'other', 'new', 'raised'] as const;
export type Account = (typeof ACCOUNTS)[number];

const NO_END = 1e9;

const RAISED: Record<string, Figures> = {
  'lambda-concurrency': { count: 5000 },
  elasticache: { bucket: 300, perSecond: 100 },
  'elasticache-acting': { bucket: 300, perSecond: 50 },
  'dynamodb-write': { bucket: 40_000, perSecond: 40_000 },
  'dynamodb-read': { bucket: 40_000, perSecond: 40_000 },
};

const { quotas } = JSON.parse(readFileSync(new URL('quotas.json', import.meta.url), 'utf8')) as { quotas: Quota[] };

/** AWS's quotas as such an account has them. */
/** @param without ids of quotas that are taken away, to see which comes next */
export const quotasOf = (account: Account, without: readonly string[] = []): Quota[] =>
  quotas.map((quota) => {
    if (without.includes(quota.id)) return { ...quota, bucket: NO_END, perSecond: NO_END };
    const count = quota.counts?.[account];
    return {
      ...quota,
      ...(account === 'other' && quota.other),
      ...(count !== undefined && { count }),
      ...(account === 'raised' && RAISED[quota.id]),
    };
  });
