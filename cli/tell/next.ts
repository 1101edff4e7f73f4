import type { Action } from '../../functions/migration/actions.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { shellWord } from '../terminal/safe.ts';
import { startAgain } from './start-again.ts';

/** Something to type, and what it is for. */
export interface NextCommand {
  command: string;
  text: string;
}

/** How this command is called, and with which options the same service is found again. */
export interface Caller {
  /** `elasticache-migrator`, or with `npx` before it. */
  me: string;
  /** ` --stack cache --region eu-west-1`, or nothing. */
  options: string;
  /** Whether a token goes with each request. */
  hasToken?: boolean;
}

/** Where an act needs a reason it asks for it. */
const ACTS: Record<Action, string> = {
  cutover: 'cut over: promote the target',
  abort: 'stop it; the source stays as it is',
  confirm: 'say that the promotion did happen',
  rollback: 'return to the source, if nothing was written to the target',
  unfence: 'let the source take writes again, whatever the target does',
  close: 'end it although clients still turn to the source',
};

export const commandFor = ({ me, options }: Caller, verb: string, migrationId: string, more = ''): string =>
  `${me} ${verb} ${shellWord(migrationId)}${more}${options}`;

/** What an operator would type next, the likeliest first. */
export const nextCommands = (view: MigrationView, caller: Caller): NextCommand[] => {
  const { migrationId, allowedActions, outcome, dryRun, dryRunResult } = view;
  const acts = allowedActions.map((action) => ({
    command: commandFor(caller, action, migrationId),
    text: ACTS[action] ?? '',
  }));
  if (!outcome) return [...acts, { command: commandFor(caller, 'watch', migrationId), text: 'see it go on' }];
  if (dryRun && dryRunResult?.verdict === 'wouldStart')
    return [{ command: startAgain(view, caller), text: 'start it for real' }];
  const certificate =
    view.cutover.certificate === undefined
      ? []
      : [
          {
            command: `${commandFor(caller, 'show', migrationId, ' --json')} | ${caller.me} certificate check -`,
            text: 'check its certificate',
          },
        ];
  return [...certificate, ...acts];
};
