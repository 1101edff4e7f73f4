import { parseArgs } from 'node:util';
import type { VerificationOptions } from '../functions/verification/checkpoint.ts';
import { parseServer, type Server } from './address.ts';

export interface Request {
  source: Server;
  target: Server;
  options: VerificationOptions;
  json: boolean;
  ignoreLatency: boolean;
  maxKeysPerSecond?: number;
  checkpointFile?: string;
}

/** What was asked for cannot be done; all that is wrong with it. */
export class UsageError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

export const USAGE = `Compares two Redis servers, key by key and in both directions, while they are in use.

  npm run verify -- redis://source:6379 redis://target:6379 [options]

Servers: redis:// or rediss:// (TLS), user:password@ in front of the host, /3 behind it for one database alone.

  --json                 the report as JSON
  --mode full|sample     all keys (the default), or some drawn at random
  --sample N             how many keys of each side are drawn (default 10000)
  --rate N               at most so many keys a second, over both directions
  --ttl-tolerance MS     expiries so close count as equal
  --ignore-latency       go on at full speed when the source gets slower
  --checkpoint FILE      write how far it is into this file, and go on from there when it exists

Exit code: 0 the same, 1 different, 2 could not tell.`;

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  'ignore-latency': { type: 'boolean' },
  mode: { type: 'string' },
  sample: { type: 'string' },
  rate: { type: 'string' },
  'ttl-tolerance': { type: 'string' },
  checkpoint: { type: 'string' },
} as const;

const DEFAULT_SAMPLE = 10_000;

/**
 * @returns undefined when help is asked for
 * @throws UsageError with every problem
 */
export const parseRequest = (args: readonly string[]): Request | undefined => {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  if (values.help) return undefined;
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const known = OPTIONS[token.name as keyof typeof OPTIONS];
    if (!known) problems.push(`there is no option ${token.rawName}`);
    else if (known.type === 'string' && !token.value) problems.push(`${token.rawName} needs a value`);
    else if (known.type === 'boolean' && token.value !== undefined) problems.push(`${token.rawName} takes no value`);
  }

  const number = (name: 'sample' | 'rate' | 'ttl-tolerance', least: number): number | undefined => {
    const text = values[name];
    if (typeof text !== 'string') return undefined;
    if (/^\d{1,12}$/.test(text) && Number(text) >= least) return Number(text);
    problems.push(`--${name} has to be a whole number of at least ${least}: ${text.slice(0, 40)}`);
    return undefined;
  };
  const server = (side: string, text: string): Server | undefined => {
    const parsed = parseServer(side, text);
    if (!Array.isArray(parsed)) return parsed;
    problems.push(...parsed);
    return undefined;
  };

  const mode = values.mode ?? (values.sample === undefined ? 'full' : 'sample');
  if (mode !== 'full' && mode !== 'sample')
    problems.push(`--mode has to be full or sample: ${String(mode).slice(0, 40)}`);
  if (mode === 'full' && values.sample !== undefined) problems.push('--sample is for --mode sample');
  const [sampleKeys, maxKeysPerSecond, ttlToleranceMs] = [
    number('sample', 1),
    number('rate', 1),
    number('ttl-tolerance', 0),
  ];
  if (positionals.length !== 2) problems.push(`two servers are compared, and ${positionals.length} were named`);
  const [source, target] = [server('source', positionals[0] ?? ''), server('target', positionals[1] ?? '')];
  const databases = new Set([source?.database, target?.database].filter((one) => one !== undefined));
  if (databases.size > 1)
    problems.push('a database is compared with the one of the same number, and the URLs name two');
  if (problems.length > 0 || !source || !target) throw new UsageError(problems);
  const [database] = databases;
  return {
    source,
    target,
    options: {
      mode: mode === 'sample' ? 'sample' : 'full',
      sampleKeys: sampleKeys ?? DEFAULT_SAMPLE,
      ...(database !== undefined && { database }),
      ...(ttlToleranceMs !== undefined && { ttlToleranceMs }),
    },
    json: values.json === true,
    ignoreLatency: values['ignore-latency'] === true,
    ...(maxKeysPerSecond !== undefined && { maxKeysPerSecond }),
    ...(typeof values.checkpoint === 'string' && { checkpointFile: values.checkpoint }),
  };
};
