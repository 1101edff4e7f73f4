import type { Context } from '../context.ts';
import { type Check, ofFailure, type Probe } from '../doctor/check.ts';
import { checkClock, checkReachable } from '../doctor/reach.ts';
import { checkRoutes } from '../doctor/routes.ts';
import { findService, type Service } from '../doctor/service.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { document, line } from '../say.ts';
import type { Caller } from '../tell/next.ts';
import { widthOf } from '../terminal/io.ts';
import { labelled, padded, wrap } from '../terminal/layout.ts';
import { paintFor } from '../terminal/paint.ts';
import { safe } from '../terminal/safe.ts';

const MARKS = { ok: 'ok', note: 'note', bad: 'BAD', unknown: '?' } as const;

/** Looks at everything that stands between this command and the service; sends nothing that could change something. */
export const doctor = async (context: Context): Promise<ExitCode> => {
  const { io, json, caller } = context;
  const checks: Check[] = [];
  const found = await findService(context, (check) => checks.push(check));
  if (found) await askService(found, checks, caller);
  io.signal.throwIfAborted();
  const verdict = checks.some(({ result }) => result === 'bad')
    ? 'bad'
    : checks.some(({ result }) => result === 'unknown')
      ? 'unknown'
      : 'ok';
  if (json) document(io, { verdict, checks });
  else tell(context, checks, verdict);
  return { ok: EXIT.done, bad: EXIT.failed, unknown: EXIT.unknown }[verdict];
};

const askService = async ({ apiUrl, call }: Service, checks: Check[], caller: Caller): Promise<void> => {
  const asked: Probe = await checkReachable(apiUrl, call, caller);
  checks.push(asked.check);
  // What is not this API is asked for nothing more: who knows what it would do.
  if (asked.check.result !== 'ok') return;
  checks.push(checkClock(asked));
  checks.push(...(await checkRoutes(call).catch((error: unknown) => [ofFailure('permissions', error, caller)])));
};

const tell = ({ io }: Context, checks: readonly Check[], verdict: 'ok' | 'bad' | 'unknown'): void => {
  const width = widthOf(io.stdout, io.env);
  const paint = paintFor(io.stdout, io.env);
  const tones = { ok: 'ok', note: 'yours', bad: 'bad', unknown: 'yours' } as const;
  for (const { name, result, text, next } of checks) {
    const [first = '', ...rest] = labelled(name, safe(text), width - 6, 14);
    line(io.stdout, `${paint.tone(tones[result], padded(MARKS[result], 4))}${first}`);
    for (const more of rest) line(io.stdout, `    ${more}`);
    for (const one of next)
      line(io.stdout, one.startsWith('docs/') ? `      See ${safe(one)}` : `      ${paint.cyan(safe(one))}`);
  }
  const words = {
    ok: 'Everything that is needed is there.',
    bad: 'Something is missing: see what is marked BAD.',
    unknown: 'Not everything could be told: see what is marked with a question mark.',
  };
  for (const text of ['', ...wrap(words[verdict], width)]) line(io.stdout, text);
};
