import type { DryRunResult } from '../../../functions/migration/record.ts';
import type { Phase, Status } from '../../../functions/migration/status.ts';

/** `run`: at work by itself. `yours`: an operator's turn. `act`: the cutover and what follows. */
export type Tone = 'idle' | 'run' | 'yours' | 'act' | 'ok' | 'bad' | 'off';

export interface Words {
  tone: Tone;
  text: string;
}

const STATUS: Record<Status, Words> = {
  accepted: { tone: 'idle', text: 'Accepted' },
  checking: { tone: 'run', text: 'Checking' },
  testing: { tone: 'run', text: 'Testing' },
  starting: { tone: 'run', text: 'Starting' },
  syncing: { tone: 'run', text: 'Syncing' },
  verifying: { tone: 'run', text: 'Verifying' },
  awaitingCutover: { tone: 'yours', text: 'Awaiting cutover' },
  cuttingOver: { tone: 'act', text: 'Cutting over' },
  promoted: { tone: 'act', text: 'Promoted' },
  completed: { tone: 'ok', text: 'Completed' },
  dryRunCompleted: { tone: 'ok', text: 'Dry run completed' },
  failed: { tone: 'bad', text: 'Failed' },
  aborted: { tone: 'off', text: 'Aborted' },
  timedOut: { tone: 'bad', text: 'Timed out' },
};

/** What an operator must see before the status. */
const LOUDER: Partial<Record<Phase, Words>> = {
  linkLost: { tone: 'bad', text: 'Link lost' },
  promotionInDoubt: { tone: 'bad', text: 'Promotion in doubt' },
};

/** A dry run has come to its end also where it has found that a real one would fail. */
const WOULD_FAIL: Words = { tone: 'bad', text: 'Would fail' };

/**
 * A status that this console does not know yet is told as it is.
 *
 * @param verdict of a dry run
 */
export const statusWords = (status: string, phase?: string, verdict?: DryRunResult['verdict']): Words =>
  (verdict === 'wouldFail' ? WOULD_FAIL : undefined) ??
  LOUDER[phase as Phase] ??
  STATUS[status as Status] ?? { tone: 'idle', text: words(status) };

const PHASE: Partial<Record<Phase, string>> = {
  claiming: 'claims the group',
  linkLost: 'link lost',
  inSync: 'in sync',
  promotionInDoubt: 'promotion in doubt',
};

/** `catching up` of `catchingUp`; also of a phase that this console does not know yet. */
export const phaseWords = (phase: string): string => PHASE[phase as Phase] ?? words(phase).toLowerCase();

const words = (name: string): string => {
  const spaced = name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
