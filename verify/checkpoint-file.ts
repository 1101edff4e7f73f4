import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Checkpoint, newCheckpoint, type VerificationOptions } from '../functions/verification/checkpoint.ts';
import { UsageError } from './arguments.ts';

/** Where a verification is kept between two processes. */
export interface CheckpointFile {
  /** @throws UsageError when the file holds something else, or a verification with other options */
  read(options: VerificationOptions): Promise<Checkpoint | undefined>;
  /** @throws UsageError when it cannot be written */
  write(checkpoint: Checkpoint): Promise<void>;
  remove(): Promise<void>;
}

export const checkpointFile = (path: string): CheckpointFile => ({
  async read(options) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new UsageError([`the checkpoint ${path} cannot be read: ${error.message}`]);
    });
    if (text === undefined) return undefined;
    const checkpoint = parse(text);
    if (!isCheckpoint(checkpoint)) throw new UsageError([`${path} is no checkpoint of this command`]);
    if (!isDeepStrictEqual(checkpoint.options, options)) {
      throw new UsageError([`the checkpoint ${path} is of a verification with other options; remove it to begin anew`]);
    }
    return checkpoint;
  },
  async write(checkpoint) {
    // Renamed into place: whoever is killed here leaves the old one or the new one.
    try {
      await writeFile(`${path}.new`, JSON.stringify(checkpoint));
      await rename(`${path}.new`, path);
    } catch (error) {
      throw new UsageError([`the checkpoint ${path} cannot be written: ${(error as Error).message}`]);
    }
  },
  remove: () => rm(path, { force: true }),
});

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Its version, and every member that a new one has, of the same kind; the same for its walks and counts. */
const isCheckpoint = (value: unknown): value is Checkpoint =>
  isLike(value, newCheckpoint({ mode: 'full', sampleKeys: 0 }, 0)) && (value as Checkpoint).version === 1;

const isLike = (value: unknown, model: unknown): boolean => {
  if (Array.isArray(model)) return Array.isArray(value);
  if (typeof model !== 'object' || model === null) return typeof value === typeof model;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(model).every(([name, one]) => isLike((value as Record<string, unknown>)[name], one));
};
