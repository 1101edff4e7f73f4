import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Checkpoint, VerificationOptions } from '../functions/verification/checkpoint.ts';
import { UsageError } from './arguments.ts';

/** Where a verification is kept between two processes. */
export interface CheckpointFile {
  /** @throws UsageError when the file holds something else, or a verification with other options */
  read(options: VerificationOptions): Promise<Checkpoint | undefined>;
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
    if (checkpoint?.version !== 1) throw new UsageError([`${path} is no checkpoint of this command`]);
    if (!isDeepStrictEqual(checkpoint.options, options)) {
      throw new UsageError([`the checkpoint ${path} is of a verification with other options; remove it to begin anew`]);
    }
    return checkpoint;
  },
  async write(checkpoint) {
    // Renamed into place: whoever is killed here leaves the old one or the new one.
    await writeFile(`${path}.new`, JSON.stringify(checkpoint));
    await rename(`${path}.new`, path);
  },
  remove: () => rm(path, { force: true }),
});

const parse = (text: string): Checkpoint | undefined => {
  try {
    return JSON.parse(text) as Checkpoint;
  } catch {
    return undefined;
  }
};
