import { bareDrain, openLines, unpause } from './bare.ts';
import type { WriterKind } from './entries.ts';
import type { Verdict } from './judge.ts';
import type { Ledger } from './ledger.ts';
import { type Link, type LinkOptions, portsOf, startLinks, stopLinks } from './links.ts';
import { PromotingGroups } from './promoting-groups.ts';
import { breath } from './writers.ts';

/** What a procedure cuts over. */
export interface Scene {
  links: readonly Link[];
  groups: PromotingGroups;
  drainBudgetMs: number;
}

export interface Cut {
  outcome: 'sent' | 'backedOut';
  reason?: string;
  /** From the freeze until every node of the target had applied everything. */
  drainMs?: number;
  /** From the freeze until CompleteMigration was sent. */
  freezeMs?: number;
}

/** A way to cut over: the service's own, or one of the controls. */
export type Procedure = (scene: Scene) => Promise<Cut>;

export interface CutoverOptions {
  links?: number;
  writers: Partial<Record<WriterKind, number>>;
  procedure: Procedure;
  drainBudgetMs?: number;
  /** By shard: from CompleteMigration to the promotion. */
  promotionMs: (shard: number) => number;
  servers?: LinkOptions;
  /** Acknowledged writes before it begins. */
  warmUp?: number;
}

export interface Result {
  cut: Cut;
  verdict: Verdict;
  /** The bare procedure on the same servers under the same writers, just before. */
  bareDrainMs: number;
  /** The longest time in which no write was acknowledged anywhere. */
  gapMs: number;
}

/** So that stragglers have turned to the old primary, and everybody else to the new one. */
const AFTERWARDS_MS = 30;

/** One cutover of new servers while writers write to them at full speed, and what their ledger says of it. */
export const runCutover = async (ledger: Ledger, options: CutoverOptions): Promise<Result> => {
  const { writers, procedure, promotionMs, drainBudgetMs = 2000, warmUp = 300 } = options;
  const links = await startLinks(options.links ?? 1, options.servers);
  try {
    await ledger.start({ shards: portsOf(links), writers, intruders: true }, warmUp);
    const bareDrainMs = await measureBare(links, drainBudgetMs);
    await ledger.grows(warmUp);

    const groups = new PromotingGroups(links, promotionMs, (shard) => ledger.point(shard, 'target'));
    const { nowMs: beganMs } = await ledger.count();
    const cut = await procedure({ links, groups, drainBudgetMs });
    await groups.promoted();
    await ledger.grows(warmUp);
    await breath(AFTERWARDS_MS);
    await ledger.stop();

    const { gapMs } = await ledger.silence(beganMs);
    const sent = groups.completedMs !== undefined;
    const verdict = await ledger.judge(
      links.map(({ source, target }) => (sent ? target : source).port),
      {
        primary: sent ? 'target' : 'source',
        ...(groups.completedMs !== undefined && { sealedMs: groups.completedMs }),
        promotedMs: groups.promotedMs,
      },
    );
    return { cut, verdict, bareDrainMs, gapMs };
  } finally {
    await stopLinks(links);
  }
};

const measureBare = async (links: readonly Link[], pauseMs: number): Promise<number> => {
  const lines = await openLines(links);
  try {
    const tookMs = await bareDrain(lines, pauseMs);
    await unpause(lines);
    return tookMs;
  } finally {
    lines.close();
  }
};
