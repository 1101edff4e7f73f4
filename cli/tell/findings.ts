import type { Finding, PreflightResult } from '../../functions/migration/preflight.ts';
import { wrap } from '../terminal/layout.ts';
import type { Paint } from '../terminal/paint.ts';

const severity = ({ severity, waived }: Finding, paint: Paint): string =>
  waived
    ? paint.yellow(`${severity}, waived`)
    : severity === 'blocking'
      ? paint.tone('bad', severity)
      : paint.yellow(severity);

/** One finding with what was found, what is required, and commands and an address to paste, which are never broken. */
const findingText = (finding: Finding, width: number, paint: Paint): string[] => {
  const { id, title, found, required, remedy, because } = finding;
  const told = (text: string) => wrap(text, width - 4).map((line) => `    ${line}`);
  return [
    `  ${severity(finding, paint)}  ${paint.bold(id)}`,
    ...told(title),
    ...told(`Found: ${found}`),
    ...told(`Required: ${required}`),
    ...told(`Because: ${because.text}`),
    ...(because.url ? [`      ${because.url}`] : []),
    ...remedy.map((line) => `      ${paint.cyan(line)}`),
    '',
  ];
};

/** `passed: 70 checks, 3 warnings` */
export const preflightLine = ({ verdict, checks, findings }: PreflightResult): string => {
  const of = (wanted: Finding['severity']) => findings.filter((one) => one.severity === wanted && !one.waived).length;
  const [blocking, warnings, infos] = [of('blocking'), of('warning'), of('info')];
  const waived = findings.filter((one) => one.waived).length;
  const plural = (count: number, word: string) => (count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`]);
  return [
    `${verdict}: ${checks} checks`,
    ...(blocking > 0 ? [`${blocking} that ${blocking === 1 ? 'blocks' : 'block'}`] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...plural(warnings, 'warning'),
    ...plural(infos, 'remark'),
  ].join(', ');
};

/** All findings, each whole. */
export const findingsText = ({ findings, forecast }: PreflightResult, width: number, paint: Paint): string[] => [
  ...findings.flatMap((finding) => findingText(finding, width, paint)),
  ...wrap(`Forecast of the full sync (${forecast.verdict}): ${forecast.why}`, width - 2).map((line) => `  ${line}`),
  ...forecast.remedy.map((line) => `      ${paint.cyan(line)}`),
];

/** Each in a line or two: what blocks and what warns. */
export const findingsShort = ({ findings }: PreflightResult, width: number, paint: Paint): string[] =>
  findings
    .filter((finding) => finding.severity !== 'info')
    .flatMap((finding) => {
      const [first = '', ...rest] = wrap(`${finding.title} ${finding.found}`, width - 4);
      return [
        `  ${severity(finding, paint)}  ${paint.bold(finding.id)}`,
        ...[first, ...rest].map((line) => `    ${line}`),
      ];
    });
