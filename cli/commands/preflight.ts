import { randomUUID } from 'node:crypto';
import type { PlannedAction } from '../../functions/migration/record.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { type Context, connected } from '../context.ts';
import { InterruptedError, interruption } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { document, line } from '../say.ts';
import type { StartOptions } from '../start/options.ts';
import { findingsText, preflightLine } from '../tell/findings.ts';
import { lacksText } from '../tell/lacks.ts';
import { headText, type Look, nextText } from '../tell/migration.ts';
import { commandFor } from '../tell/next.ts';
import { widthOf } from '../terminal/io.ts';
import { wrap } from '../terminal/layout.ts';
import { paintFor } from '../terminal/paint.ts';
import { safeDeep } from '../terminal/safe.ts';
import { follow } from '../watch/follow.ts';
import { openScreen } from '../watch/screen.ts';
import { bodyOf, requestAgain, send } from './start.ts';
import { exitCodeOf } from './watch.ts';

/** A dry run from its request to its findings: nothing is started, nothing is changed. */
export const preflight = async (context: Context, options: StartOptions): Promise<ExitCode> => {
  const { io, caller, json } = context;
  const body = await bodyOf({ ...options, dryRun: true }, context);
  const { api } = await connected(context);
  const { migrationId } = await send(api, body, randomUUID(), context, {
    what: 'Whether the dry run was accepted',
    means: 'It starts nothing: ask again.',
    next: [requestAgain(context, options, body)],
  });
  // The document goes to standard output alone, and there is one of it.
  const screen = json ? undefined : await openScreen({ ...io, stdout: io.stderr }, caller, false);
  const silent = { view: () => undefined, events: () => undefined, away: () => undefined, back: () => undefined };
  try {
    const first = await api.get(migrationId, {}, { signal: io.signal });
    const isOver = (view: MigrationView) => view.outcome !== undefined;
    const last = await follow(api, first, { signal: io.signal, isOver, everyMs: 500 }, screen ?? silent);
    screen?.done();
    if (json) document(io, last);
    else {
      const look = { width: widthOf(io.stdout, io.env), paint: paintFor(io.stdout, io.env), nowMs: Date.now() };
      for (const text of reportText(safeDeep(last), look)) line(io.stdout, text);
      for (const text of nextText(safeDeep(last), caller, look)) line(io.stdout, text);
    }
    return exitCodeOf(last);
  } catch (error) {
    screen?.done();
    if (!(error instanceof InterruptedError)) throw error;
    throw interruption(
      error,
      [`Left alone: the dry run ${migrationId} goes on without being watched, and starts nothing.`],
      [commandFor(caller, 'show', migrationId, ' --findings')],
    );
  }
};

const reportText = (view: MigrationView, look: Look): string[] => [
  ...headText(view, look),
  ...(view.preflight
    ? ['', look.paint.bold(preflightLine(view.preflight)), '', ...findingsText(view.preflight, look.width, look.paint)]
    : []),
  ...(lacksText(view, look).length > 0 ? ['', ...lacksText(view, look)] : []),
  ...(view.dryRunResult
    ? [
        '',
        look.paint.bold('A real run would, beside announcing each step'),
        ...plannedTexts(view.dryRunResult.actions, look),
      ]
    : []),
  ...(view.failure && !view.preflight ? wrap(`${view.failure.error}: ${view.failure.cause}`, look.width) : []),
];

/** Announcements stand between almost all others, and say nothing more here. */
const isTold = ({ call }: PlannedAction): boolean => !call.startsWith('events:');

const plannedTexts = (actions: readonly PlannedAction[], look: Look): string[] =>
  actions.filter(isTold).flatMap((action, at) => plannedText(action, at, look));

const plannedText = ({ by, on, call, effect }: PlannedAction, at: number, { width }: Look): string[] => {
  const mark = `  ${String(at + 1).padStart(2)}. `;
  return wrap(`${call} on ${on}, by ${by}: ${effect}`, width, ' '.repeat(mark.length)).map((text, row) =>
    row === 0 ? mark + text : text,
  );
};
