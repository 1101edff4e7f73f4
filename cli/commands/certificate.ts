import { readStream } from '../../client/file/stream.ts';
import { checkFile } from '../../verify/certificate/check.ts';
import { MOST_BYTES, readInput } from '../../verify/certificate/input.ts';
import { readable } from '../../verify/certificate/report.ts';
import { usageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { document, line } from '../say.ts';
import type { Io } from '../terminal/io.ts';
import { reflow } from '../terminal/layout.ts';

export interface CertificateOptions {
  publicKey?: string;
  json?: boolean;
}

const EXIT_CODES = { good: EXIT.done, bad: EXIT.failed, unknown: EXIT.unknown } as const;
const STDIN = 'Standard input';

/** Asks nobody: the file is all that is looked at. @throws UsageError of verify, CommandError (usage), InterruptedError */
export const checkCertificate = async (
  io: Io,
  file: string,
  { publicKey, json = false }: CertificateOptions,
): Promise<ExitCode> => {
  const isPiped = file === '-';
  const name = isPiped ? STDIN : file;
  const asked = { file: name, ...(publicKey !== undefined && { publicKeyFile: publicKey }) };
  const { value, key } = await readInput(asked, { signal: io.signal, ...(isPiped && { read: () => readPiped(io) }) });
  const check = checkFile(value, key);
  if (!check) throw usageError([`${name} holds no certificate`]);
  if (json) document(io, { verdict: check.verdict, findings: check.findings });
  else for (const text of reflow(readable(check), io.stdout, io.env)) line(io.stdout, text);
  return EXIT_CODES[check.verdict];
};

const readPiped = async (io: Io): Promise<Buffer | string> => {
  // Nobody sees by a cursor that something is waited for.
  if (io.stdin.isTTY) line(io.stderr, 'Reads the certificate from standard input, until Ctrl-D.');
  const bytes = await readStream(io.stdin, MOST_BYTES, io.signal);
  if (!bytes) return `${STDIN} goes on after ${MOST_BYTES} bytes, which no certificate has`;
  return bytes.length === 0 ? `${STDIN} is empty` : bytes;
};
