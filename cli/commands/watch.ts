import type { Api } from '../../client/api.ts';
import type { Status } from '../../functions/migration/status.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { type Context, connected } from '../context.ts';
import { CommandError, InterruptedError, interruption, usageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findToRead } from '../find.ts';
import { line } from '../say.ts';
import { lacksText } from '../tell/lacks.ts';
import { migrationText } from '../tell/migration.ts';
import { commandFor } from '../tell/next.ts';
import { widthOf } from '../terminal/io.ts';
import { paintFor } from '../terminal/paint.ts';
import { safeDeep, safeJson } from '../terminal/safe.ts';
import { follow } from '../watch/follow.ts';
import { openScreen } from '../watch/screen.ts';

export interface WatchOptions {
  /** Ends well once the migration has this status. */
  until?: string;
  /** Seconds. */
  timeout?: string;
  /** Of its end; default: whether it has completed. */
  judge?: (view: MigrationView) => ExitCode;
  /** ISO 8601, by the API's clock: what was announced before is not told again. */
  since?: string;
}

/** What the end of a migration is to a script. */
export const exitCodeOf = ({ outcome, dryRunResult }: MigrationView): ExitCode => {
  if (outcome === 'completed') return EXIT.done;
  if (outcome === 'dryRunCompleted') return dryRunResult?.verdict === 'wouldFail' ? EXIT.failed : EXIT.done;
  return outcome === 'aborted' ? EXIT.aborted : EXIT.failed;
};

/** An act that was asked for after the end is carried out later. */
const isPending = ({ waitingFor = '' }: MigrationView): boolean => /^the \w+ that was requested at /.test(waitingFor);

class WatchTimeoutError extends Error {}

export const watch = async (context: Context, name: string, options: WatchOptions): Promise<ExitCode> => {
  const { io, caller } = context;
  const seconds = secondsOf(options.timeout);
  const timeout = new AbortController();
  const timer =
    seconds === undefined ? undefined : setTimeout(() => timeout.abort(new WatchTimeoutError()), seconds * 1000);
  const signal = AbortSignal.any([io.signal, timeout.signal]);
  const until = options.until === undefined ? '' : ` --until ${options.until}`;
  let first: MigrationView | undefined;
  try {
    const { api } = await connected({ ...context, io: { ...io, signal } });
    first = await findToRead(api, name, signal);
    return await watchOn(context, api, first, options, signal);
  } catch (error) {
    const watchAgain = [commandFor(caller, 'watch', first?.migrationId ?? name, until)];
    if (error instanceof WatchTimeoutError) {
      const found = first
        ? `${first.migrationId} has not come to its end within ${seconds} s. It goes on without being watched.`
        : `The API has not shown ${name} within ${seconds} s: how it goes is not known.`;
      throw new CommandError(EXIT.unknown, 'watch-timeout', [found], watchAgain);
    }
    if (error instanceof InterruptedError && first)
      throw interruption(error, [`Left alone: ${first.migrationId} goes on without being watched.`], watchAgain);
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

const watchOn = async (
  { io, caller, json }: Context,
  api: Api,
  first: MigrationView,
  options: WatchOptions,
  signal: AbortSignal,
): Promise<ExitCode> => {
  if (!json) for (const text of lacksText(safeDeep(first), lookOf(io))) line(io.stdout, text);
  const screen = await openScreen(io, caller, json);
  const isUntil = ({ status }: MigrationView) => status === (options.until as Status | undefined);
  try {
    const { since = '' } = options;
    const last = await follow(
      api,
      first,
      {
        signal,
        isOver: (view) => (view.outcome !== undefined && !isPending(view)) || isUntil(view),
      },
      { ...screen, events: (events) => screen.events(events.filter(({ at }) => at >= since)) },
    );
    screen.done();
    const exitCode = isUntil(last) ? EXIT.done : (options.judge ?? exitCodeOf)(last);
    if (json) line(io.stdout, safeJson({ type: 'end', at: new Date().toISOString(), status: last.status, exitCode }));
    else {
      for (const text of ['', ...migrationText(safeDeep(last), caller, lookOf(io))]) line(io.stdout, text);
    }
    return exitCode;
  } catch (error) {
    screen.done();
    throw error;
  }
};

const lookOf = (io: Context['io']) => ({
  width: widthOf(io.stdout, io.env),
  paint: paintFor(io.stdout, io.env),
  nowMs: Date.now(),
});

const secondsOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text);
  throw usageError([`--timeout has to be a number of seconds: ${text}`]);
};
