import { decoded } from '../../client/file/decoded.ts';
import { withFile } from '../../client/file/open.ts';
import { readStream } from '../../client/file/stream.ts';
import { CommandError, usageError } from '../errors.ts';
import type { Io } from '../terminal/io.ts';
import { toEndpoints } from './aws-spelling.ts';

/** As the API takes no more. */
const MOST_BYTES = 64 * 1024;
const MOST_TEXT = '64 KiB';

/**
 * The request in a file: this service's own, or what `aws elasticache start-migration --generate-cli-skeleton` writes, as
 * JSON or as YAML.
 *
 * @param path also as `file://…`; `-` is standard input
 * @throws CommandError (usage), InterruptedError
 */
export const readRequest = async (path: string, io: Io): Promise<Record<string, unknown>> => {
  const name = path.replace(/^file:\/\//, '');
  const shownAs = path === '-' ? 'Standard input' : name;
  if (path === '-' && io.stdin.isTTY)
    throw usageError(['Standard input is this terminal: pipe a request into it, or name a file']);
  const text = decoded(path === '-' ? await readInput(io) : await readBytes(name, io.signal));
  const value = await parsed(text, shownAs);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageError([`${shownAs} holds no request: it has to be an object`]);
  return toRequest(value as Record<string, unknown>, shownAs);
};

const readBytes = async (name: string, signal: AbortSignal): Promise<Buffer> => {
  const bytes = await withFile(name, (file) => file.read(MOST_BYTES, signal)).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    const { code, message } = error as NodeJS.ErrnoException;
    throw usageError([code === 'ENOENT' ? `There is no file ${name}` : `${name} cannot be read: ${message}`]);
  });
  return orTooLong(bytes, name);
};

const readInput = async ({ stdin, signal }: Io): Promise<Buffer> =>
  orTooLong(await readStream(stdin, MOST_BYTES, signal), 'Standard input');

const orTooLong = (bytes: Buffer | undefined, shownAs: string): Buffer => {
  if (!bytes) throw usageError([`${shownAs} goes on after ${MOST_TEXT}, which no request does`]);
  return bytes;
};

const parsed = async (text: string, shownAs: string): Promise<unknown> => {
  if (text.trim() === '') throw usageError([`${shownAs} is empty`]);
  const isJson = /^\s*[{[]/.test(text);
  const { parseDocument } = await import('./yaml.ts');
  try {
    const value: unknown = isJson ? JSON.parse(text) : undefined;
    const read = parseDocument(text, { logLevel: 'error' });
    // JSON.parse takes the last of them.
    const twice = read.errors.find(({ code }) => code === 'DUPLICATE_KEY');
    if (twice) throw usageError([`${shownAs} says ${wordAt(text, twice.pos[0])} twice`]);
    if (isJson) return value;
    if (read.errors[0]?.code === 'MULTIPLE_DOCS')
      throw usageError([`${shownAs} holds several documents, and a request is one`]);
    if (read.errors[0]) throw read.errors[0];
    // A text that names itself again and again would grow without end.
    return read.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const { message } = error as Error;
    throw usageError([
      isJson
        ? `${shownAs} is no JSON: ${message.replace(/\s+/g, ' ')}`
        : `${shownAs} is neither JSON nor YAML: ${message.split('\n')[0]}`,
    ]);
  }
};

const wordAt = (text: string, at: number): string => /^(?:"[^"\n]*"|[^\s:]*)/.exec(text.slice(at))?.[0] ?? '';

type Member = Record<string, unknown>;

/** StartMigration's parameters in AWS's spelling become this API's; everything else stays, for the API to judge. */
const toRequest = (value: Member, shownAs: string): Member => {
  const { ReplicationGroupId, CustomerNodeEndpointList, ...rest } = value;
  const twice = [
    ['ReplicationGroupId', 'replicationGroupId'],
    ['CustomerNodeEndpointList', 'customerNodeEndpointList'],
  ].filter(([theirs = '', ours = '']) => theirs in value && ours in value);
  if (twice.length > 0) throw usageError(twice.map(([theirs, ours]) => `${shownAs} has both ${theirs} and ${ours}`));
  return {
    ...rest,
    ...(ReplicationGroupId !== undefined && { replicationGroupId: ReplicationGroupId }),
    ...(CustomerNodeEndpointList !== undefined && { customerNodeEndpointList: toEndpoints(CustomerNodeEndpointList) }),
  };
};
