import type { Phase } from '../../../functions/migration/status.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { lackingMode } from '../parts/guarantees.ts';

/** `missed`: the migration ended before it. */
export type RailState = 'done' | 'current' | 'ahead' | 'missed' | 'broken';

export interface RailStep {
  key: string;
  title: string;
  state: RailState;
  /** Of all visits together, the present one included; absent while there was none. */
  tookMs?: number;
  visits: number;
  /** What it was made of, where that is more than one thing. */
  parts: { phase: Phase; tookMs: number }[];
  /** How often the link was lost meanwhile. */
  losses: number;
}

interface Step {
  key: string;
  title: string;
  phases: readonly Phase[];
  /** Whether this migration comes by here, as far as its request says. */
  isDue?: (view: MigrationView) => boolean;
}

const isReal = ({ dryRun }: MigrationView): boolean => !dryRun;

const STEPS: readonly Step[] = [
  { key: 'accepted', title: 'Accepted', phases: ['queued', 'claiming'] },
  { key: 'preflight', title: 'Preflight', phases: ['preflight'] },
  { key: 'testing', title: 'Test', phases: ['testing'] },
  { key: 'starting', title: 'Start', phases: ['starting', 'connecting'], isDue: isReal },
  { key: 'copying', title: 'Full sync', phases: ['copying', 'loading', 'catchingUp'], isDue: isReal },
  { key: 'inSync', title: 'In sync', phases: ['inSync'], isDue: isReal },
  {
    key: 'verifying',
    title: 'Verification',
    phases: ['verifying'],
    isDue: (view) => isReal(view) && view.verification.mode !== 'none',
  },
  {
    key: 'awaiting',
    title: 'Awaits cutover',
    phases: ['awaitingCutover'],
    isDue: (view) => isReal(view) && view.cutover.mode === 'manual',
  },
  { key: 'cutover', title: 'Drain and fence', phases: ['completing', 'draining', 'fencing'], isDue: isReal },
  { key: 'promotion', title: 'Promotion', phases: ['promoting', 'promotionInDoubt'], isDue: isReal },
  {
    key: 'closing',
    title: 'Old primary quiet',
    phases: ['closing'],
    // Where no server is reached nobody looks for clients.
    isDue: (view) => isReal(view) && lackingMode(view) === undefined,
  },
  { key: 'ended', title: 'End', phases: ['stopping', 'ended'] },
];

interface Stay {
  step: Step;
  phase: Phase;
  tookMs: number;
  /** The link was lost, and the stay belongs to the step before. */
  isLoss: boolean;
}

/** The steps of a migration in their order, with the time that each took. */
export const railOf = (view: MigrationView, nowMs: number): RailStep[] => {
  const stays = staysOf(view, nowMs);
  const last = stays.at(-1);
  const current = view.outcome ? STEPS.at(-1) : (stepOf(view.phase) ?? last?.step);
  const reached = current ? STEPS.indexOf(current) : -1;
  const furthest = Math.max(...stays.map(({ step }) => (step.key === 'ended' ? -1 : STEPS.indexOf(step))));
  return STEPS.flatMap((step, index): RailStep[] => {
    const own = stays.filter((stay) => stay.step === step);
    if (own.length === 0 && step !== current && step.isDue && !step.isDue(view)) return [];
    const state = stateOf(view, { isCurrent: step === current, isPast: index < reached, isSeen: own.length > 0 });
    // It was gone past: it was not due, or shorter than a look.
    const isPassed = view.outcome === 'completed' || index < furthest;
    if (state === 'missed' && isPassed) return [];
    const tookMs = own.reduce((sum, stay) => sum + stay.tookMs, 0);
    const visits = own.filter(
      (stay, at) => !stay.isLoss && stays[stays.indexOf(own[at] as Stay) - 1]?.step !== step,
    ).length;
    return [
      {
        key: step.key,
        title: titleOf(step, view),
        state,
        ...(own.length > 0 && step.key !== 'ended' && { tookMs }),
        visits,
        parts: partsOf(own),
        losses: own.filter(({ isLoss }) => isLoss).length,
      },
    ];
  });
};

const titleOf = ({ key, title }: Step, view: MigrationView): string => {
  if (key === 'cutover' && lackingMode(view) !== undefined) return 'CompleteMigration';
  return key === 'ended' ? endTitle(view) : title;
};

const staysOf = ({ phases, stoppedAt }: MigrationView, nowMs: number): Stay[] => {
  const endMs = stoppedAt ? Date.parse(stoppedAt) : nowMs;
  const stays: Stay[] = [];
  for (const [index, { phase, at }] of phases.entries()) {
    const next = phases[index + 1];
    const tookMs = Math.max(0, (next ? Date.parse(next.at) : endMs) - Date.parse(at));
    const step = stepOf(phase) ?? stays.at(-1)?.step;
    // A phase that this console does not know counts to the step that it came in.
    if (step) stays.push({ step, phase, tookMs, isLoss: phase === 'linkLost' });
  }
  return stays;
};

/** Undefined of a lost link, which is no step of its own, and of a phase that is not known here. */
const stepOf = (phase: Phase): Step | undefined => STEPS.find(({ phases }) => phases.includes(phase));

interface Place {
  isCurrent: boolean;
  isPast: boolean;
  isSeen: boolean;
}

const stateOf = (view: MigrationView, { isCurrent, isPast, isSeen }: Place): RailState => {
  const { outcome } = view;
  if (isCurrent && outcome) return outcome === 'failed' || outcome === 'timedOut' ? 'broken' : 'done';
  if (isCurrent) return view.phase === 'linkLost' || view.phase === 'promotionInDoubt' ? 'broken' : 'current';
  // What was backed out of is to come again.
  if (!outcome && !isPast) return 'ahead';
  return isSeen ? 'done' : 'missed';
};

const partsOf = (own: readonly Stay[]): RailStep['parts'] => {
  const took = new Map<Phase, number>();
  for (const { phase, tookMs } of own) took.set(phase, (took.get(phase) ?? 0) + tookMs);
  return took.size > 1 ? [...took].map(([phase, tookMs]) => ({ phase, tookMs })) : [];
};

const ENDS: Record<string, string> = {
  completed: 'Completed',
  dryRunCompleted: 'Dry run completed',
  failed: 'Failed',
  aborted: 'Aborted',
  timedOut: 'Timed out',
};

const endTitle = ({ outcome, phase }: MigrationView): string =>
  outcome ? (ENDS[outcome] ?? outcome) : phase === 'stopping' ? 'Stopping' : 'End';
