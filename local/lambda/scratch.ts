import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^embedded-aws-(\d+)-/;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * A new directory under the system's temporary directory, named after this process. Directories of processes that were
 * killed, and could not remove them, are removed on the way.
 */
export const scratchDirectory = async (): Promise<string> => {
  const orphans = (await readdir(tmpdir())).filter((name) => {
    const [, pid] = NAME.exec(name) ?? [];
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.all(orphans.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
  return mkdtemp(join(tmpdir(), `embedded-aws-${process.pid}-`));
};
