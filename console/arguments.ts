import { parseArgs } from 'node:util';
import { findTarget, type Target } from '../client/target.ts';

export interface ConsoleRequest {
  target: Target;
  port: number;
  open: boolean;
}

/** What was asked for cannot be done; all that is wrong with it. */
export class UsageError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

export const USAGE = `Serves the operator's console for a deployed stack, on this machine alone.

  npm run console -- --stack NAME --region REGION [options]
  npm run console -- --endpoint URL [options]

  --stack NAME      the stack's name or ARN; its outputs say where the API is
                    (env ELASTICACHE_MIGRATOR_STACK)
  --region REGION   default: that of the environment or of the profile
  --profile NAME    the profile of the AWS configuration to sign with
  --endpoint URL    of the API, asked without a signature, in the place of a stack
                    (env ELASTICACHE_MIGRATOR_ENDPOINT)
  --token-file PATH a bearer token, for a stack that takes tokens; read anew at each
                    request. Or the token itself in ELASTICACHE_MIGRATOR_TOKEN
  --port N          default 3100; the next free one if it is taken, 0 takes any
  --open            open the page in the browser

Every request is signed here with your own AWS credentials, or gets the token; the browser gets neither.
For a stack the identity needs cloudformation:DescribeStacks on it, and execute-api:Invoke on its API
or a token with the scopes for what is asked.
Exit code: 1 the console cannot be served, 2 it was asked for wrongly, 130 ended by Ctrl-C.`;

const OPTIONS = {
  endpoint: { type: 'string' },
  stack: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  'token-file': { type: 'string' },
  port: { type: 'string' },
  open: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const DEFAULT_PORT = 3100;

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError([(error as Error).message]);
  }
};

const NOTHING_NAMED = '--stack is missing: the name of the stack that was deployed, or --endpoint, the URL of an API';

const portOf = (text: string | undefined): number =>
  text === undefined ? DEFAULT_PORT : /^\d+$/.test(text) ? Number(text) : Number.NaN;

/**
 * @returns undefined when help is asked for
 * @throws UsageError with every problem
 */
export const parseConsoleRequest = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ConsoleRequest | undefined => {
  const { port: text, open = false, help, 'token-file': tokenFile, ...options } = parsed(args);
  if (help) return undefined;
  const port = portOf(text);
  const found = findTarget({ ...options, ...(tokenFile !== undefined && { tokenFile }) }, env);
  const target = 'target' in found ? found.target : undefined;
  const problems = [
    ...('problems' in found ? found.problems : []),
    ...(target?.kind === 'endpoint' && target.isDefault ? [NOTHING_NAMED] : []),
    ...(port <= 65_535 ? [] : [`--port must be a port from 0 to 65535, not ${text}`]),
  ];
  if (!target || problems.length > 0) throw new UsageError(problems);
  return { target, port, open };
};
