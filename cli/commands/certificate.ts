import { checkFile } from '../../verify/certificate/check.ts';
import { readInput } from '../../verify/certificate/input.ts';
import { readable } from '../../verify/certificate/report.ts';
import { usageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { document, line } from '../say.ts';
import type { Io } from '../terminal/io.ts';

export interface CertificateOptions {
  publicKey?: string;
  json?: boolean;
}

const EXIT_CODES = { good: EXIT.done, bad: EXIT.failed, unknown: EXIT.unknown } as const;

/** Asks nobody: the file is all that is looked at. @throws UsageError of verify, CommandError (usage) */
export const checkCertificate = async (
  io: Io,
  file: string,
  { publicKey, json = false }: CertificateOptions,
): Promise<ExitCode> => {
  const asked = {
    file: file === '-' ? '/dev/stdin' : file,
    json,
    ...(publicKey !== undefined && { publicKeyFile: publicKey }),
  };
  const { value, key } = await readInput(asked);
  const check = checkFile(value, key);
  if (!check) throw usageError([`${file === '-' ? 'Standard input' : file} holds no certificate`]);
  if (json) document(io, { verdict: check.verdict, findings: check.findings });
  else line(io.stdout, readable(check));
  return EXIT_CODES[check.verdict];
};
