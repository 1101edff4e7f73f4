import type { Preflight } from './api-client.ts';
import { bytes } from './format.ts';

/** The longest line that is read at a glance. */
const WIDEST = 140;

/** What the preflight found, a line each: what blocks first, and the forecast of the full sync last. */
export const preflightLines = ({ findings, forecast }: Preflight, columns: number): string[] => {
  const idWidth = Math.max(0, ...findings.map(({ id }) => id.length));
  return [
    ...findings.map(({ severity, id, found, waived }) => [
      waived ? 'waived' : severity,
      `${id.padEnd(idWidth)}  ${found}`,
    ]),
    ['forecast', forecastText(forecast)],
  ].map(([word = '', text]) => cut(`    ${word.padEnd(8)}  ${text}`, Math.min(columns, WIDEST)));
};

const VERDICTS: Record<string, string> = { pass: 'passes', tight: 'is tight', willFail: 'will fail' };

const forecastText = ({ verdict, why, copyBytes, syncSeconds, peakBufferBytes, limit }: Preflight['forecast']) => {
  const word = VERDICTS[verdict];
  if (!word || copyBytes === undefined || !syncSeconds || !peakBufferBytes) return why;
  const most = limit && limit.hardBytes > 0 ? ` of ${bytes(limit.hardBytes)}` : '';
  const copied = `${bytes(copyBytes)} in ${Math.ceil(syncSeconds.low)}-${Math.ceil(syncSeconds.high)} s`;
  return `the sync ${word}: ${copied}, buffer up to ${bytes(Math.ceil(peakBufferBytes.high))}${most}`;
};

const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, Math.max(1, width - 1))}…` : text;
