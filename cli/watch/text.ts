import { lagOf } from '../../console/ui/list/figures.ts';
import { type RailStep, railOf } from '../../console/ui/migration/rail.ts';
import { compared, copied, left, waits } from '../../console/ui/migration/sentences.ts';
import { phaseWords, statusWords } from '../../console/ui/parts/status-words.ts';
import { duration, percent } from '../../console/ui/parts/text.ts';
import type { ListedMigration, MigrationView } from '../../functions/migration/view.ts';
import { lacksLine } from '../tell/lacks.ts';
import type { Look } from '../tell/migration.ts';
import { type Caller, commandFor } from '../tell/next.ts';
import { bar, seenWidth, wrap } from '../terminal/layout.ts';

const COPYING = ['copying', 'loading', 'catchingUp'];

/** 0-100 of what goes on now; undefined where nothing is counted. */
export const percentOf = ({ phase, progress, verification }: MigrationView): number | undefined =>
  phase === 'verifying' ? verification.progress?.percent : COPYING.includes(phase) ? progress?.percent : undefined;

const figuresOf = (view: MigrationView): string[] => {
  const { phase, progress, verification } = view;
  const lag = lagOf(view as unknown as ListedMigration);
  const told =
    phase === 'verifying'
      ? [compared(view), left(verification.progress?.etaSeconds)]
      : COPYING.includes(phase)
        ? [copied(view), left(progress?.etaSeconds)]
        : [];
  return [...told, lag && `lag ${lag}`].filter((text): text is string => Boolean(text));
};

/** One line: `Syncing, copying · 60.2 % · 82.2 MiB of 136 MiB copied · about 2 s left · waits for …` */
export const oneLine = (view: MigrationView): string => {
  const { text } = statusWords(view.status, view.phase, view.dryRunResult?.verdict);
  const phase = phaseWords(view.phase);
  const done = percentOf(view);
  const waiting = waits(view);
  return [
    text.toLowerCase() === phase || view.outcome ? text : `${text}, ${phase}`,
    ...(done === undefined ? [] : [percent(done)]),
    ...figuresOf(view),
    ...(waiting ? [waiting.replace(/^W/, 'w').replace(/\.$/, '')] : []),
  ].join(' · ');
};

const isCurrent = ({ state }: RailStep): boolean => state === 'current' || state === 'broken';

/** `step 5 of 11, for 3 s, then in sync`: as much of it as has room. */
const placeOf = (view: MigrationView, nowMs: number, room: number): string => {
  const rail = railOf(view, nowMs);
  const at = rail.findIndex(isCurrent);
  const { tookMs } = rail[at] ?? {};
  const next = rail[at + 1]?.title;
  const parts = [
    ...(at < 0 ? [] : [`step ${at + 1} of ${rail.length}`]),
    ...(tookMs === undefined || tookMs < 1000 ? [] : [`for ${duration(Math.floor(tookMs / 1000) * 1000)}`]),
    ...(next && at >= 0 ? [`then ${next.charAt(0).toLowerCase()}${next.slice(1)}`] : []),
  ];
  while (parts.join(', ').length > room) parts.pop();
  return parts.join(', ');
};

/** What a terminal shows below the events, drawn again and again. The view has to be safe. */
export const drawing = (view: MigrationView, caller: Caller, { width, paint, nowMs }: Look): string[] => {
  const { tone, text } = statusWords(view.status, view.phase, view.dryRunResult?.verdict);
  const done = percentOf(view);
  const room = Math.min(40, width - 4 - 9);
  const body = (told: string) => wrap(told, width - 3).map((line) => `  ${line}`);
  const figures = figuresOf(view).join(' · ');
  const waiting = waits(view);
  const lacks = lacksLine(view);
  return [
    `  ${paint.tone(tone, text)}  ${paint.dim(placeOf(view, nowMs, width - text.length - 5))}`,
    ...(done === undefined ? [] : [`  ${paint.tone(tone, bar(done, room))} ${percent(done).padStart(7)}`]),
    ...(lacks ? body(lacks).map((line) => paint.tone('yours', line)) : []),
    ...(figures ? body(figures) : []),
    ...(waiting ? body(waiting) : []),
    ...turns(view, caller)
      .filter((command) => fits(command, width))
      .map((command) => `    ${paint.cyan(command)}`),
  ];
};

/** What is drawn is broken at the edge, and a command that is broken cannot be pasted. */
const fits = (command: string, width: number): boolean => seenWidth(command) + 4 < width;

const turns = (view: MigrationView, caller: Caller): string[] =>
  view.allowedActions.includes('cutover') || view.phase === 'promotionInDoubt' ? yourTurn(view, caller) : [];

/** Commands that have to stand above the drawing, where they stay whole. */
export const longTurns = (view: MigrationView, caller: Caller, width: number): string[] =>
  turns(view, caller).filter((command) => !fits(command, width));

/** Commands for another terminal, while this one watches. */
export const yourTurn = ({ migrationId, allowedActions }: MigrationView, caller: Caller): string[] =>
  allowedActions.filter((action) => action !== 'abort').map((action) => commandFor(caller, action, migrationId));
