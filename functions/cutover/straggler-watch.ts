import type { Straggler, StragglersSummary } from '../migration/cutover-record.ts';
import type { FenceRecord } from '../migration/fence.ts';
import type { Migrations } from '../migration/ports.ts';
import type { MigrationRecord } from '../migration/record.ts';
import { unfencedSince } from '../migration/unfenced.ts';
import { isWatched, type Quietness, quietFor } from './closing-stage.ts';
import { type StragglerLook, toStragglersSummary } from './stragglers.ts';

export type LookForStragglers = (fence: FenceRecord, promotedMs: number) => Promise<StragglerLook>;

/** What was told of stragglers; handed from one turn of the watch to the next. */
export interface StragglerMemory {
  /** Who was told, by kind, address and user. */
  known: string[];
  /** Milliseconds since the epoch. */
  toldAtMs: number;
  /** How often. */
  told: number;
}

export interface StragglersTold {
  memory: StragglerMemory;
  why: string;
  stragglers: StragglersSummary;
}

/** New ones are told no more often than that: each time costs state transitions. */
const BETWEEN_MS = 5 * 60_000;
/** More need not be remembered: whoever has so many knows. */
const MOST_KNOWN = 500;

/**
 * Looks for clients that still turn to the old primary, no more often than `everyMs`, and shows them in the view.
 *
 * @returns whether it is quiet, and what is to be told now
 */
export const makeStragglerWatch = (
  migrations: Pick<Migrations, 'note'>,
  look: LookForStragglers,
  migrationId: string,
  { everyMs, memory }: { everyMs: number; memory: StragglerMemory | null },
) => {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let quietSinceMs = Number.NaN;
  let said: string | undefined;

  return async (
    fence: FenceRecord | undefined,
    record: MigrationRecord | undefined,
    nowMs: number,
  ): Promise<Quietness & { tell?: StragglersTold }> => {
    // It lifts the fence before it is noted as done: nobody closes the migration in between.
    if (record?.pendingAct?.act === 'rollback') return { isQuiet: false };
    const promotedMs = Date.parse(record?.promotedAt ?? '');
    const isUnfenced = record && unfencedSince(record) !== undefined;
    if (!isWatched(fence) || Number.isNaN(promotedMs) || isUnfenced) return { isQuiet: true };
    if (nowMs - lookedAtMs < everyMs)
      return { isQuiet: quietFor(quietSinceMs, nowMs, record), ...(said && { told: said }) };
    const seen = await look(fence, promotedMs);
    lookedAtMs = nowMs;
    quietSinceMs = seen.quietSinceMs;
    const stragglers = toStragglersSummary(seen, nowMs);
    await migrations.note(migrationId, { stragglers });
    const count = seen.writers + seen.readers;
    said =
      count > 0
        ? `${seen.writers} clients still try to write to the old primary, ${seen.readers} are connected to it`
        : undefined;
    const quietness = { isQuiet: quietFor(quietSinceMs, nowMs, record), ...(said && { told: said }) };

    const fresh = seen.stragglers.map(nameOf).filter((name) => !memory?.known.includes(name));
    if (fresh.length === 0 || nowMs - (memory?.toldAtMs ?? Number.NEGATIVE_INFINITY) < BETWEEN_MS) return quietness;
    const known = [...(memory?.known ?? []), ...fresh].slice(-MOST_KNOWN);
    const next = { known, toldAtMs: nowMs, told: (memory?.told ?? 0) + 1 };
    return { ...quietness, tell: { memory: next, why: `${said}.`, stragglers } };
  };
};

const nameOf = ({ kind, address, user }: Straggler): string => `${kind} ${address} ${user ?? ''}`;
