import { parseRequest } from '../../verify/arguments.ts';
import { readable } from '../../verify/report.ts';
import { runVerification } from '../../verify/run.ts';
import { openScreen } from '../../verify/screen.ts';
import { type InterruptedError, interruption } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { document, line } from '../say.ts';
import type { Io } from '../terminal/io.ts';
import { reflow } from '../terminal/layout.ts';

const EXIT_CODES = { same: EXIT.done, different: EXIT.failed, unknown: EXIT.unknown } as const;

/** @param args as `npm run verify` takes them. @throws UsageError of verify, MigratorError, CommandError (interrupted) */
export const verify = async (io: Io, args: readonly string[]): Promise<ExitCode> => {
  const request = parseRequest(args);
  if (!request) return EXIT.done;
  const screen = openScreen(io.stderr as NodeJS.WriteStream);
  try {
    const result = await runVerification(request, (progress) => screen.show(progress), io.signal);
    screen.done();
    if (!result) {
      const { checkpointFile: file } = request;
      throw interruption(io.signal.reason as InterruptedError, [
        file === undefined ? 'Interrupted.' : `Interrupted. The same command goes on from ${file}.`,
      ]);
    }
    const [source, target] = [request.source, request.target].map(({ host, port }) => `${host}:${port}`);
    if (request.json) document(io, { source, target, ...result });
    else {
      const report = `Source ${source}, target ${target}\n${readable(result)}`;
      for (const text of reflow(report, io.stdout, io.env)) line(io.stdout, text);
    }
    return EXIT_CODES[result.verdict];
  } catch (error) {
    screen.done();
    throw error;
  }
};
