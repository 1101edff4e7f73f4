import { type ActRequest, ASKS, type Ask, type RefusedAct } from './acts.ts';
import type { Asker } from './asker.ts';
import type { Confirmation, OffsetCertificate } from './certificate.ts';
import type { BackOut, FenceSummary, RollbackPossibility, StragglersSummary } from './cutover-record.ts';
import type { MigrationRecord } from './record.ts';
import type { CutoverRequestSettings } from './request-cutover-settings.ts';
import { unfencedSince } from './unfenced.ts';
import { type CutoverWaiver, isOtherWaiver, type OtherWaiver } from './waivers.ts';

/** The cutover as the API shows it: how it is asked for, what stands on the source, and what came of it. */
export interface CutoverView extends CutoverRequestSettings {
  requestedAt?: string;
  reason?: string;
  /** What its request said to go on in spite of, but for findings: those stand among the migration's waivers. */
  waivers?: OtherWaiver[];
  by?: Asker;
  /** Cutovers that came to nothing, oldest first. */
  backOuts?: BackOutView[];
  /** What stands, or stood, on the source. */
  fenced?: FenceSummary;
  promotedAt?: string;
  /** From the freeze of the source's clients to the promotion. Until clients are re-pointed comes on top of it. */
  outageMs?: number;
  stragglers?: StragglersSummary;
  rollback?: RollbackPossibility;
  /** By whom, where the promotion rests on an operator's word. */
  confirmation?: Confirmation;
  /** Why an operator's last word for a promotion in doubt was not taken. */
  confirmRefused?: RefusedAct;
  /** Why an operator's last word to lift the fence was not taken. */
  unfenceRefused?: RefusedAct;
  unfencedAt?: string;
  rolledBackAt?: string;
  certificate?: { hash: string; signed: boolean } | OffsetCertificate;
}

export interface BackOutView extends Omit<BackOut, 'request'> {
  request?: Omit<NonNullable<BackOut['request']>, 'waivers'> & { waivers?: OtherWaiver[] };
}

/** Version 1 of the contract knows no waivers of findings in these places. */
const withoutFindings = <R extends { waivers?: CutoverWaiver[] }>({
  waivers,
  ...request
}: R): Omit<R, 'waivers'> & { waivers?: OtherWaiver[] } => {
  const others = waivers?.filter(isOtherWaiver) ?? [];
  return { ...request, ...(others.length > 0 && { waivers: others }) };
};

const toBackOutView = ({ request, ...backOut }: BackOut): BackOutView => ({
  ...backOut,
  ...(request && { request: withoutFindings(request) }),
});

export const toCutoverView = (record: MigrationRecord): CutoverView => {
  const { cutoverSettings, cutover, backOuts, fence, promotedAt, stragglers, rolledBackAt } = record;
  const unfencedAt = unfencedSince(record);
  const { promotion, confirmRefused, unfenceRefused, pendingAct, certificate } = record;
  const rollback = rollbackOf(record);
  const { requestId, ...request } = cutover ?? {};
  const frozenAt = fence?.frozenAt ?? fence?.fencedAt;
  return {
    ...(cutoverSettings ?? { mode: record.request.cutover.mode }),
    ...withoutFindings(request),
    ...(backOuts && { backOuts: backOuts.map(toBackOutView) }),
    ...(fence && { fenced: fence }),
    ...(promotedAt && { promotedAt }),
    ...(promotedAt && frozenAt && { outageMs: Date.parse(promotedAt) - Date.parse(frozenAt) }),
    ...(stragglers && { stragglers }),
    ...(rollback && { rollback }),
    ...(promotion?.confirmation && { confirmation: promotion.confirmation }),
    ...(confirmRefused && !promotedAt && { confirmRefused }),
    ...(unfenceRefused && !unfencedAt && pendingAct?.act !== 'unfence' && { unfenceRefused }),
    ...(unfencedAt && { unfencedAt }),
    ...(rolledBackAt && { rolledBackAt }),
    ...(certificate && { certificate }),
  };
};

/** What was last seen of it, unless an operator has decided it since. */
const rollbackOf = (record: MigrationRecord) => {
  const { rollbackPossibility, rolledBackAt } = record;
  const unfencedAt = unfencedSince(record);
  const never = (why: string, asOf: string): RollbackPossibility => ({ possible: false, forGood: true, why, asOf });
  if (!rollbackPossibility) return undefined;
  if (rolledBackAt) return never('It was rolled back.', rolledBackAt);
  return unfencedAt
    ? never('The source was unfenced: it may have been written to since.', unfencedAt)
    : rollbackPossibility;
};

/** What was asked for, by whom and why. */
export type RequestsView = Partial<Record<Ask, Omit<ActRequest, 'requestId' | 'eventId'>>>;

/** Undefined when nothing was asked for. */
export const toRequestsView = (record: MigrationRecord): RequestsView | undefined => {
  const told = ASKS.flatMap((act) => {
    const { [act]: request } = record;
    if (!request) return [];
    const { requestId, eventId, ...shown } = request;
    return [[act, shown] as const];
  });
  return told.length > 0 ? Object.fromEntries(told) : undefined;
};
