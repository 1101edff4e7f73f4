import { decoded } from '../file/decoded.ts';
import { type OpenFile, withFile } from '../file/open.ts';
import { TOKEN_VARIABLE, TokenUnreadableError } from './errors.ts';
import { LARGEST_TOKEN_BYTES, TOO_LONG, type Token, tokenOf } from './token.ts';

/** Where tokens come from. */
export interface TokenSource {
  /** For messages: `the file token.jwt`. */
  where: string;
  /** Whether it was named for this very call, and is not only in the environment. */
  isNamed: boolean;
  /** As it is now. @throws TokenUnreadableError */
  read(): Promise<Token>;
  /** Whether other users of this machine can read it; undefined where that cannot be told. */
  isOpen(): Promise<boolean | undefined>;
}

/** Of whom a file can be read by others than its owner. */
const OTHERS = 0o044;

/** In UTF-16, with its mark and an end of line. */
const LARGEST_FILE_BYTES = 2 * LARGEST_TOKEN_BYTES + 64;

const whyNot = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'may not be read';
  return `cannot be read (${code ?? 'unknown error'})`;
};

/** A file that is read anew at each request: whoever watches for hours has its token renewed by another program. */
export const tokenInFile = (path: string): TokenSource => {
  const where = `the file ${path}`;
  const reading = <T>(use: (file: OpenFile) => Promise<T>): Promise<T> =>
    withFile(path, use).catch((error: unknown) => {
      throw error instanceof TokenUnreadableError ? error : new TokenUnreadableError(where, whyNot(error));
    });
  return {
    where,
    isNamed: true,
    read: () =>
      reading(async (file) => {
        // A pipe is read once, and a token is needed at each request.
        if (!file.stats.isFile()) throw new TokenUnreadableError(where, 'is no file that can be read again');
        const bytes = await file.read(LARGEST_FILE_BYTES);
        if (!bytes) throw new TokenUnreadableError(where, TOO_LONG);
        return tokenOf(decoded(bytes), where);
      }),
    isOpen: () =>
      process.platform === 'win32'
        ? Promise.resolve(undefined)
        : reading(async ({ stats }) => (stats.mode & OTHERS) !== 0),
  };
};

export const tokenInEnvironment = (value: string): TokenSource => {
  const where = `the variable ${TOKEN_VARIABLE}`;
  return { where, isNamed: false, read: async () => tokenOf(value, where), isOpen: async () => undefined };
};

/**
 * The file goes before the environment.
 * @returns undefined where there is neither
 */
export const tokenSourceOf = (
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): TokenSource | undefined => {
  if (file !== undefined) return tokenInFile(file);
  const value = env[TOKEN_VARIABLE];
  return value ? tokenInEnvironment(value) : undefined;
};
