import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../client/api.ts';
import type { Acceptance } from '../../functions/migration/accept.ts';
import { type Context, connected } from '../context.ts';
import { CommandError, usageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { toFailure } from '../failure.ts';
import { isPassing } from '../passing.ts';
import { document, line } from '../say.ts';
import { readRequest } from '../start/file.ts';
import { requestOf, type StartOptions } from '../start/options.ts';
import { commandFor } from '../tell/next.ts';
import { paintFor } from '../terminal/paint.ts';
import { safe } from '../terminal/safe.ts';

export interface StartCommandOptions extends StartOptions {
  idempotencyKey?: string;
  watch?: boolean;
}

/** How often a request is sent whose answer does not come: its key makes that harmless. */
const TRIES = 4;
const FIRST_PAUSE_MS = 500;

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
  if (problems.length > 0)
    throw usageError(problems, [`${context.caller.me} start --replication-group-id test --source 10.0.0.5:6379`]);
  return body;
};

/** Sends until it is answered: under its key that starts one migration at the most. */
export const send = async (api: Api, body: unknown, key: string, context: Context): Promise<Acceptance> => {
  const { io, caller } = context;
  for (let tries = 1; ; tries++) {
    try {
      return await api.start(body, key, { signal: io.signal });
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (tries === TRIES) {
        const { code, problems, next } = toFailure(error, caller.me);
        const unknown = `Whether the migration was accepted is not known after ${TRIES} tries.`;
        const again = `the same command with --idempotency-key ${key} starts nothing twice`;
        throw new CommandError(EXIT.unknown, code, [...problems, unknown], [again, ...next]);
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, { signal: io.signal });
    }
  }
};

export const start = async (context: Context, options: StartCommandOptions): Promise<ExitCode> => {
  const { io, caller, json } = context;
  const { idempotencyKey: key = randomUUID(), watch: goesOn, ...asked } = options;
  if (key === '') throw usageError(['--idempotency-key is empty']);
  const body = await bodyOf(asked, context);
  const { api } = await connected(context);
  // Before it is sent: whoever gets no answer needs it.
  line(io.stderr, `Idempotency key: ${safe(key)}`);
  const accepted = await send(api, body, key, context);
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
