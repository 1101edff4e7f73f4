import { parseArgs } from 'node:util';

export interface ConsoleRequest {
  stack: string;
  region?: string;
  profile?: string;
  /** A path. */
  tokenFile?: string;
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

  --stack NAME      the stack's name or ARN; its outputs say where the API is
  --region REGION   default: that of the environment or of the profile
  --profile NAME    the profile of the AWS configuration to sign with
  --token-file PATH a bearer token, for a stack that takes tokens; read anew at each
                    request. Or the token itself in ELASTICACHE_MIGRATOR_TOKEN
  --port N          default 3100; the next free one if it is taken, 0 takes any
  --open            open the page in the browser

Every request is signed here with your own AWS credentials, or gets the token; the browser gets neither.
The identity needs cloudformation:DescribeStacks on the stack, and execute-api:Invoke on its API
or a token with the scopes for what is asked.
Exit code: 1 the console cannot be served, 2 it was asked for wrongly, 130 ended by Ctrl-C.`;

const OPTIONS = {
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

/**
 * @returns undefined when help is asked for
 * @throws UsageError with every problem
 */
export const parseConsoleRequest = (args: readonly string[]): ConsoleRequest | undefined => {
  const { stack = '', region, profile, port: text, open = false, help, 'token-file': tokenFile } = parsed(args);
  if (help) return undefined;
  const port = text === undefined ? DEFAULT_PORT : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  const problems = [
    ...(stack === '' ? ['--stack is missing: the name of the stack that was deployed'] : []),
    ...(region === '' ? ['--region is empty'] : []),
    ...(profile === '' ? ['--profile is empty'] : []),
    ...(tokenFile === '' ? ['--token-file is empty'] : []),
    ...(tokenFile === '-' ? ['--token-file has to be a file: it is read anew at each request'] : []),
    ...(port <= 65_535 ? [] : [`--port must be a port from 0 to 65535, not ${text}`]),
  ];
  if (problems.length > 0) throw new UsageError(problems);
  return {
    stack,
    port,
    open,
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(tokenFile !== undefined && { tokenFile }),
  };
};
