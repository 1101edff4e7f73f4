import type { Confirmation, OffsetCertificate } from '../../../functions/migration/certificate.ts';
import type { FenceSummary } from '../../../functions/migration/cutover-record.ts';
import type { CutoverView } from '../../../functions/migration/cutover-view.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { count, duration } from '../parts/text.ts';
import { endpoint } from './sentences.ts';

/** The primaries that clients belong to: of a promotion that still stands, and where only one side takes writes. */
export const newPrimaries = ({ cutover, shards }: Pick<MigrationView, 'cutover' | 'shards'>): string[] =>
  cutover.promotedAt && !cutover.rolledBackAt && !cutover.unfencedAt
    ? shards.flatMap(({ nodes }) =>
        nodes.filter(({ role }) => role === 'primary').map((node) => endpoint(node.endpoint)),
      )
    : [];

/** Of a CompleteMigration that was sent: until it is proven, or an operator has given his word on it. */
export const isOutcomeUnknown = ({ promotedAt, unfencedAt, rolledBackAt }: CutoverView): boolean =>
  promotedAt === undefined && unfencedAt === undefined && rolledBackAt === undefined;

export interface CutoverStep {
  title: string;
  /** ISO 8601. */
  at: string;
  /** Since the writes were frozen; absent before. */
  sinceFreezeMs?: number;
  more?: string;
}

/** What was done in a cutover, in its order. */
export const cutoverSteps = (cutover: CutoverView, certificate: OffsetCertificate | undefined): CutoverStep[] => {
  const { fenced, promotedAt, confirmation, unfencedAt, rolledBackAt } = cutover;
  if (!fenced) return [];
  const frozenMs = fenced.frozenAt === undefined ? undefined : Date.parse(fenced.frozenAt);
  const drained =
    fenced.drainMs === undefined ? undefined : `${duration(fenced.drainMs)} until every node of the target had it all`;
  const sealed = certificate?.shards
    .map(
      ({ nodeGroupId, fencedOffset }) =>
        `${certificate.shards.length > 1 ? `${nodeGroupId} ` : ''}at offset ${count(fencedOffset)}`,
    )
    .join(', ');
  const steps: [title: string, at: string | undefined, more?: string | undefined][] = [
    ['Connected to every node, nothing touched yet', fenced.openedAt],
    ['Writes frozen', fenced.frozenAt],
    ['Drained', fenced.drainedAt, drained],
    ['Fence set on every node, clients cut off', fenced.fencedAt, sealed],
    ['Fence recorded as durable', fenced.sealedAt],
    ['CompleteMigration sent: no way back by itself', certificate?.times.completeSentAt],
    [confirmation ? 'Promotion confirmed by an operator' : 'Promotion proven', promotedAt],
    ['Fence lifted', fenced.liftedAt, fenced.liftedBecause],
    ['Unfenced by an operator', unfencedAt],
    ['Rolled back to the source', rolledBackAt],
  ];
  return steps.flatMap(([title, at, more]) => {
    if (at === undefined) return [];
    const sinceMs = frozenMs === undefined ? -1 : Date.parse(at) - frozenMs;
    return [{ title, at, ...(sinceMs > 0 && { sinceFreezeMs: sinceMs }), ...(more && { more }) }];
  });
};

const STANDS: Record<FenceSummary['phase'], string> = {
  open: 'is being set: it lifts by itself if the cutover does not go on',
  sealed: 'stands, also after a restart of the source',
  lifting: 'is being lifted',
  lifted: 'was lifted',
};

/** At the confirmation every node was looked at once more, and no fence was set again. */
const STOOD = 'stood when it was set, and was not seen to stand everywhere when the promotion was confirmed';

/** What stands on the source, in one sentence. */
export const fenceText = ({ kind, phase, nodes }: FenceSummary, confirmation?: Confirmation): string => {
  if (kind === 'none') return "No fence was set: it is an operator's word that nobody writes to the source.";
  const stands = phase === 'sealed' && confirmation?.unfenced ? STOOD : (STANDS[phase] ?? phase);
  return `The fence (${kind}, ${nodes} ${nodes === 1 ? 'node' : 'nodes'} of the source) ${stands}.`;
};
