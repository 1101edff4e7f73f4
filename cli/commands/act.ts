import { ApiProblemError } from '../../client/errors.ts';
import { needsWaiver } from '../../console/ui/acts/waivable.ts';
import { actWords } from '../../console/ui/acts/words.ts';
import { lackingMode } from '../../console/ui/parts/guarantees.ts';
import type { Action } from '../../functions/migration/actions.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { again, type Context, connected } from '../context.ts';
import { CommandError, InterruptedError, interruption, usageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { toFailure } from '../failure.ts';
import { findToAct } from '../find.ts';
import { isPassing, isUnsent } from '../passing.ts';
import { document, line } from '../say.ts';
import { ENDPOINT_RULE, readEndpoint } from '../start/endpoint.ts';
import { headText } from '../tell/migration.ts';
import { commandFor } from '../tell/next.ts';
import { ask } from '../terminal/ask.ts';
import { canAsk, widthOf } from '../terminal/io.ts';
import { wrap } from '../terminal/layout.ts';
import { paintFor } from '../terminal/paint.ts';
import { safeDeep } from '../terminal/safe.ts';

export interface ActOptions {
  reason?: string;
  waive?: string[];
  /** `host:port`, of an unfence. */
  giveUp?: string[];
  yes?: boolean;
  watch?: boolean;
}

/** Without one the API takes none of these, and no waiver. */
const NEED_REASON: readonly Action[] = ['abort', 'confirm', 'unfence', 'rollback'];

/**
 * Asks a migration for something that cannot be taken back, after the operator has said that this is meant.
 * @throws CommandError, ApiProblemError, ClientError
 */
export const act = async (context: Context, action: Action, name: string, options: ActOptions): Promise<ExitCode> => {
  const { io, caller, json } = context;
  const needsReason = NEED_REASON.includes(action) || options.waive !== undefined;
  const giveUp = options.giveUp?.map(readEndpoint);
  refuseWithoutTerminal(context, action, options, needsReason);
  const { api } = await connected(context);
  const view = await findToAct(api, name, context);
  // With nodes to give up, an unfence may be asked for while another one is pending: the API knows.
  if (!view.allowedActions.includes(action) && !giveUp) throw notAllowed(context, action, view);
  // Whose writers nobody keeps from writing, somebody has to say how they were stopped.
  const byWord = action === 'cutover' && lackingMode(view) !== undefined;
  if (byWord && options.reason === undefined && (options.yes || !canAsk(io)))
    throw usageError(
      ['--reason is missing: without a fence it is to say how the writers were stopped'],
      [commandFor(caller, action, name, " --reason '...' --yes")],
    );
  if (!options.yes) await confirm(context, action, view, options.waive);
  const reason = options.reason ?? (needsReason || byWord ? await askReason(context) : undefined);
  const body = {
    ...(reason !== undefined && { reason }),
    ...(options.waive && { waivers: options.waive }),
    ...(giveUp && { giveUp: giveUp.filter((one) => one !== undefined) }),
  };
  const changed = await api.act(view.migrationId, action, body, { signal: io.signal }).catch((error: unknown) => {
    throw judged(context, view, error);
  });
  if (json && !options.watch) document(io, changed);
  if (!json) {
    const look = { width: widthOf(io.stdout, io.env), paint: paintFor(io.stdout, io.env), nowMs: Date.now() };
    line(io.stdout, `Asked for: ${action}.`);
    for (const text of headText(safeDeep(changed), look)) line(io.stdout, text);
    if (!options.watch) line(io.stderr, `\n  ${commandFor(caller, 'watch', view.migrationId)}`);
  }
  if (!options.watch) return EXIT.done;
  const { watch, exitCodeOf } = await import('./watch.ts');
  const since = action === 'cutover' ? changed.cutover.requestedAt : changed.requests?.[action]?.at;
  return watch(context, view.migrationId, {
    judge: JUDGES[action] ?? exitCodeOf,
    ...(since !== undefined && { since }),
  });
};

const JUDGES: Partial<Record<Action, (view: MigrationView) => ExitCode>> = {
  abort: ({ outcome }) => (outcome === 'aborted' ? EXIT.done : EXIT.failed),
  rollback: ({ cutover }) => (cutover.rolledBackAt ? EXIT.done : EXIT.refused),
  unfence: ({ cutover }) => (cutover.unfencedAt ? EXIT.done : cutover.unfenceRefused ? EXIT.refused : EXIT.unknown),
};

const refuseWithoutTerminal = (
  context: Context,
  action: Action,
  { yes, reason, giveUp = [] }: ActOptions,
  needsReason: boolean,
): void => {
  const { io } = context;
  const problems = [
    ...giveUp.filter((text) => !readEndpoint(text)).map((text) => `--give-up ${ENDPOINT_RULE}: ${text}`),
    ...(yes || canAsk(io)
      ? []
      : [`${action} cannot be taken back, and there is no terminal to ask whether it is meant: add --yes`]),
    ...(needsReason && reason === undefined && (yes || !canAsk(io))
      ? [`--reason is missing: ${action} is kept with its reason`]
      : []),
    ...(reason !== undefined && reason.trim() === '' ? ['--reason is empty'] : []),
  ];
  if (problems.length === 0) return;
  const isWhole = giveUp.every(readEndpoint) && reason?.trim() !== '';
  const missing = [...(needsReason && reason === undefined ? ['--reason', '...'] : []), ...(yes ? [] : ['--yes'])];
  throw usageError(problems, [isWhole ? again(context, ...missing) : `${context.caller.me} ${action} --help`]);
};

const notAllowed = (context: Context, action: Action, view: MigrationView): CommandError => {
  const { migrationId, statusReason, status } = view;
  return new CommandError(
    EXIT.refused,
    'action-not-allowed',
    [`${action} is not allowed now: ${migrationId} is ${status}. ${statusReason}`],
    nextOf(context, view, view.allowedActions),
  );
};

const nextOf = ({ caller }: Context, view: MigrationView, allowed: readonly string[]): string[] => [
  ...allowed.map((one) => commandFor(caller, one, view.migrationId)),
  commandFor(caller, view.outcome ? 'show' : 'watch', view.migrationId),
];

/** Says what will happen and what will not be possible afterwards, and asks for the group's name. */
const confirm = async (
  context: Context,
  action: Action,
  view: MigrationView,
  waived: readonly string[] = [],
): Promise<void> => {
  const { io } = context;
  const width = widthOf(io.stderr, io.env);
  const paint = paintFor(io.stderr, io.env);
  const shown = safeDeep(view);
  const { title, will, after, lacks = [] } = actWords(action, shown);
  const say = (mark: string, text: string) => {
    const indent = ' '.repeat(mark.length + 2);
    for (const told of wrap(text, width, indent).map((one, at) => (at === 0 ? `  ${mark}${one}` : one)))
      line(io.stderr, told);
  };
  line(io.stderr, paint.bold(title));
  for (const [at, text] of will.entries()) say(`${at + 1}. `, text);
  line(io.stderr, paint.bold('Afterwards'));
  for (const text of after) say('- ', text);
  if (lacks.length > 0) line(io.stderr, paint.bold('What this migration lacks'));
  for (const text of lacks) say('- ', text);
  if (needsWaiver(action, view) && !waived.includes('verification-differences'))
    say('- ', 'The last comparison does not allow it. To go on in spite of that: --waive verification-differences');
  line(io.stderr);
  const lines = wrap(`Type the replication group's name, ${shown.replicationGroupId}, to go on:`, width - 1);
  const typed = await ask(io, `${lines.join('\n')} `);
  if (typed !== view.replicationGroupId)
    throw new CommandError(
      EXIT.refused,
      'not-confirmed',
      ['That is not its name. Nothing was sent.'],
      [again(context)],
    );
};

const askReason = async (context: Context): Promise<string> => {
  const reason = await ask(context.io, 'Why (this is kept with your name): ');
  if (!reason)
    throw new CommandError(EXIT.refused, 'not-confirmed', ['Without a reason nothing is sent.'], [again(context)]);
  return reason;
};

/** What it means that the request for an act has not been answered well. */
const judged = (context: Context, view: MigrationView, error: unknown): unknown => {
  const { caller } = context;
  const show = commandFor(caller, 'show', view.migrationId);
  if (error instanceof InterruptedError)
    return interruption(
      error,
      ['Interrupted. The request was on its way. Whether it has arrived is not known: look before you ask again.'],
      [show],
    );
  const { exitCode, code, problems } = toFailure(error, caller);
  if (isPassing(error) && !isUnsent(error))
    return new CommandError(
      EXIT.unknown,
      code,
      [...problems, 'Whether the request has arrived is not known: look before you ask again.'],
      [show],
    );
  const allowed = error instanceof ApiProblemError ? error.problem.allowedActions : undefined;
  return allowed ? new CommandError(exitCode, code, problems, nextOf(context, view, allowed)) : error;
};
