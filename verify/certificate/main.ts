import { UsageError } from '../arguments.ts';
import { checkFile } from './check.ts';
import { parseCertificateRequest, readInput, USAGE } from './input.ts';
import { readable } from './report.ts';

const EXIT_CODES = { good: 0, bad: 1, unknown: 2 } as const;

/** Exit code 1 is a verdict, and Node's own for a crash: whatever goes wrong here is none. */
const crash = (error: unknown): never => {
  console.error(`It could not tell: ${error instanceof Error ? error.message : String(error)}`.replaceAll('\n', ' '));
  process.exit(EXIT_CODES.unknown);
};
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

const main = async (): Promise<void> => {
  const request = parseCertificateRequest(process.argv.slice(2));
  if (!request) return console.log(USAGE);
  const { value, key } = await readInput(request);
  const check = checkFile(value, key);
  if (!check) throw new UsageError([`${request.file} holds no certificate`]);
  console.log(
    request.json ? JSON.stringify({ verdict: check.verdict, findings: check.findings }, undefined, 2) : readable(check),
  );
  process.exitCode = EXIT_CODES[check.verdict];
};

await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  if (process.argv.includes('--json')) {
    console.log(
      JSON.stringify({ verdict: 'unknown', error: { code: 'usage', problems: error.problems } }, undefined, 2),
    );
  }
  for (const problem of error.problems) console.error(problem);
  console.error(`\n${USAGE}`);
  process.exitCode = EXIT_CODES.unknown;
});
