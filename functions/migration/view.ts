import { type Action, allowedActions } from './actions.ts';
import type { Announced } from './announced.ts';
import type { Asker } from './asker.ts';
import { type CutoverView, type RequestsView, toCutoverView, toRequestsView } from './cutover-view.ts';
import { API_ONLY, FULL, type Guarantees } from './guarantees.ts';
import type { TimelineEntry } from './ports.ts';
import type { PreflightResult } from './preflight.ts';
import type { DryRunResult, Endpoint, Failure, MigrationRecord, PhaseChange, Progress, ShardView } from './record.ts';
import type { Outcome, Phase, Status } from './status.ts';
import { unfencedSince } from './unfenced.ts';
import type {
  VerificationMode,
  VerificationProgress,
  VerificationReport,
  VerificationSettings,
} from './verification.ts';
import { isOtherWaiver, type WaiverId } from './waivers.ts';

/** A migration as the API shows it. The status always comes with its reason and with what may be done next. */
export interface MigrationView {
  migrationId: string;
  status: Status;
  statusReason: string;
  phase: Phase;
  waitingFor?: string;
  allowedActions: Action[];
  replicationGroupId: string;
  source: Endpoint;
  dryRun: boolean;
  /** What it is watched by, and what lacks for that. */
  guarantees: Guarantees;
  /** What the request said to go on in spite of. */
  waivers: WaiverId[];
  reason?: string;
  requestedBy?: Asker;
  correlationId: string;
  acceptedAt: string;
  startedAt?: string;
  stoppedAt?: string;
  phases: PhaseChange[];
  progress?: Progress;
  shards: ShardView[];
  preflight?: PreflightResult;
  /** Of a dry run, once it has completed. */
  dryRunResult?: DryRunResult;
  replicationTest?: NonNullable<MigrationRecord['replicationTest']>;
  verification: VerificationView;
  cutover: CutoverView;
  /** What else was asked of it. */
  requests?: RequestsView;
  failure?: Failure;
  /** CompleteMigration was sent then, and whether the target was promoted is not known: a human must look. */
  completeSentAt?: string;
  outcome?: Outcome;
  executionArn: string;
  timeline?: TimelineEntry[];
  /** What was announced, newest first. */
  events?: Announced[];
  nextToken?: string;
}

export interface VerificationView extends Partial<VerificationSettings> {
  mode: VerificationMode;
  /** Of the verification under way, or of the last one. */
  progress?: VerificationProgress;
  /** Of the last one that came to its end. */
  report?: VerificationReport;
}

/** Picks what is for showing: keys, inputs and task tokens stay inside. */
export const toView = (record: MigrationRecord): MigrationView => {
  const { migrationId, status, phase, replicationGroupId, correlationId, acceptedAt, executionArn } = record;
  const { requestedBy, startedAt, stoppedAt, progress, replicationTest, failure, outcome } = record;
  const requests = toRequestsView(record);
  const waitingFor = waitsFor(record);
  return {
    migrationId,
    status,
    statusReason: reasonOf(record),
    phase,
    ...(waitingFor && { waitingFor }),
    allowedActions: allowedActions(record),
    replicationGroupId,
    source: record.request.customerNodeEndpointList[0],
    dryRun: record.request.dryRun ?? false,
    guarantees: record.apiOnly ? API_ONLY : FULL,
    waivers: [...new Set([...(record.request.waivers ?? []), ...findingsWaivedAtCutover(record)])],
    ...(record.request.reason !== undefined && { reason: record.request.reason }),
    ...(requestedBy && { requestedBy }),
    correlationId,
    acceptedAt,
    ...(startedAt && { startedAt }),
    ...(stoppedAt && { stoppedAt }),
    phases: record.phases,
    ...(progress && { progress }),
    shards: record.shards ?? [],
    ...(record.preflight && { preflight: record.preflight }),
    ...(record.dryRun && { dryRunResult: record.dryRun }),
    ...(replicationTest && { replicationTest }),
    verification: verificationOf(record),
    cutover: toCutoverView(record),
    ...(requests && { requests }),
    ...(failure && { failure }),
    ...(record.completeSentAt && { completeSentAt: record.completeSentAt }),
    ...(outcome && { outcome }),
    executionArn,
  };
};

/** What came of an operator's act is added. The end stays what it was, whatever an operator has done to it since. */
const reasonOf = (record: MigrationRecord): string => {
  const { statusReason, phase, confirmRefused, rolledBackAt } = record;
  const unfencedAt = unfencedSince(record);
  if (confirmRefused && phase === 'promotionInDoubt' && !unfencedAt)
    return `${statusReason} The confirmation was refused at ${confirmRefused.at}: ${confirmRefused.why}`;
  if (rolledBackAt)
    return `${statusReason} It was rolled back at ${rolledBackAt}: the source takes writes again, and the target takes none.`;
  const { outcome, promotedAt, completeSentAt } = record;
  if (unfencedAt && outcome && outcome !== 'completed' && !promotedAt && !completeSentAt)
    return `${statusReason} An operator has had the source's fence lifted at ${unfencedAt}.`;
  return unfencedAt
    ? `${statusReason} The source was unfenced at ${unfencedAt}: it takes writes again, and so may the target.`
    : statusReason;
};

/** What stood there when an act was asked for is not awaited any more, although nobody says so until the act is carried out. */
const waitsFor = ({ abort, outcome, pendingAct, waitingFor }: MigrationRecord): string | undefined => {
  if (abort && !outcome)
    return `the abort that was requested at ${abort.at}: what still runs is waited out, then both sides are left as they were`;
  return pendingAct ? `the ${pendingAct.act} that was requested at ${pendingAct.at}` : waitingFor;
};

const verificationOf = ({
  verification: settings,
  verificationProgress: progress,
  verificationReport: report,
}: MigrationRecord): VerificationView => ({
  ...(settings && settings.mode !== 'none' ? settings : { mode: 'none' }),
  ...(progress && { progress }),
  ...(report && { report }),
});

/** A migration as a list shows it: a hundred of them must fit into one answer. */
export type ListedMigration = Omit<
  MigrationView,
  'preflight' | 'dryRunResult' | 'verification' | 'cutover' | 'guarantees'
> & {
  /** What lacks is in the migration's own view. */
  guarantees: Pick<Guarantees, 'mode'>;
  /** What came to nothing, and who still turns to the source, are in the migration's own view. */
  cutover: Omit<CutoverView, 'backOuts' | 'stragglers'>;
  /** Its differences are in the migration's own view. */
  verification: Omit<VerificationView, 'report'> & {
    report?: Omit<VerificationReport, 'differences' | 'untold' | 'notes'>;
  };
  /** Its findings are in the migration's own view. */
  preflight?: Omit<PreflightResult, 'findings' | 'forecast' | 'figures'>;
  dryRunResult?: Omit<DryRunResult, 'actions'>;
};

export const toListed = (record: MigrationRecord): ListedMigration => {
  const { preflight, dryRunResult, ...view } = toView(record);
  const { backOuts, stragglers, ...cutover } = view.cutover;
  return {
    ...view,
    guarantees: { mode: view.guarantees.mode },
    cutover,
    verification: withoutDifferences(view.verification),
    ...(preflight && { preflight: withoutFindings(preflight) }),
    ...(dryRunResult && { dryRunResult: { verdict: dryRunResult.verdict, why: dryRunResult.why } }),
  };
};

const withoutDifferences = ({ report, ...view }: VerificationView): ListedMigration['verification'] => {
  if (!report) return view;
  const { differences, untold, notes, ...rest } = report;
  return { ...view, report: rest };
};

const findingsWaivedAtCutover = ({ cutover }: MigrationRecord): WaiverId[] =>
  (cutover?.waivers ?? []).filter((id) => !isOtherWaiver(id));

const withoutFindings = ({ verdict, checkedAt, checks, waivers }: PreflightResult) => ({
  verdict,
  checkedAt,
  checks,
  waivers,
});
