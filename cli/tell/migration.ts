import { lagOf, progressOf } from '../../console/ui/list/figures.ts';
import { fenceText, newPrimaries } from '../../console/ui/migration/cutover.ts';
import { railOf } from '../../console/ui/migration/rail.ts';
import { askedBy, endpoint, waits } from '../../console/ui/migration/sentences.ts';
import { statusWords } from '../../console/ui/parts/status-words.ts';
import { age, count, duration, fullTime } from '../../console/ui/parts/text.ts';
import type { ListedMigration, MigrationView } from '../../functions/migration/view.ts';
import { labelled, wrap } from '../terminal/layout.ts';
import type { Paint } from '../terminal/paint.ts';
import { findingsShort, preflightLine } from './findings.ts';
import { lacksText } from './lacks.ts';
import { type Caller, nextCommands } from './next.ts';

export interface Look {
  width: number;
  paint: Paint;
  nowMs: number;
}

/** A migration as a page of text; the view has to be safe. */
export const migrationText = (view: MigrationView, caller: Caller, look: Look): string[] => {
  const lacks = lacksText(view, look);
  return [
    ...headText(view, look),
    '',
    ...factsText(view, look),
    ...(lacks.length > 0 ? ['', ...lacks] : []),
    ...(view.preflight && !view.outcome?.startsWith('completed') && hasLoud(view)
      ? ['', ...findingsShort(view.preflight, look.width, look.paint)]
      : []),
    ...nextText(view, caller, look),
  ];
};

const hasLoud = ({ preflight }: MigrationView): boolean =>
  preflight?.findings.some(({ severity }) => severity !== 'info') ?? false;

/** Its id and status, and why it stands there. */
export const headText = (view: MigrationView, { width, paint }: Look): string[] => {
  const { tone, text } = statusWords(view.status, view.phase, view.dryRunResult?.verdict);
  const waiting = view.outcome ? undefined : waits(view);
  return [
    `${paint.bold(view.migrationId)}  ${paint.tone(tone, text)}${view.dryRun && !view.dryRunResult ? ' (dry run)' : ''}`,
    ...[view.statusReason, waiting].flatMap((told) =>
      told === undefined ? [] : wrap(told, width - 2).map((line) => `  ${line}`),
    ),
  ];
};

const factsText = (view: MigrationView, { width, nowMs }: Look): string[] => {
  const facts: [label: string, text: string | undefined][] = [
    ['group', view.replicationGroupId],
    ['source', endpoint(view.source)],
    ['asked', asked(view)],
    ['why', view.reason],
    ['waived', view.waivers.length > 0 ? view.waivers.join(', ') : undefined],
    ['steps', stepsTaken(view, nowMs)],
    ['preflight', view.preflight && preflightLine(view.preflight)],
    ['dry run', view.dryRunResult?.why],
    ['progress', progressText(view)],
    ['verification', verificationText(view, nowMs)],
    ['cutover', cutoverText(view)],
    ['fence', view.cutover.fenced && fenceText(view.cutover.fenced, view.cutover.confirmation)],
    ['promoted', promotedText(view)],
    ['stragglers', stragglersText(view)],
    [
      'rollback',
      view.cutover.rollback &&
        `${view.cutover.rollback.possible ? 'possible' : 'not possible'}: ${view.cutover.rollback.why}`,
    ],
    ['certificate', certificateText(view)],
    ['failure', view.failure && `${view.failure.error}: ${view.failure.cause}`],
  ];
  return facts.flatMap(([label, text]) => (text ? labelled(label, text, width) : []));
};

const asked = ({ acceptedAt, requestedBy, stoppedAt }: MigrationView): string => {
  const took = stoppedAt ? `; ended after ${duration(Date.parse(stoppedAt) - Date.parse(acceptedAt))}` : '';
  return `${fullTime(acceptedAt)}${requestedBy ? ` by ${askedBy(requestedBy)}` : ''}${took}`;
};

/** `Accepted 0.2 s, Preflight 1.1 s, Test 3 s` */
const stepsTaken = (view: MigrationView, nowMs: number): string =>
  railOf(view, nowMs)
    .filter(({ tookMs }) => tookMs !== undefined)
    .map(
      ({ title, tookMs = 0, losses }) =>
        `${title} ${duration(tookMs)}${losses > 0 ? ` (link lost ${losses} times)` : ''}`,
    )
    .join(', ');

const progressText = (view: MigrationView): string | undefined => {
  const { text } = progressOf({ ...view, verification: {} } as unknown as ListedMigration);
  const lag = lagOf(view as unknown as ListedMigration);
  return [text, lag && `lag ${lag}`].filter(Boolean).join(' · ') || undefined;
};

const verificationText = ({ verification, dryRun }: MigrationView, nowMs: number): string | undefined => {
  const { mode, report, progress } = verification;
  if (report) return `${report.verdict}, ${age(nowMs - Date.parse(report.verifiedAt))} ago: ${report.why}`;
  if (progress) return `${count(progress.keysDone)} of ${count(progress.keysTotal)} keys`;
  if (dryRun) return undefined;
  return mode === 'none' ? 'none: source and target are not compared' : `${mode}, before the cutover`;
};

const cutoverText = ({ cutover, dryRun }: MigrationView): string | undefined => {
  if (dryRun) return undefined;
  const { mode, fence = 'auto', requestedAt, by, backOuts = [] } = cutover;
  const backedOut = backOuts.at(-1);
  return [
    `${mode}, fence ${fence}`,
    requestedAt && `asked for ${fullTime(requestedAt)}${by ? ` by ${askedBy(by)}` : ''}`,
    backedOut &&
      `backed out ${backOuts.length === 1 ? 'once' : `${backOuts.length} times`}, the last time because: ${backedOut.reason}`,
  ]
    .filter(Boolean)
    .join('; ');
};

const promotedText = (view: MigrationView): string | undefined => {
  const { promotedAt, outageMs, fenced, confirmation } = view.cutover;
  if (!promotedAt) return undefined;
  const primaries = newPrimaries(view);
  return [
    `${fullTime(promotedAt)}${outageMs === undefined ? '' : `, ${duration(outageMs)} after writes were frozen`}`,
    confirmation && `confirmed by ${askedBy(confirmation.by)}, and not proven`,
    fenced?.drainMs !== undefined && `drained in ${duration(fenced.drainMs)}`,
    primaries.length > 0 && `point clients to ${primaries.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
};

const stragglersText = ({ cutover: { stragglers } }: MigrationView): string | undefined => {
  if (!stragglers) return undefined;
  const { writers, readers, clients, untold, quietSince } = stragglers;
  if (untold) return untold;
  if (writers + readers === 0) return quietSince ? `none since ${fullTime(quietSince)}` : 'none';
  const who = clients.map(({ address, user, name }) => [address, user, name].filter(Boolean).join(' ')).join(', ');
  return `${count(writers)} that write, ${count(readers)} that read: ${who}`;
};

const certificateText = ({ cutover: { certificate } }: MigrationView): string | undefined => {
  if (!certificate) return undefined;
  return typeof certificate.hash === 'string'
    ? `sha256 ${certificate.hash}`
    : `sha256 ${certificate.hash.value}${'signature' in certificate && certificate.signature ? ', signed' : ', not signed'}`;
};

/** What to type next; commands are never broken, so that they can be pasted. */
export const nextText = (view: MigrationView, caller: Caller, { paint, width }: Look): string[] => {
  const commands = nextCommands(view, caller);
  if (commands.length === 0) return [];
  return [
    '',
    paint.bold('Next'),
    ...commands.flatMap(({ command, text }) => [
      `  ${paint.cyan(command)}`,
      ...(text ? wrap(text, width - 6).map((line) => `      ${paint.dim(line)}`) : []),
    ]),
  ];
};
