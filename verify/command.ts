import { MigratorError } from '../functions/migration/error.ts';
import type { VerificationResult } from '../functions/verification/result.ts';
import { parseRequest, type Request, USAGE, UsageError } from './arguments.ts';
import { ServersAwayError } from './errors.ts';
import { oneLine } from './one-line.ts';
import { readable } from './report.ts';
import { runVerification } from './run.ts';
import { openScreen } from './screen.ts';

const EXIT_CODES = { same: 0, different: 1, unknown: 2 } as const;

const asked = (): Request | undefined => {
  try {
    return parseRequest(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    fail(error);
    console.error(`\n${USAGE}`);
    return undefined;
  }
};

/** Could not tell: every problem on a line of its own. */
const fail = (error: UsageError | MigratorError): void => {
  const problems = error instanceof UsageError || error instanceof ServersAwayError ? error.problems : [error.message];
  if (process.argv.includes('--json')) {
    const code = error instanceof UsageError ? 'usage' : error.code;
    console.log(JSON.stringify({ verdict: 'unknown', error: { code, problems } }, undefined, 2));
  }
  for (const problem of problems) console.error(oneLine(problem));
  process.exitCode = EXIT_CODES.unknown;
};

const tell = (request: Request, result: VerificationResult): void => {
  const [source, target] = [request.source, request.target].map(({ host, port }) => `${host}:${port}`);
  if (request.json) console.log(JSON.stringify({ source, target, ...result }, undefined, 2));
  else console.log(`Source ${source}, target ${target}\n${readable(result)}`);
  process.exitCode = EXIT_CODES[result.verdict];
};

const main = async (request: Request): Promise<void> => {
  const screen = openScreen(process.stderr);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      stop.abort();
      // A second one does not wait for the step to end.
      process.once(signal, () => process.exit(EXIT_CODES.unknown));
    });
  }
  try {
    const result = await runVerification(request, (progress) => screen.show(progress), stop.signal);
    screen.done();
    if (result) return tell(request, result);
    const { checkpointFile: file } = request;
    console.error(`Interrupted.${file === undefined ? '' : ` The same command goes on from ${file}.`}`);
    process.exitCode = EXIT_CODES.unknown;
  } catch (error) {
    screen.done();
    if (!(error instanceof UsageError) && !(error instanceof MigratorError)) throw error;
    fail(error);
  }
};

const request = asked();
if (request) await main(request);
else if (process.exitCode === undefined) console.log(USAGE);
