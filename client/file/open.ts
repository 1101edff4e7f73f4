import { close, constants, fstat, open, read, type Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { readStream } from './stream.ts';

const [openFile, statsOf, readFrom, closeFile] = [promisify(open), promisify(fstat), promisify(read), promisify(close)];

/** Opening a pipe would wait for its writer, in a thread that no signal reaches. Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const NEVER = new AbortController().signal;

/** A file that was looked at, and not yet read. */
export interface OpenFile {
  stats: Stats;
  /**
   * Once, and no more than one byte beyond the limit: a device has no size, and a file may grow.
   *
   * @returns undefined where it goes on after so many bytes
   * @throws the signal's reason, and what reading throws
   */
  read(mostBytes: number, signal?: AbortSignal): Promise<Buffer | undefined>;
}

/**
 * Opens whatever has this name, without waiting: a file, a device, a pipe that nobody has begun to write, a terminal.
 * @throws what opening throws, and what `use` throws
 */
export const withFile = async <T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T> => {
  const fd = await openFile(path, FLAGS);
  let isOurs = true;
  try {
    const stats = await statsOf(fd);
    return await use({
      stats,
      read: async (mostBytes, signal = NEVER) => {
        const stream = await streamOf(fd, stats);
        if (!stream) return readBytes(fd, mostBytes, signal);
        // It closes what it reads.
        isOurs = false;
        return readStream(stream, mostBytes, signal);
      },
    });
  } finally {
    if (isOurs) await closeFile(fd);
  }
};

/** What may not have come yet is waited for by the loop, where a signal is heard. */
const streamOf = async (fd: number, stats: Stats): Promise<Readable | undefined> => {
  if (stats.isFIFO()) return new (await import('node:net')).Socket({ fd, readable: true, writable: false });
  if (!stats.isCharacterDevice()) return undefined;
  const { isatty, ReadStream } = await import('node:tty');
  return isatty(fd) ? new ReadStream(fd) : undefined;
};

const readBytes = async (fd: number, mostBytes: number, signal: AbortSignal): Promise<Buffer | undefined> => {
  const buffer = Buffer.alloc(mostBytes + 1);
  let bytes = 0;
  while (bytes <= mostBytes) {
    signal.throwIfAborted();
    const { bytesRead } = await readFrom(fd, buffer, bytes, buffer.length - bytes, null);
    if (bytesRead === 0) return buffer.subarray(0, bytes);
    bytes += bytesRead;
  }
  return undefined;
};
