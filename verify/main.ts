import { oneLine } from './one-line.ts';

const COULD_NOT_TELL = 2;

/** Exit code 1 is a verdict, and Node's own for a crash: whatever goes wrong here is none. */
const crash = (error: unknown): never => {
  console.error(`It could not tell: ${oneLine(error instanceof Error ? error.message : String(error))}`);
  process.exit(COULD_NOT_TELL);
};
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
// A report that nobody reads to its end, as `head` does not.
process.stdout.on('error', crash);

// Not a static import: what goes wrong while modules are loaded would be an exit code of 1.
await import('./command.ts').catch(crash);
