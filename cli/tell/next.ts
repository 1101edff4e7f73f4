import type { Action } from '../../functions/migration/actions.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { shellWord } from '../terminal/safe.ts';

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
}

const ACTS: Record<Action, { more: string; text: string }> = {
  cutover: { more: '', text: 'cut over: promote the target' },
  abort: { more: " --reason '...'", text: 'stop it; the source stays as it is' },
  confirm: { more: " --reason '...'", text: 'say that the promotion did happen' },
  rollback: { more: " --reason '...'", text: 'return to the source, if nothing was written to the target' },
  unfence: { more: " --reason '...'", text: 'let the source take writes again, whatever the target does' },
  close: { more: '', text: 'end it although clients still turn to the source' },
};

export const commandFor = ({ me, options }: Caller, verb: string, migrationId: string, more = ''): string =>
  `${me} ${verb} ${shellWord(migrationId)}${more}${options}`;

/** What an operator would type next, the likeliest first. */
export const nextCommands = (view: MigrationView, caller: Caller): NextCommand[] => {
  const { migrationId, allowedActions, outcome, dryRun, dryRunResult } = view;
  const acts = allowedActions.map((action) => {
    const { more, text } = ACTS[action] ?? { more: '', text: '' };
    return { command: commandFor(caller, action, migrationId, more), text };
  });
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

/** The same migration once more, as far as options say it shortly. */
const startAgain = (
  { replicationGroupId, source, waivers, cutover }: MigrationView,
  { me, options }: Caller,
): string => {
  const address = source.address.includes(':') ? `[${source.address}]` : source.address;
  return (
    [
      `${me} start --replication-group-id ${shellWord(replicationGroupId)} --source ${shellWord(`${address}:${source.port}`)}`,
      ...(cutover.mode === 'automatic' ? ['--cutover automatic'] : []),
      ...(cutover.fence && cutover.fence !== 'auto' ? [`--fence ${shellWord(cutover.fence)}`] : []),
      ...(waivers.length > 0 ? [`--waive ${shellWord(waivers.join(','))}`] : []),
    ].join(' ') + options
  );
};
