import { age, clockTime, duration } from '../../console/ui/parts/text.ts';
import type { Announced } from '../../functions/migration/announced.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { toFailure } from '../failure.ts';
import { line } from '../say.ts';
import { eventText } from '../tell/event.ts';
import type { Caller } from '../tell/next.ts';
import { type Io, widthOf } from '../terminal/io.ts';
import { wrap } from '../terminal/layout.ts';
import { paintFor } from '../terminal/paint.ts';
import { safe, safeDeep, safeJson } from '../terminal/safe.ts';
import type { Away, Follower } from './follow.ts';
import { drawing, longTurns, oneLine, percentOf, yourTurn } from './text.ts';

/** Where it is told how a migration goes. */
export interface Screen extends Follower {
  /** Ends the redrawing: what stands there stays. */
  done(): void;
}

/** Redraws on a terminal, writes a line at each change elsewhere, and a document a line with `--json`. */
export const openScreen = async (io: Io, caller: Caller, json: boolean): Promise<Screen> => {
  if (json) return documents(io, caller);
  return io.stdout.isTTY && io.env.TERM !== 'dumb' ? terminal(io, caller) : plain(io, caller);
};

const whyOf = (away: Away, caller: Caller): string => safe(toFailure(away.why, caller).problems.join('; '));

const documents = ({ stdout }: Io, caller: Caller): Screen => {
  let last = '';
  const write = (type: string, more: object) => line(stdout, safeJson({ type, at: new Date().toISOString(), ...more }));
  return {
    view(view) {
      const text = JSON.stringify(view);
      if (text !== last) write('view', { view });
      last = text;
    },
    events(events) {
      for (const event of events) write('event', { event });
    },
    away: (away) => {
      const { code, problems } = toFailure(away.why, caller);
      write('away', {
        since: new Date(away.sinceMs).toISOString(),
        nextTryAt: new Date(away.nextTryMs).toISOString(),
        code,
        problems,
      });
    },
    back: (awayMs) => write('back', { awayMs }),
    done: () => undefined,
  };
};

/** A new line for each tenth, each phase and each thing it waits for, and nothing while nothing changes. */
const plain = ({ stdout, env }: Io, caller: Caller): Screen => {
  const width = Number.POSITIVE_INFINITY;
  const paint = paintFor(stdout, env);
  let last = '';
  let isAway = false;
  return {
    view(view) {
      const { status, phase, waitingFor, allowedActions, outcome } = view;
      const decile = Math.floor((percentOf(view) ?? -10) / 10);
      const key = JSON.stringify([status, phase, waitingFor, decile, allowedActions.includes('cutover')]);
      if (key === last || outcome) return;
      last = key;
      line(stdout, `${clockTime(Date.now())}  ${oneLine(safeDeep(view))}`);
      if (allowedActions.includes('cutover'))
        for (const command of yourTurn(safeDeep(view), caller)) line(stdout, `          your turn: ${command}`);
    },
    events(events) {
      for (const event of safeDeep(events)) for (const text of eventText(event, { width, paint })) line(stdout, text);
    },
    away(away) {
      if (!isAway)
        line(stdout, `${clockTime(Date.now())}  The API is away, and is asked again: ${whyOf(away, caller)}`);
      isAway = true;
    },
    back(awayMs) {
      isAway = false;
      line(stdout, `${clockTime(Date.now())}  The API answers again, after ${duration(awayMs)}.`);
    },
    done: () => undefined,
  };
};

const TICK_MS = 1000;
const SETTLE_MS = 150;

const terminal = async ({ stdout, env }: Io, caller: Caller): Promise<Screen> => {
  const { createLogUpdate } = await import('log-update');
  const log = createLogUpdate(stdout as NodeJS.WriteStream);
  const paint = paintFor(stdout, env);
  let view: MigrationView | undefined;
  let readMs = 0;
  let away: Away | undefined;

  let told = '';
  /** Once, while it is somebody's turn. */
  const tellTurns = (seen: MigrationView, width: number) => {
    const commands = longTurns(seen, caller, width);
    const text = commands.join('\n');
    if (text !== '' && text !== told) {
      log.clear();
      for (const command of commands) line(stdout, `  ${paint.cyan(command)}`);
    }
    told = text;
  };
  const draw = () => {
    if (!view) return;
    const width = widthOf(stdout, env);
    tellTurns(view, width);
    const nowMs = Date.now();
    const lost = away;
    log(
      [
        '',
        ...drawing(view, caller, { width, paint, nowMs }),
        ...(lost ? lostText(lost, nowMs, width) : []),
        ...wrap('Ctrl-C leaves the migration alone.', width - 3).map((text) => paint.dim(`  ${text}`)),
      ].join('\n'),
    );
  };
  const lostText = (lost: Away, nowMs: number, width: number): string[] =>
    [
      `The API is away for ${age(nowMs - lost.sinceMs)}: ${whyOf(lost, caller)}`,
      `What is shown is ${age(nowMs - readMs)} old. Next try in ${age(lost.nextTryMs - nowMs)}.`,
    ].flatMap((text) => wrap(text, width - 3).map((one) => `  ${paint.tone('bad', one)}`));
  // Ages grow while nothing else happens.
  const ticking = setInterval(draw, TICK_MS);
  // Each redrawing leaves behind what the terminal has wrapped anew: one for a whole drag of the edge.
  let settling: NodeJS.Timeout | undefined;
  const resized = () => {
    clearTimeout(settling);
    settling = setTimeout(draw, SETTLE_MS);
  };
  stdout.on('resize', resized);

  return {
    view(read) {
      view = safeDeep(read);
      readMs = Date.now();
      away = undefined;
      draw();
    },
    events(events: readonly Announced[]) {
      log.clear();
      const width = widthOf(stdout, env);
      for (const event of safeDeep(events)) for (const text of eventText(event, { width, paint })) line(stdout, text);
      draw();
    },
    away(lost) {
      away = lost;
      draw();
    },
    back: () => undefined,
    done() {
      clearInterval(ticking);
      clearTimeout(settling);
      stdout.off('resize', resized);
      log.clear();
      log.done();
    },
  };
};
