import { createPublicKey, type KeyObject } from 'node:crypto';
import { parseArgs } from 'node:util';
import { decoded } from '../../client/file/decoded.ts';
import { withFile } from '../../client/file/open.ts';
import { UsageError } from '../arguments.ts';

export const USAGE = `Checks the offset certificate of a cutover, without a network.

  npm run certificate -- file.json [--public-key key.pem] [--json]

The file holds the certificate, a MigrationPromoted event, or a migration as the API shows it.

  --public-key FILE      of the KMS key that signed it: PEM, or DER as \`aws kms get-public-key\` gives it
  --json                 the findings as JSON

Exit code: 0 good, 1 bad, 2 could not tell.`;

export interface CertificateRequest {
  file: string;
  publicKeyFile?: string;
  json: boolean;
}

const OPTIONS = { json: { type: 'boolean' }, help: { type: 'boolean' }, 'public-key': { type: 'string' } } as const;

/**
 * @returns undefined when help is asked for
 * @throws UsageError with every problem
 */
export const parseCertificateRequest = (args: readonly string[]): CertificateRequest | undefined => {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  if (values.help) return undefined;
  const problems = tokens.flatMap((token) => {
    if (token.kind !== 'option') return [];
    const known = OPTIONS[token.name as keyof typeof OPTIONS];
    if (!known) return [`there is no option ${token.rawName}`];
    if (known.type === 'string' && !token.value) return [`${token.rawName} needs a value`];
    return known.type === 'boolean' && token.value !== undefined ? [`${token.rawName} takes no value`] : [];
  });
  const [file] = positionals;
  if (positionals.length !== 1) problems.push(`one file is checked, and ${positionals.length} were named`);
  if (problems.length > 0 || file === undefined) throw new UsageError(problems);
  const key = values['public-key'];
  return { file, json: values.json === true, ...(typeof key === 'string' && { publicKeyFile: key }) };
};

/** A certificate of hundreds of nodes has some 100 kB, and an event 256 kB at the most. */
export const MOST_BYTES = 4 * 1024 * 1024;

const readBytes = async (path: string, signal?: AbortSignal): Promise<Buffer | string> => {
  if (path === '') return 'The name of a file is empty';
  try {
    const bytes = await withFile(path, (file) => file.read(MOST_BYTES, signal));
    return bytes ?? `${path} goes on after ${MOST_BYTES} bytes, which no certificate has`;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    return `${path} cannot be read: ${(error as Error).message}`;
  }
};

export interface Reading {
  /** Ends it. */
  signal?: AbortSignal;
  /** Gives the certificate's bytes, or what is wrong with them; default: those of the file. */
  read?: (file: string) => Promise<Buffer | string>;
}

/** @throws UsageError with every problem: of the file, and of the key; the signal's reason */
export const readInput = async (
  { file, publicKeyFile }: Omit<CertificateRequest, 'json'>,
  { signal, read = (path) => readBytes(path, signal) }: Reading = {},
): Promise<{ value: unknown; key: KeyObject | undefined }> => {
  const problems: string[] = [];
  const bytes = await read(file);
  const keyBytes = publicKeyFile === undefined ? undefined : await readBytes(publicKeyFile, signal);
  let value: unknown;
  let key: KeyObject | undefined;
  if (typeof bytes === 'string') problems.push(bytes);
  else {
    try {
      value = JSON.parse(decoded(bytes));
    } catch (error) {
      problems.push(`${file} is no JSON: ${(error as Error).message}`);
    }
  }
  if (typeof keyBytes === 'string') problems.push(keyBytes);
  else if (keyBytes?.includes('PRIVATE KEY-----'))
    problems.push(`${publicKeyFile} is a private key: give the public one`);
  else if (keyBytes) {
    key = toKey(keyBytes);
    if (!key) problems.push(`${publicKeyFile} is no public key in PEM or DER`);
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { value, key };
};

const toKey = (bytes: Buffer): KeyObject | undefined => {
  const isPem = bytes.includes('-----BEGIN ');
  try {
    return isPem ? createPublicKey(bytes) : createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
};
