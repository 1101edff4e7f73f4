import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../client/api.ts';
import { ApiAnswerUnreadableError } from '../../client/errors.ts';
import type { Acceptance } from '../../functions/migration/accept.ts';
import { again, type Context, connected } from '../context.ts';
import { CommandError, InterruptedError, interruption, usageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { toFailure } from '../failure.ts';
import { isPassing, isUnsent } from '../passing.ts';
import { document, line } from '../say.ts';
import { readRequest } from '../start/file.ts';
import { requestOf, type StartOptions } from '../start/options.ts';
import { commandFor } from '../tell/next.ts';
import { paintFor } from '../terminal/paint.ts';
import { safe, safeJson, shellWord } from '../terminal/safe.ts';

export interface StartCommandOptions extends StartOptions {
  idempotencyKey?: string;
  watch?: boolean;
}

/** How often a request is sent whose answer does not come: its key makes that harmless. */
const TRIES = 4;
const FIRST_PAUSE_MS = 500;
/** As the API takes it. Not every other text can be sent: a header has bytes. */
const KEY = /^[\x21-\x7e]{1,255}$/;
const KEY_RULE = 'must have 1-255 visible ASCII characters without spaces';

/**
 * The request that options and file make.
 * @throws CommandError (usage) with every problem
 */
export const bodyOf = async (options: StartOptions, context: Context): Promise<Record<string, unknown>> => {
  const problems: string[] = [];
  const file = options.file === undefined ? {} : await readRequest(options.file, context.io);
  const body = requestOf(options, file, problems);
  if (options.file === undefined) {
    if (body.replicationGroupId === undefined)
      problems.push('--replication-group-id is missing: the group to migrate into');
    if (body.customerNodeEndpointList === undefined)
      problems.push('--source is missing: host:port of the Redis to migrate from');
  }
  if (problems.length > 0) throw usageError(problems, [`${context.caller.me} ${context.args[0] ?? 'start'} --help`]);
  return body;
};

/** What is told where no answer came. */
export interface Doubt {
  /** What is not known: `Whether the migration was accepted`. */
  what: string;
  /** What that means: a sentence. */
  means: string;
  /** Commands to look, or to ask again. */
  next: readonly string[];
}

/**
 * Sends until it is answered: under its key that starts one migration at the most.
 * @throws CommandError with the doubt, also when it is interrupted; what the API refuses
 */
export const send = async (
  api: Api,
  body: unknown,
  key: string,
  { io, caller }: Context,
  { what, means, next }: Doubt,
): Promise<Acceptance> => {
  io.signal.throwIfAborted();
  const interrupted = (error: InterruptedError) =>
    interruption(error, [`Interrupted. The request was on its way. ${what} is not known. ${means}`], next);
  // That none of them has arrived.
  let isKnown = true;
  for (let tries = 1; ; tries++) {
    try {
      return await api.start(body, key, { signal: io.signal });
    } catch (error) {
      if (error instanceof InterruptedError) throw interrupted(error);
      if (!isPassing(error)) throw error;
      isKnown &&= isUnsent(error);
      if (tries === TRIES || isForeign(error)) {
        if (isKnown) throw error;
        const { code, problems, next: more } = toFailure(error, caller);
        const times = tries === 1 ? '' : ` after ${tries} tries`;
        throw new CommandError(
          EXIT.unknown,
          code,
          [...problems, `${what} is not known${times}. ${means}`],
          [...next, ...more],
        );
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, { signal: io.signal }).catch(() => {
        throw isKnown ? io.signal.reason : interrupted(io.signal.reason);
      });
    }
  }
};

/** What answers well, and is another service: it would be so the next time, too. */
const isForeign = (error: unknown): boolean =>
  error instanceof ApiAnswerUnreadableError && error.status !== undefined && error.status < 500;

/** The same command. What came by standard input is gone with it: the request is written out then. */
export const requestAgain = (context: Context, { file }: StartOptions, body: unknown, ...more: string[]): string =>
  `${file === '-' ? `printf %s ${shellWord(safeJson(body))} | ` : ''}${again(context, ...more)}`;

export const start = async (context: Context, options: StartCommandOptions): Promise<ExitCode> => {
  const { io, caller, json } = context;
  const { idempotencyKey: key = randomUUID(), watch: goesOn, ...asked } = options;
  if (!KEY.test(key)) throw usageError([`--idempotency-key ${KEY_RULE}: ${key}`]);
  const body = await bodyOf(asked, context);
  const { api } = await connected(context);
  // Before it is sent: whoever gets no answer needs it.
  line(io.stderr, `Idempotency key: ${safe(key)}`);
  const accepted = await send(api, body, key, context, {
    what: 'Whether the migration was accepted',
    means: 'The same command under its key starts nothing twice.',
    next: [
      requestAgain(context, asked, body, ...(options.idempotencyKey === undefined ? ['--idempotency-key', key] : [])),
      ...(typeof body.replicationGroupId === 'string' ? [commandFor(caller, 'show', body.replicationGroupId)] : []),
    ],
  });
  if (json && !goesOn) document(io, { ...accepted, idempotencyKey: key });
  if (!json) {
    const paint = paintFor(io.stdout, io.env);
    line(io.stdout, `Accepted: ${paint.bold(safe(accepted.migrationId))}`);
    if (!goesOn) line(io.stderr, `\n  ${commandFor(caller, 'watch', accepted.migrationId)}`);
  }
  if (!goesOn) return EXIT.done;
  const { watch } = await import('./watch.ts');
  return watch(context, accepted.migrationId, {});
};
