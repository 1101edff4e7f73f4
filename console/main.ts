import { ClientError } from '../client/errors.ts';
import { parseConsoleRequest, USAGE, UsageError } from './arguments.ts';
import type { OperatorConsole } from './operator-console.ts';
import { NoFreePortError } from './server/serve.ts';

const EXIT_CODES = { failed: 1, usage: 2, SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

let served: OperatorConsole | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    // While it still starts there is nothing to end: no port is taken, and AWS has only been asked.
    await served?.close();
    process.exit(EXIT_CODES[signal]);
  });
}

const main = async (): Promise<void> => {
  const { argv, env } = process;
  const request = parseConsoleRequest(argv.slice(2), env);
  if (!request) return console.log(USAGE);
  // Whoever only asks for help does not wait for an SDK.
  const { serveOperatorConsole } = await import('./operator-console.ts');
  served = await serveOperatorConsole(request);
  console.log(served.greeting);
  if (request.open) await served.open();
};

await main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    for (const problem of error.problems) console.error(problem);
    console.error(`\n${USAGE}`);
    process.exit(EXIT_CODES.usage);
  }
  if (!(error instanceof ClientError || error instanceof NoFreePortError)) throw error;
  console.error(error.message);
  process.exit(EXIT_CODES.failed);
});
